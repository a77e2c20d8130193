"""重发: a person at the desk decides that a failed delivery is tried again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.policies import check_admin
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import conflict, missing

from ..models import Delivery


@transaction.atomic
def resend(delivery_id: UUID, *, centre: Place, by: Actor, at: datetime) -> Delivery:
    """Put a failed delivery back in line, its tries counted anew. Pressed twice it is one try."""
    check_admin(by, centre)
    row = (
        Delivery.objects.select_for_update(of=("self",))
        .select_related("message")
        .filter(id=delivery_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这条消息。"), "unknown_delivery")
    if row.state == Delivery.State.WAITING:
        return row
    if row.state != Delivery.State.FAILED:
        raise conflict("not_failed", _("这条消息没有失败,不用重发。"))
    if not row.message.sealed:
        raise conflict("wiped", _("验证码已清除,不能重发;请本人重新获取。"))
    row.state, row.due_at, row.tries, row.last_error = Delivery.State.WAITING, at, 0, ""
    row.save(update_fields=["state", "due_at", "tries", "last_error"])
    data = {"delivery": str(row.id), "channel": row.channel}
    announce(Fact("notify.resent", at, place_id=centre.id, by_id=by.person_id, data=data))
    return row
