"""已读: a person has seen her messages; the desk sends a failed one again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.kit.refusal import conflict, forbidden

from ..models import Delivery, Message


def read(*, by: Actor, at: datetime, message_ids: Iterable[UUID] | None = None) -> int:
    """Mark her own messages (all, or those named) as read; returns how many were new to her."""
    if by.person_id is None:
        return 0
    unread = Message.objects.filter(person_id=by.person_id, read_at=None)
    if message_ids is not None:
        unread = unread.filter(id__in=list(message_ids))
    return unread.update(read_at=at)


@transaction.atomic
def send_again(*, delivery_id: UUID, by: Actor, at: datetime) -> None:
    """Put a failed delivery back into the queue, after somebody looked at why it failed."""
    if not (by.is_staff or by.is_system):
        raise forbidden(_("只有工作人员可以重发消息。"))
    row = Delivery.objects.select_for_update().filter(id=delivery_id).first()
    if row is None or row.state != Delivery.State.FAILED:
        raise conflict("not_failed", _("这条消息现在不需要重发。"))
    row.state, row.tries, row.due_at = Delivery.State.WAITING, 0, at
    row.save(update_fields=["state", "tries", "due_at"])
