"""三级审核: one level's word on a job or a menu item. Nobody judges what she made herself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.catalogue.actions.items import publish_item, send_back_item
from diandan.ground.catalogue.models import Item
from diandan.ground.people.actor import Actor
from diandan.ground.places.models import Level, Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, conflict, forbidden

from ..facts import review_fact
from ..models import Review
from ..policies import check_review
from ..queries import next_rung, this_round

REASON_MAX = 300


@transaction.atomic
def review(
    *,
    subject: Review.Subject,
    subject_id: UUID,
    made_by_id: UUID | None,
    level: Level,
    place: Place,
    verdict: Review.Verdict,
    reason: str,
    by: Actor,
    at: datetime,
) -> Review:
    """Keep `level`'s word on a subject whose row the caller has locked.

    Raises Refusal `self_approval` when `by` made the subject, `two_levels` when she spoke for
    another level of the same round, `reviewed_before` when this level has spoken, and
    `reason_missing` when it is sent back without saying why.
    """
    if by.person_id is None:
        raise forbidden(_("审核要由具体的工作人员来做。"), "person_needed")
    if by.person_id == made_by_id:
        raise forbidden(_("不能审核自己提交的内容,请另一位同事来审。"), "self_approval")
    why = " ".join(reason.split())[:REASON_MAX]
    if verdict == Review.Verdict.RETURNED and not why:
        raise Refusal("reason_missing", _("退回请写明原因,对方才知道怎么改。"), field="reason")
    for before in this_round(subject, subject_id):
        if before.level == level:
            raise conflict("reviewed_before", _("这一级已经审核过了,请刷新看看最新进展。"))
        if before.by_id == by.person_id:
            raise forbidden(_("您已在另一级审核过,这一级要由另一位同事来审。"), "two_levels")
    row = Review.objects.create(
        subject=subject,
        subject_id=subject_id,
        level=level,
        place=place,
        verdict=verdict,
        reason=why,
        by_id=by.person_id,
        at=at,
    )
    announce(review_fact(row, by))
    return row


@transaction.atomic
def review_item(
    item: Item,
    *,
    levels: Sequence[Level],
    verdict: Review.Verdict,
    reason: str = "",
    by: Actor,
    at: datetime,
) -> Review:
    """The next rung's word on a locked item in review: the last yes publishes, a no sends it back.

    `levels` is the centre's ladder, lowest first. Raises what `review` raises, and `not_your_level`
    when `by` does not work at the rung whose turn it is.
    """
    rung = next_rung(Review.Subject.ITEM, item.id, item.place, levels)
    if item.state != Item.State.IN_REVIEW or rung is None:
        raise conflict("not_now", _("这项服务不在审核中,请刷新看看最新进展。"))
    check_review(by, rung.level, rung.place)
    row = review(
        subject=Review.Subject.ITEM,
        subject_id=item.id,
        made_by_id=item.made_by_id,
        level=rung.level,
        place=rung.place,
        verdict=verdict,
        reason=reason,
        by=by,
        at=at,
    )
    if verdict == Review.Verdict.RETURNED:
        send_back_item(item, by=by, at=at)
    elif next_rung(Review.Subject.ITEM, item.id, item.place, levels) is None:
        publish_item(item, by=by, at=at)
    return row
