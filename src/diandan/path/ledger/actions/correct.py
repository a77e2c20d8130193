"""更正: a posted transfer is put right by another one against it, which names it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, conflict, missing
from diandan.path.ask.core import clean_words

from ..facts import hours_fact
from ..models import Reason, Transfer
from ..policies import check_second
from .move import Move, Phase, move

REASON_MAX = 300


@transaction.atomic
def correct(
    key: UUID, *, transfer_id: UUID, amount: int, by: Actor, at: datetime, why: str
) -> Transfer:
    """Take `amount` of a posted transfer back. `key` makes the same correction twice one.

    With a reason, by an officer of the place whom it does not concern. Points that were spent meanwhile cannot
    be taken back: the answer is no, and what to do is decided by people.
    """
    row = (
        Transfer.objects.select_related("debit", "credit", "centre", "task__engagement__job__place")
        .filter(id=transfer_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这一笔。"), "unknown_transfer")
    place = row.task.engagement.job.place if row.task else row.centre
    check_second(by, place, row.credit.person_id, row.debit.person_id)
    if row.phase not in (Phase.DIRECT, Phase.POSTING) or row.corrects_id is not None:
        raise conflict("not_posted", _("只有已入账的一笔能更正。"))
    said = clean_words(why, field="reason")[:REASON_MAX]
    if not Transfer.objects.filter(id=key).exists():
        done = row.corrections.aggregate(sum=Sum("amount"))["sum"] or 0
        if done + amount > row.amount:
            raise Refusal("amount", _("更正不能超过原来的数量。"), field="amount")
    made = move(
        Move(
            id=key,
            debit=row.credit,
            credit=row.debit,
            amount=amount,
            reason=Reason.CORRECT,
            corrects_id=row.id,
            task_id=row.task_id,
            data={"why": said},
        ),
        by=by,
        at=at,
    )
    announce(hours_fact(made, "corrected", by, at))
    return made
