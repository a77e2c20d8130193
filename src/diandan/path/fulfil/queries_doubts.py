"""疑点: sessions as the rules of doubt look at them, and the doubts somebody has to decide."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from diandan.ground.people.actor import STAFF_ROLES, Actor
from diandan.ground.presence.doubts import Stay
from diandan.kit.refusal import missing
from diandan.path.engage.models import Engagement, Task

from .core import BY_CODE, OF_THE_SITE
from .models import Attendance, Doubt

# How far from a session the same person's others are compared with it.
BESIDE = timedelta(hours=24)
Proof = Attendance.Proof
OFFICERS = tuple(STAFF_ROLES)


def open_doubts(
    *,
    task_id: UUID | None = None,
    person_id: UUID | None = None,
    job_id: UUID | None = None,
    kinds: Iterable[str] = (),
) -> list[Doubt]:
    """Doubts nobody has decided yet, the oldest first; each argument given narrows them."""
    return list(_narrowed(task_id, person_id, job_id, kinds).filter(settled_at=None))


def doubts_of(
    *, task_id: UUID | None = None, person_id: UUID | None = None, job_id: UUID | None = None
) -> list[Doubt]:
    """All doubts, decided or not, the oldest first."""
    return list(_narrowed(task_id, person_id, job_id, ()))


def _narrowed(
    task_id: UUID | None, person_id: UUID | None, job_id: UUID | None, kinds: Iterable[str]
) -> QuerySet[Doubt]:
    rows = doubts().order_by("found_at", "id")
    if task_id is not None:
        rows = rows.filter(task_id=task_id)
    if person_id is not None:
        rows = rows.filter(task__person_id=person_id)
    if job_id is not None:
        rows = rows.filter(task__engagement__job_id=job_id)
    wanted = list(kinds)
    return rows.filter(kind__in=wanted) if wanted else rows


def doubts() -> QuerySet[Doubt]:
    """Doubts with everything that says whose and about what they are."""
    return Doubt.objects.select_related(
        "task__person",
        "task__attendance",
        "task__engagement__team",
        "task__engagement__job__place",
        "task__engagement__job__kind",
        "settled_by",
    )


def doubts_in(by: Actor) -> QuerySet[Doubt]:
    """Those of the places under which she works, the newest first."""
    under = Q(pk__in=[])
    for grant in by.grants:
        if grant.role in STAFF_ROLES:
            under |= Q(task__engagement__job__place__path__startswith=grant.path)
    return (
        doubts().filter(under, task__engagement__job__is_private=False).order_by("-found_at", "-id")
    )


def doubt_in(doubt_id: UUID, by: Actor) -> Doubt:
    """One of them, or a Refusal."""
    row = doubts_in(by).filter(id=doubt_id).first()
    if row is None:
        raise missing(_("没有找到这个疑点,或不在您的范围内。"), "unknown_doubt")
    return row


def stands_in_the_way(task_id: UUID, at: datetime) -> bool:
    """Whether minutes of this task were anything but undoubted at `at`: open, or decided so."""
    return (
        Doubt.objects.filter(task_id=task_id, found_at__lte=at)
        .exclude(outcome=Doubt.Outcome.CLEARED, settled_at__lte=at)
        .exists()
    )


def is_voided(task_id: UUID) -> bool:
    """Whether somebody decided that this session counts for nothing."""
    return Doubt.objects.filter(task_id=task_id, outcome=Doubt.Outcome.VOIDED).exists()


def own_stays(task: Task, seen: Attendance) -> list[Stay]:
    """The same person's finished sessions near this one, this one among them."""
    if seen.out_at is None:
        return []
    return stays(
        Q(
            task__person_id=task.person_id,
            in_at__lt=seen.out_at + BESIDE,
            out_at__gt=seen.in_at - BESIDE,
        )
    )


def team_stays(engagement: Engagement) -> list[Stay]:
    """Everybody's finished session of one event."""
    return stays(Q(task__engagement__job_id=engagement.job_id))


def stays(which: Q) -> list[Stay]:
    """Finished sessions, plain, with what of them rests on a hand's entry."""
    rows = Attendance.objects.filter(which, out_at__isnull=False).select_related(
        "task__engagement__job__place"
    )
    return [_stay(row) for row in rows.order_by("in_at", "id")]


def _stay(row: Attendance) -> Stay:
    job = row.task.engagement.job
    assert row.out_at is not None
    is_paper = Proof.PAPER in (row.in_proof, row.out_proof)
    heard = [at for at in (row.in_heard_at, row.out_heard_at) if at is not None]
    return Stay(
        id=str(row.task_id),
        person=str(row.task.person_id),
        group=str(job.id),
        began=row.in_at,
        ended=row.out_at,
        planned=job.minutes,
        lat=job.place.lat,
        lon=job.place.lon,
        in_by_hand=_by_hand(row.in_proof, row.in_by_id, row.task.person_id),
        out_by_hand=_by_hand(row.out_proof, row.out_by_id, row.task.person_id),
        # A paper sheet is always entered afterwards, and always needs a second person anyway.
        entered=max(heard) if heard and not is_paper else None,
        has_site_code=bool({row.in_proof, row.out_proof} & OF_THE_SITE),
    )


def _by_hand(proof: str, by_id: UUID | None, person_id: UUID) -> bool:
    """No code at all, or somebody else's entry that no second person witnessed."""
    if proof in (Proof.SCANNED, Proof.ROLL_CALL):
        return False
    return proof not in BY_CODE or (by_id is not None and by_id != person_id)
