"""消息的读取: a person's inbox, and the desk's view of what waits, went out or failed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from diandan.ground.people import vault
from diandan.ground.people.models import Person

from .core import DIGEST, IN_APP
from .models import Address, Delivery, Message


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One message as its reader sees it."""

    id: UUID
    kind: str
    text: str
    link: str
    at: datetime
    is_new: bool
    must_have: bool


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One delivery as the desk sees it: whether it went out, never what it says."""

    id: UUID
    kind: str
    channel: str
    state: str
    label: str
    tries: int
    due_at: datetime
    sent_at: datetime | None
    last_error: str
    must_have: bool
    request_id: UUID | None
    job_id: UUID | None


def inbox(person: Person, limit: int = 50, before: datetime | None = None) -> list[InboxRow]:
    """Her messages, newest first; `before` turns the page."""
    rows = Message.objects.filter(person=person).exclude(kind=DIGEST)
    if before is not None:
        rows = rows.filter(made_at__lt=before)
    return [
        InboxRow(
            id=row.id,
            kind=row.kind,
            text=text_of(row, person),
            link=row.link,
            at=row.made_at,
            is_new=row.read_at is None,
            must_have=row.must_have,
        )
        for row in rows.order_by("-made_at", "-id")[:limit]
    ]


def unread(person: Person) -> int:
    """How many messages she has not seen."""
    return Message.objects.filter(person=person, read_at=None).exclude(kind=DIGEST).count()


def outbox_counts() -> dict[str, int]:
    """How many deliveries stand in each state, every state named."""
    rows = Delivery.objects.exclude(channel=IN_APP).values("state").annotate(n=Count("id"))
    found = {row["state"]: row["n"] for row in rows}
    return {state.value: found.get(state.value, 0) for state in Delivery.State}


def outbox_rows(state: str, *, where: Q | None = None, limit: int = 100) -> list[OutboxRow]:
    """Deliveries in `state`, the longest waiting first; `where` narrows them (fields of Delivery)."""
    rows = Delivery.objects.exclude(channel=IN_APP).filter(state=state).select_related("message")
    if where is not None:
        rows = rows.filter(where)
    newest_first = state in (Delivery.State.SENT, Delivery.State.MERGED)
    return [
        OutboxRow(
            id=row.id,
            kind=row.message.kind,
            channel=row.channel,
            state=row.state,
            label=str(Delivery.State(row.state).label),
            tries=row.tries,
            due_at=row.due_at,
            sent_at=row.sent_at,
            last_error=row.last_error,
            must_have=row.message.must_have,
            request_id=row.message.request_id,
            job_id=row.message.job_id,
        )
        for row in rows.order_by("-due_at" if newest_first else "due_at", "id")[:limit]
    ]


def text_of(message: Message, person: Person | None) -> str:
    """What it says; empty when the person has been forgotten or a code has been wiped."""
    return _opened(message, person).get("text", "")


def recipient_of(message: Message, person: Person | None, channel: str) -> str:
    """The phone (E.164) or the address of this channel; empty when there is none any more."""
    if person is None:
        return _opened(message, None).get("phone", "")
    if channel == "sms":
        return vault.unseal(person.wrapped_key, person.phone_enc)
    row = Address.objects.filter(person=person, channel=channel).first()
    return vault.unseal(person.wrapped_key, row.sealed) if row else ""


def digest_parts(digest: Message) -> list[Message]:
    """The messages a daily digest gathers: those merged into the same hour for her."""
    if digest.person_id is None:
        return []
    return list(
        Message.objects.filter(
            person_id=digest.person_id,
            deliveries__state=Delivery.State.MERGED,
            deliveries__due_at=digest.due_at,
        ).order_by("made_at", "id")
    )


def _opened(message: Message, person: Person | None) -> dict[str, str]:
    key = message.sealed_key if person is None else person.wrapped_key
    text = vault.unseal(bytes(key), bytes(message.sealed))
    said: dict[str, str] = json.loads(text) if text else {}
    return said
