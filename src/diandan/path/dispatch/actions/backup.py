"""备勤: ask one more team whether it would come if the one that has the job cannot.

A yes stands by: it is no work in hand and may be taken back. A no costs nothing and teaches the
house nothing about how willing the team is. The constraint `offer_one_backup` keeps it to one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, conflict
from diandan.path.bundle.facts import job_fact
from diandan.path.bundle.models import Job

from ..core import Ranked, why_of
from ..models import DeclineReason, Offer
from ..queries import living_backup
from .offer import next_wave


@transaction.atomic
def ask_backup(
    job: Job,
    row: Ranked,
    *,
    because: Sequence[str],
    expires_at: datetime,
    by: Actor,
    at: datetime,
) -> Offer:
    """Ask the team of `row` to stand by for a locked `job`; `because` holds codes of the risk."""
    if living_backup(job) is not None:
        raise conflict("backup_asked", _("已经有一支队伍备勤,或正在等它回复。"))
    offer = Offer.objects.create(
        job=job,
        team_id=row.candidate.team_id,
        role=Offer.Role.BACKUP,
        wave=next_wave(job),
        why={**why_of(row), "because": list(because)},
        offered_by_id=by.person_id,
        offered_at=at,
        expires_at=expires_at,
    )
    _tell(offer, "ask_backup", by, at, because=list(because), due_at=expires_at.isoformat())
    return offer


@transaction.atomic
def stand_by(row: Offer, *, by: Actor, at: datetime) -> None:
    """可以备勤: the team of `row` (its job locked) will come if it is needed.

    The same yes said twice is one yes. Raises Refusal `offer_over` when it is too late.
    """
    if row.state == Offer.State.STANDBY:
        return
    if row.state != Offer.State.OPEN or row.expires_at <= at:
        raise conflict("offer_over", _("这份备勤邀约已结束,不影响您的任何记录。谢谢您。"))
    if by.is_frozen or by.person_id is None:
        raise Refusal("frozen", _("您的记录已冻结,暂时不能接单。请先到窗口核实。"))
    _answer(row, Offer.State.STANDBY, by, at)
    _tell(row, "agree_backup", by, at)


@transaction.atomic
def decline_backup(
    row: Offer, *, reason: DeclineReason, text: str, by: Actor, at: datetime
) -> None:
    """A no, or a yes taken back: thanks, and no mark against anyone."""
    if row.state not in (Offer.State.OPEN, Offer.State.STANDBY):
        raise conflict(
            "answered_before",
            _("这份邀约现在是「%(state)s」,不用再回复。") % {"state": Offer.State(row.state).label},
        )
    took_back = row.state == Offer.State.STANDBY
    _answer(row, Offer.State.DECLINED, by, at)
    row.reason, row.reason_text = reason, text[:200]
    row.save(update_fields=["reason", "reason_text"])
    _tell(row, "decline_backup", by, at, reason=str(reason), took_back=took_back)


@transaction.atomic
def expire_backup(job: Job, *, by: Actor, at: datetime) -> bool:
    """End the backup ask of a locked `job` whose time is up; whether there was one."""
    row = living_backup(job)
    if row is None or row.state != Offer.State.OPEN or row.expires_at > at:
        return False
    _answer(row, Offer.State.EXPIRED, by, at)
    _tell(row, "expire_backup", by, at)
    return True


@transaction.atomic
def release_backup(job: Job, *, by: Actor, at: datetime) -> None:
    """不用备勤了, with thanks: somebody has arrived, or nobody is needed any more."""
    row = living_backup(job)
    if row is None:
        return
    stood_by = row.state == Offer.State.STANDBY
    row.state = Offer.State.RELEASED
    row.save(update_fields=["state"])
    _tell(row, "release_backup", by, at, stood_by=stood_by)


def miss_backup(job: Job, *, by: Actor, at: datetime) -> None:
    """Nobody (else) can be asked: kept as a fact, so that it is not looked for again."""
    announce(job_fact(job, "miss_backup", by, at))


def _answer(row: Offer, state: Offer.State, by: Actor, at: datetime) -> None:
    row.state = state
    row.answered_at = at
    row.answered_by_id = by.person_id
    row.save(update_fields=["state", "answered_at", "answered_by_id"])


def _tell(row: Offer, verb: str, by: Actor, at: datetime, **data: object) -> None:
    announce(job_fact(row.job, verb, by, at, {"offer": str(row.id), **data}, team_id=row.team_id))
