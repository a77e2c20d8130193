"""证明: what is known of one volunteer's session, gathered from the rooms that saw it happen."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from diandan.ground.record.models import FactRow
from diandan.kit.units import local
from diandan.path.ask.models import Request
from diandan.path.dispatch.models import Offer
from diandan.path.engage.models import Task
from diandan.path.fulfil.core import PROVED
from diandan.path.fulfil.models import Attendance
from diandan.path.fulfil.queries_doubts import stands_in_the_way
from diandan.path.grade.core import is_bad
from diandan.path.grade.models import RaterRole, Rating

from .core import PERCENT, Evidence, Presence, Rules
from .models import Confirmation, Grade, Ledger, Reason, Transfer

# A session half as long again as planned is looked at by a person before it is verified.
LONG_PERCENT = 150
OWN_CODES = frozenset({"site_code", "job_code", "served_code"})


def presence_minutes(seen: Attendance) -> int:
    """Whole minutes on site, from check-in to check-out; the way there is not in it."""
    if seen.out_at is None:
        return 0
    return int((seen.out_at - seen.in_at).total_seconds()) // 60


def evidence_of(task: Task, seen: Attendance, at: datetime) -> Evidence:
    """Who vouched for it by `at`: order, acceptance, both codes, and the served or the venue."""
    job = task.engagement.job
    requests = orders_of(task, seen)
    # A check-in a leader made for her member is the leader's word, not the member's; a scan of her
    # own code and a witnessed roll call are proof whoever wrote them down.
    led = seen.in_proof in OWN_CODES and (
        FactRow.objects.filter(
            kind="job.checked_in", job_id=job.id, person_id=task.person_id, at=seen.in_at
        )
        .exclude(by_id=task.person_id)
        .exists()
    )
    return Evidence(
        has_order=bool(requests) and all(r.requester_id != task.person_id for r in requests),
        is_accepted=task.engagement.offer.state == Offer.State.ACCEPTED,
        came_by_code=seen.in_proof in PROVED and not led,
        left_by_code=seen.out_proof in PROVED,
        is_confirmed=_is_confirmed(task, seen, at),
        is_within_plan=presence_minutes(seen) * PERCENT <= job.minutes * LONG_PERCENT,
        is_alone_in_time=not _was_elsewhere(task, seen),
        is_undoubted=not stands_in_the_way(task.id, at),
    )


def orders_of(task: Task, seen: Attendance) -> list[Request]:
    """The orders the session served: a later reopening or closing does not take them away."""
    return list(
        Request.objects.filter(
            Q(bonds__left_at=None) | Q(bonds__left_at__gt=seen.in_at),
            bonds__job_id=task.engagement.job_id,
        ).distinct()
    )


def _is_confirmed(task: Task, seen: Attendance, at: datetime) -> bool:
    """The served person's own word that it was done, or the venue's through its officer."""
    said = Confirmation.objects.filter(task=task, at__lte=at)
    if said.exclude(by_id=task.person_id).exists():
        return True
    ratings = Rating.objects.filter(
        request__in=orders_of(task, seen), role=RaterRole.RESIDENT, at__lte=at
    ).exclude(by_id=task.person_id)
    scores = list(ratings.values_list("score", flat=True))
    return bool(scores) and not any(is_bad(score) for score in scores)


def _was_elsewhere(task: Task, seen: Attendance) -> bool:
    if seen.out_at is None:
        return False
    return (
        Attendance.objects.filter(
            Q(out_at=None) | Q(out_at__gt=seen.in_at),
            task__person_id=task.person_id,
            in_at__lt=seen.out_at,
        )
        .exclude(id=seen.id)
        .exists()
    )


def presence_of(task: Task, seen: Attendance, rules: Rules) -> Presence:
    """The session as the rules look at it, with what the day and the year have already."""
    return Presence(
        minutes=presence_minutes(seen),
        planned=task.engagement.job.minutes,
        today=_earned(task, seen.in_at, days=1) if rules.day_minutes_max else 0,
        year=_earned(task, seen.in_at, days=0) if rules.year_minutes_max else 0,
    )


def _earned(task: Task, at: datetime, *, days: int) -> int:
    """Minutes of service counted for her on the day, or in the year, of `at`."""
    here = local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    since = here if days else here.replace(month=1, day=1)
    until = here + timedelta(days=1) if days else since.replace(year=since.year + 1)
    rows = Transfer.objects.filter(
        phase=Transfer.Phase.PENDING,
        reason=Reason.SERVICE,
        ledger=Ledger.MINUTES,
        credit__person_id=task.person_id,
        task__attendance__in_at__gte=since,
        task__attendance__in_at__lt=until,
    ).exclude(settlement__phase=Transfer.Phase.VOIDING)
    return sum(rows.exclude(task=task).values_list("amount", flat=True))


def grade_of(evidence: Evidence) -> Grade:
    """Verified when nothing is missing."""
    return Grade.VERIFIED if evidence.is_verified else Grade.DECLARED
