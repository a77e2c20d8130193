"""告知: keep a message in the caller's transaction, and make its ways out."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

from django.db import connection

from diandan.ground.people import vault
from diandan.ground.people.core import clean_phone
from diandan.ground.people.models import Person

from ..core import CODE, DIGEST, IN_APP, SMS, after_quiet, next_digest
from ..models import Delivery, Message

State = Delivery.State


def tell(
    *,
    person: Person | None,
    phone: str = "",
    kind: str,
    key: str,
    text: str,
    at: datetime,
    link: str = "",
    must_have: bool = False,
    urgent: bool = False,
    request_id: UUID | None = None,
    job_id: UUID | None = None,
) -> Message:
    """Tell one person one thing; the same `key` again changes nothing.

    She finds it in her inbox at once. By her own channel it goes out after her quiet hours (an
    urgent one and a code at once), or with her daily digest when she chose one and it can wait.
    `phone` serves who has no record here. Raises RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("tell() outside a transaction")
    if person is None:
        phone = clean_phone(phone)
    sealed_key = b"" if person else vault.new_key()
    body = json.dumps({"text": text} if person else {"text": text, "phone": phone})
    message, is_new = Message.objects.get_or_create(
        key=key,
        defaults={
            "person": person,
            "phone_hash": "" if person else vault.phone_key(phone),
            "kind": kind,
            "must_have": must_have,
            "sealed_key": sealed_key,
            "sealed": vault.seal(sealed_key, body) if not person else _seal_for(person, body),
            "link": link[:200],
            "request_id": request_id,
            "job_id": job_id,
            "made_at": at,
            "due_at": at,
        },
    )
    if is_new:
        _make_deliveries(message, person, at, urgent or kind == CODE)
    return message


def tell_code(*, phone: str, code_id: UUID, text: str, at: datetime) -> Message:
    """Send a one-time code to a phone at once, whoever owns it. Nothing stays in an inbox."""
    return tell(
        person=None,
        phone=phone,
        kind=CODE,
        key=f"code:{code_id}",
        text=text,
        at=at,
        must_have=True,
        urgent=True,
    )


def _seal_for(person: Person, body: str) -> bytes:
    """Sealed with her key; nothing for a forgotten person, who is told nothing any more."""
    return vault.seal(person.wrapped_key, body) if person.wrapped_key else b""


def _make_deliveries(message: Message, person: Person | None, at: datetime, at_once: bool) -> None:
    if person is None:
        Delivery.objects.create(message=message, channel=SMS, due_at=at)
        return
    Delivery.objects.create(
        message=message, channel=IN_APP, state=State.SENT, due_at=at, sent_at=at
    )
    if not _is_reachable(person):
        return
    if person.digest and not message.must_have and not at_once:
        due = _join_digest(person, at)
        Delivery.objects.create(
            message=message, channel=person.channel, state=State.MERGED, due_at=due
        )
        return
    due = at if at_once else after_quiet(at, person.quiet_from, person.quiet_until)
    Delivery.objects.create(message=message, channel=person.channel, due_at=due)
    Message.objects.filter(id=message.id).update(due_at=due)


def _is_reachable(person: Person) -> bool:
    if person.frozen_at is not None or not person.wrapped_key or person.channel in ("", IN_APP):
        return False
    if person.channel == SMS:
        return bool(person.phone_hash)
    return person.addresses.filter(channel=person.channel).exists()


def _join_digest(person: Person, at: datetime) -> datetime:
    """When the digest goes out that will hold this message; made if it is the day's first.

    Its delivery is locked until the caller commits, so that a sender cannot take the digest away
    between our look and our commit; one already taken is over, and the next day's is joined.
    """
    due = next_digest(at)
    while True:
        message, is_new = Message.objects.get_or_create(
            key=f"{DIGEST}:{person.id}:{due:%Y-%m-%d}",
            defaults={
                "person": person,
                "kind": DIGEST,
                "sealed_key": b"",
                "sealed": b"",
                "link": "/me/inbox",
                "made_at": at,
                "due_at": due,
            },
        )
        if is_new:
            Delivery.objects.create(message=message, channel=person.channel, due_at=due)
            return due
        delivery = Delivery.objects.select_for_update().get(message=message)
        if delivery.state == State.WAITING:
            return due
        due = next_digest(due)
