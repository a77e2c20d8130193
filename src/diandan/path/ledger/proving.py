"""证明: what is known of one volunteer's session, gathered from the rooms that saw it happen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from diandan.ground.people.core import is_minor
from diandan.ground.people.models import Membership
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

from .core import PERCENT, Evidence, Presence, Rules, factor_of
from .models import Confirmation, Declaration, Grade, Ledger, Reason, Transfer

# A session half as long again as planned is looked at by a person before it is verified.
LONG_PERCENT = 150
OWN_CODES = frozenset({"site_code", "job_code", "served_code"})
LEADING = (Membership.Duty.LEADER, Membership.Duty.DEPUTY)


@dataclass(frozen=True, slots=True)
class Session:
    """One volunteer's time at one visit: seen by codes from end to end, or said by somebody."""

    task: Task
    begun_at: datetime
    minutes: int
    seen: Attendance | None = None
    said: Declaration | None = None


def session_of(task: Task) -> Session | None:
    """What is known of the time she gave; None while she is there or nobody said a word of it."""
    seen = Attendance.objects.filter(task=task).first()
    if seen is not None and seen.out_at is not None:
        return Session(task, seen.in_at, presence_minutes(seen), seen=seen)
    said = Declaration.objects.filter(task=task).first()
    if said is None:
        return None
    begun_at = seen.in_at if seen else task.engagement.job.starts_at or said.at
    return Session(task, begun_at, said.minutes, seen=seen, said=said)


def presence_minutes(seen: Attendance) -> int:
    """Whole minutes on site, from check-in to check-out; the way there is not in it."""
    if seen.out_at is None:
        return 0
    return int((seen.out_at - seen.in_at).total_seconds()) // 60


def evidence_of(session: Session, at: datetime) -> Evidence:
    """Who vouched for it by `at`: order, acceptance, both codes, and the served or the venue."""
    task, seen = session.task, session.seen
    job = task.engagement.job
    requests = orders_of(task, session.begun_at)
    # A check-in a leader made for her member is the leader's word, not the member's; a scan of her
    # own code and a witnessed roll call are proof whoever wrote them down.
    led = (
        seen is not None
        and seen.in_proof in OWN_CODES
        and FactRow.objects.filter(
            kind="job.checked_in", job_id=job.id, person_id=task.person_id, at=seen.in_at
        )
        .exclude(by_id=task.person_id)
        .exists()
    )
    return Evidence(
        has_order=bool(requests) and all(r.requester_id != task.person_id for r in requests),
        is_accepted=task.engagement.offer.state == Offer.State.ACCEPTED,
        came_by_code=seen is not None and seen.in_proof in PROVED and not led,
        left_by_code=seen is not None and seen.out_proof in PROVED and session.said is None,
        is_confirmed=_is_confirmed(session, at),
        is_within_plan=session.minutes * PERCENT <= job.minutes * LONG_PERCENT,
        is_alone_in_time=not _was_elsewhere(session),
        is_undoubted=not stands_in_the_way(task.id, at),
    )


def orders_of(task: Task, begun_at: datetime) -> list[Request]:
    """The orders the session served: a later reopening or closing does not take them away."""
    return list(
        Request.objects.filter(
            Q(bonds__left_at=None) | Q(bonds__left_at__gt=begun_at),
            bonds__job_id=task.engagement.job_id,
        ).distinct()
    )


def _is_confirmed(session: Session, at: datetime) -> bool:
    """The served person's own word that it was done, or the venue's through its officer."""
    task = session.task
    said = Confirmation.objects.filter(task=task, at__lte=at)
    if said.exclude(by_id=task.person_id).exists():
        return True
    ratings = Rating.objects.filter(
        request__in=orders_of(task, session.begun_at), role=RaterRole.RESIDENT, at__lte=at
    ).exclude(by_id=task.person_id)
    scores = list(ratings.values_list("score", flat=True))
    return bool(scores) and not any(is_bad(score) for score in scores)


def _was_elsewhere(session: Session) -> bool:
    ended_at = session.begun_at + timedelta(minutes=session.minutes)
    return was_there_between(session.task, session.begun_at, ended_at)


def was_there_between(task: Task, begun_at: datetime, ended_at: datetime) -> bool:
    """Whether she was checked in at another visit at any moment of that time."""
    return (
        Attendance.objects.filter(
            Q(out_at=None) | Q(out_at__gt=begun_at),
            task__person_id=task.person_id,
            in_at__lt=ended_at,
        )
        .exclude(task=task)
        .exists()
    )


def presence_of(session: Session, rules: Rules) -> Presence:
    """The session as the rules look at it, with what the day and the year have already."""
    task, begun_at = session.task, session.begun_at
    job = task.engagement.job
    minor = is_minor(task.person.born_on, begun_at)
    by_day = rules.day_minutes_max or (minor and rules.minor_day_minutes_max)
    return Presence(
        minutes=session.minutes,
        planned=job.minutes,
        today=_earned(task, begun_at, days=1) if by_day else 0,
        year=_earned(task, begun_at, days=0) if rules.year_minutes_max else 0,
        factor=factor_of(rules, job.kind.code, local(begun_at).hour),
        is_leader=bool(rules.leader_percent) and _leads(task, begun_at),
        is_minor=minor,
    )


def _leads(task: Task, at: datetime) -> bool:
    """Whether she led the team that went, on that day."""
    return Membership.objects.filter(
        Q(left_at=None) | Q(left_at__gt=at),
        team_id=task.engagement.team_id,
        person_id=task.person_id,
        duty__in=LEADING,
        joined_at__lte=at,
    ).exists()


def _earned(task: Task, at: datetime, *, days: int) -> int:
    """Minutes of service counted for her on the day, or in the year, of `at`."""
    here = local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    since = here if days else here.replace(month=1, day=1)
    until = here + timedelta(days=1) if days else since.replace(year=since.year + 1)
    by_code = Q(task__attendance__in_at__gte=since, task__attendance__in_at__lt=until)
    by_plan = Q(
        task__attendance=None,
        task__engagement__job__starts_at__gte=since,
        task__engagement__job__starts_at__lt=until,
    )
    rows = Transfer.objects.filter(
        by_code | by_plan,
        phase=Transfer.Phase.PENDING,
        reason=Reason.SERVICE,
        ledger=Ledger.MINUTES,
        credit__person_id=task.person_id,
    ).exclude(settlement__phase=Transfer.Phase.VOIDING)
    return sum(rows.exclude(task=task).values_list("amount", flat=True))


def grade_of(evidence: Evidence) -> Grade:
    """Verified when nothing is missing."""
    return Grade.VERIFIED if evidence.is_verified else Grade.DECLARED
