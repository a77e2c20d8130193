"""发送: bring waiting deliveries out, each exactly once where the channel can tell what it has.

A delivery is marked SENDING and committed before its adapter is called, and marked SENT after.
While it is SENDING its sender holds a lock of its database session, named after the delivery: a
sender that dies loses the lock with its connection, and the next one settles what it left.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from diandan.ground.record.actions.hand_out import never

from .. import queries
from ..adapters.base import Adapter, NotSent, Parcel
from ..core import CODE, DIGEST, IN_APP, TRIES_MAX, wait_after
from ..models import Delivery

State = Delivery.State
log = logging.getLogger(__name__)


def send_due(
    *,
    at: datetime,
    adapters: Mapping[str, Adapter],
    limit: int = 100,
    until: Callable[[], bool] = never,
) -> int:
    """Settle what a dead sender left, then send up to `limit` due deliveries; returns how many.

    Stops early when `until` says that something more urgent waits; at least one is sent first.
    Call it outside any transaction: each step must be on disk before the next.
    """
    settle_left(at=at, adapters=adapters)
    for done in range(limit):
        if done and until():
            return done
        delivery = _claim(at)
        if delivery is None:
            return done
        try:
            _send(delivery, at, adapters)
        finally:
            _unlock(delivery.id)
    return limit


def settle_left(*, at: datetime, adapters: Mapping[str, Adapter]) -> int:
    """Find deliveries left SENDING by a sender that is gone, and decide each; returns how many.

    The adapter is asked whether it has it. Where it cannot tell, a must-have is sent again under
    the same key, and anything else is shown as failed, for a person to decide.
    """
    settled = 0
    left = list(Delivery.objects.filter(state=State.SENDING).values_list("id", flat=True))
    for delivery_id in left:
        with _locked_if_free(delivery_id) as is_ours:
            if not is_ours:
                continue  # its sender is alive
            row = _load(delivery_id)
            if row is None or row.state != State.SENDING:
                continue  # its sender finished between our look and our lock
            _decide_unknown(row, at, adapters, _("发送中断"))
            settled += 1
    return settled


@transaction.atomic(durable=True)
def _claim(at: datetime) -> Delivery | None:
    """Mark the most urgent due delivery SENDING, holding its lock beyond the commit."""
    row = (
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(state=State.WAITING, due_at__lte=at)
        .exclude(channel=IN_APP)
        .order_by("-message__must_have", "due_at", "id")
        .first()
    )
    if row is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [_name(row.id)])
    row.state = State.SENDING
    row.tries += 1
    row.save(update_fields=["state", "tries"])
    return _load(row.id)


def _send(row: Delivery, at: datetime, adapters: Mapping[str, Adapter]) -> None:
    adapter = adapters.get(row.channel)
    if adapter is None:
        _finish(row, State.FAILED, error=_("没有接通这个通道"))
        return
    parcel = _parcel(row, at)
    if not parcel.to:
        _finish(row, State.FAILED, error=_("没有可用的号码或地址"))
        return
    try:
        outside_id = adapter.send(parcel)
    except NotSent as no:
        if no.for_good:
            _finish(row, State.FAILED, error=str(no))
        else:
            _try_later(row, at, str(no))
    # One adapter's fault must not stop the messages behind it; the fault is kept and shown.
    except Exception as trouble:  # noqa: BLE001  one message must not stop the next
        log.warning("delivery %s by %s: %s", row.id, row.channel, type(trouble).__name__)
        _decide_unknown(row, at, adapters, type(trouble).__name__)
    else:
        _finish(row, State.SENT, at=at, outside_id=outside_id)


def _decide_unknown(
    row: Delivery, at: datetime, adapters: Mapping[str, Adapter], error: str
) -> None:
    """The outcome of a try is not known: ask the adapter, else weigh twice against never."""
    adapter = adapters.get(row.channel)
    arrived: bool | None = None
    if adapter is not None:
        try:
            arrived = adapter.was_sent(_parcel(row, at))
        except (NotSent, OSError):
            log.warning("delivery %s: %s cannot say", row.id, row.channel)
    if arrived:
        _finish(row, State.SENT, at=at)
    elif arrived is False or row.message.must_have:
        _try_later(row, at, error)
    else:
        _finish(row, State.FAILED, error=_("%(error)s,不知是否送达") % {"error": error})


def _try_later(row: Delivery, at: datetime, error: str) -> None:
    if row.tries >= TRIES_MAX:
        _finish(row, State.FAILED, error=error)
        return
    row.state, row.due_at = State.WAITING, at + wait_after(row.tries)
    row.last_error = error[:300]
    row.save(update_fields=["state", "due_at", "last_error"])


@transaction.atomic(durable=True)
def _finish(
    row: Delivery,
    state: State,
    *,
    at: datetime | None = None,
    outside_id: str = "",
    error: str = "",
) -> None:
    row.state, row.sent_at = state, at
    row.outside_id, row.last_error = outside_id[:80], error[:300]
    row.save(update_fields=["state", "sent_at", "outside_id", "last_error"])
    if state == State.SENT and row.message.kind == CODE:
        # A code that went out has no business staying, even sealed.
        row.message.sealed = b""
        row.message.save(update_fields=["sealed"])


def _parcel(row: Delivery, at: datetime) -> Parcel:
    message, person = row.message, row.message.person
    if message.kind == DIGEST and person is not None:
        parts = queries.digest_parts(message)
        with translation.override(person.language):
            head = _("今天有 %(n)s 条消息:") % {"n": len(parts)}
        lines = [f"{n}. {queries.text_of(part, person)}" for n, part in enumerate(parts, 1)]
        text = "\n".join([head, *lines])
    else:
        text = queries.text_of(message, person)
    return Parcel(
        key=str(row.id),
        channel=row.channel,
        kind=message.kind,
        to=queries.recipient_of(message, person, row.channel),
        text=text,
        link=f"{settings.PUBLIC_URL}{message.link}" if message.link else "",
        at=at,
    )


def _load(delivery_id: UUID) -> Delivery | None:
    rows = Delivery.objects.select_related("message", "message__person")
    return rows.filter(id=delivery_id).first()


@contextmanager
def _locked_if_free(delivery_id: UUID) -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [_name(delivery_id)])
        row = cursor.fetchone()
    is_ours = bool(row and row[0])
    try:
        yield is_ours
    finally:
        if is_ours:
            _unlock(delivery_id)


def _unlock(delivery_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [_name(delivery_id)])


def _name(delivery_id: UUID) -> str:
    return f"delivery:{delivery_id}"
