"""备勤: when a risky job has a team, the next best is asked to stand by; when the team that has it
cannot come, who stands by has it at once, and where nobody does it is dispatched anew.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.record.models import FactRow
from diandan.path.ask.models import Urgency
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import for_change
from diandan.path.bundle.states import JobState
from diandan.path.dispatch.actions.backup import ask_backup, expire_backup, miss_backup
from diandan.path.dispatch.learning import FIRST_CHANCE
from diandan.path.dispatch.models import Offer
from diandan.path.dispatch.queries import living_backup
from diandan.path.dispatch.risk import (
    ASKED_MOST,
    SOON_MINUTES,
    Standing,
    answer_minutes,
    backup_reasons,
)
from diandan.path.engage.actions.call_up import call_up
from diandan.path.engage.models import LIVING_TASKS, Engagement
from diandan.path.engage.queries import drop_history, living

from .choice import flow_of
from .clocks import stage_of
from .pausing import teams_for

#: Before the visit: from here on somebody may be needed in another's place.
AHEAD = (JobState.ENGAGED, JobState.ALLOCATED)
#: After these something about the risk, or about who may be asked, has changed.
LOOK_AGAIN = frozenset(
    {
        *("job.accepted", "job.called_up", "job.time_agreed", "job.redesigned"),
        *("job.backup_declined", "job.backup_expired"),
    }
)
#: So near to the start a team left without anybody is not waited for.
NEAR = timedelta(hours=4)
SWEPT_A_TURN = 50


def look_after(fact: FactRow, at: datetime) -> None:
    """A team has taken a job, or somebody declined to stand by: ask who would, if it is risky."""
    if fact.kind in LOOK_AGAIN and fact.job_id is not None:
        ask_if_risky(fact.job_id, at)


def sweep(*, at: datetime) -> int:
    """End backup asks that ran out, and look at visits that have come near; how many it did."""
    late = Offer.objects.filter(
        role=Offer.Role.BACKUP, state=Offer.State.OPEN, expires_at__lte=at
    ).values_list("job_id", flat=True)
    done = sum(_expire(job_id, at) for job_id in late[:SWEPT_A_TURN])
    looked_at = FactRow.objects.filter(
        job_id=OuterRef("id"), kind__in=("job.backup_asked", "job.backup_missing")
    )
    near = Job.objects.filter(
        ~Exists(looked_at),
        state__in=AHEAD,
        is_private=False,
        starts_at__gt=at,
        starts_at__lte=at + timedelta(minutes=SOON_MINUTES),
    )
    ids = near.order_by("starts_at").values_list("id", flat=True)[:SWEPT_A_TURN]
    return done + sum(ask_if_risky(job_id, at) for job_id in ids)


@transaction.atomic
def _expire(job_id: UUID, at: datetime) -> bool:
    return expire_backup(for_change(job_id), by=SYSTEM, at=at)


@transaction.atomic
def ask_if_risky(job_id: UUID, at: datetime) -> bool:
    """Ask the next best team to stand by for a job that has a team and is risky; whether it did.

    Not for a private matter, not when one stands by or thinks about it, and after `ASKED_MOST`
    no more. That nobody could be asked is done as well: it is kept as a fact.
    """
    job = for_change(job_id)
    engagement = living(job)
    if job.state not in AHEAD or job.is_private or engagement is None or living_backup(job):
        return False
    because = backup_reasons(_standing(job, engagement, at))
    asked = Offer.objects.filter(
        job=job, role=Offer.Role.BACKUP, offered_at__gte=engagement.accepted_at
    ).count()
    if not because or asked >= ASKED_MOST:
        return False
    takers_only = flow_of(job.flow).supply == "takers"
    rows = teams_for(job, at, takers_only=takers_only, for_backup=True)
    able = [
        row for row in rows if not row.ruled_out and row.candidate.team_id != engagement.team_id
    ]
    if not able:
        miss_backup(job, by=SYSTEM, at=at)
        return True
    wait = timedelta(minutes=answer_minutes(_starts_in(job, at)))
    ask_backup(job, able[0], because=because, expires_at=at + wait, by=SYSTEM, at=at)
    return True


def takes_over(job: Job, *, why: str, reason: str, by: Actor, at: datetime) -> bool:
    """Whether a team stood by for a locked `job` and has it now."""
    return call_up(job, why=why, reason=reason, by=by, at=at) is not None


def is_left_alone(job: Job) -> bool:
    """Whether nobody of the team is coming any more, before anybody has arrived."""
    engagement = living(job)
    if engagement is None or job.state not in AHEAD:
        return False
    return not engagement.tasks.filter(state__in=LIVING_TASKS).exists()


def cannot_wait(job: Job, at: datetime) -> bool:
    """Whether the visit is so near that the team's leader is not waited for."""
    gives_up = "give_up" in stage_of(job).ways
    return gives_up and job.starts_at is not None and job.starts_at - at <= NEAR


def _standing(job: Job, engagement: Engagement, at: datetime) -> Standing:
    dropped, engaged = drop_history(engagement.team_id, at)
    return Standing(
        starts_in=_starts_in(job, at),
        is_urgent=job.urgency == Urgency.URGENT,
        needs_two=job.kind.two_person,
        chance=int(engagement.offer.why.get("chance", FIRST_CHANCE)),
        dropped=dropped,
        engaged=engaged,
    )


def _starts_in(job: Job, at: datetime) -> int | None:
    """Minutes to the start; None when none is agreed."""
    return None if job.starts_at is None else int((job.starts_at - at).total_seconds()) // 60
