"""接单·配单: engagements and tasks a page or an action needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Team
from diandan.kit.refusal import Refusal, missing
from diandan.kit.units import local
from diandan.path.bundle.models import Job
from diandan.path.bundle.states import JobState
from diandan.path.dispatch.learning import comes
from diandan.path.dispatch.models import Offer

from .models import LIVING_TASKS, Engagement, Task

UNDER_WAY = (JobState.ENGAGED, JobState.ALLOCATED, JobState.SERVING)
SAID_NO = (Task.State.DECLINED, Task.State.DROPPED, Task.State.HANDED_ON)
CLAIMS_MAX = 50
#: How far back a team's given-up work tells how it keeps its word, and how such work ended.
HISTORY = timedelta(days=180)
GAVE_BACK = ("given_up", "nobody_left")
OFFER_WITH = ("job", "job__place", "job__kind", "job__item", "team", "team__home")


def living(job: Job) -> Engagement | None:
    """The team that has the job now, if any."""
    return Engagement.objects.filter(job=job, ended_at=None).select_related("team", "job").first()


def task_for_change(task_id: UUID) -> Task:
    """The task with its job, the job's row locked so that two steps never cross."""
    task = Task.objects.filter(id=task_id).select_related("engagement").first()
    if task is None:
        raise missing(_("没有找到这项任务。"))
    Job.objects.select_for_update().filter(id=task.engagement.job_id).first()
    return _tasks().get(id=task_id)


def living_tasks(engagement: Engagement) -> list[Task]:
    """The tasks of those who are still coming, came, or have been."""
    return list(
        engagement.tasks.filter(state__in=LIVING_TASKS).select_related("person").order_by("id")
    )


def said_no(engagement: Engagement) -> list[Task]:
    """Those who were asked for this visit and cannot, latest answer first."""
    return list(
        engagement.tasks.filter(state__in=SAID_NO).select_related("person").order_by("-state_at")
    )


def offers_asked(by: Actor, at: datetime) -> list[Offer]:
    """Offers that wait for an answer of a team she leads, the first to run out first."""
    rows = Offer.objects.filter(team_id__in=by.leads, state=Offer.State.OPEN, expires_at__gt=at)
    return list(rows.select_related(*OFFER_WITH).order_by("expires_at", "id"))


def offers_answered(by: Actor, limit: int = 10) -> list[Offer]:
    """What her teams were asked and what became of it, newest first."""
    rows = Offer.objects.filter(team_id__in=by.leads).exclude(
        state__in=(Offer.State.OPEN, Offer.State.STANDBY)
    )
    return list(rows.select_related(*OFFER_WITH).order_by("-offered_at", "id")[:limit])


@dataclass(frozen=True, slots=True)
class Claim:
    """An offer open to all, with those of her teams that may claim it (none: she leads none)."""

    offer: Offer
    teams: tuple[Team, ...]


def claims_for(by: Actor, at: datetime) -> list[Claim]:
    """抢单: open offers of her teams' centres that at least one of her teams could do."""
    teams = list(Team.objects.filter(id__in=by.member_of, closed_at=None).select_related("home"))
    rows = (
        Offer.objects.filter(team=None, state=Offer.State.OPEN, expires_at__gt=at)
        .exclude(job__is_private=True)
        .select_related(*OFFER_WITH, "job__centre")
        .order_by("expires_at", "id")
    )
    found = [(row, [t for t in teams if could_do(t, row.job)]) for row in rows[: CLAIMS_MAX * 4]]
    return [Claim(row, tuple(t for t in able if t.id in by.leads)) for row, able in found if able][
        :CLAIMS_MAX
    ]


def could_do(team: Team, job: Job) -> bool:
    """Whether the team is of the job's centre and has every skill it needs."""
    return team.home.path.startswith(job.centre.path) and set(job.skills) <= set(team.skills)


def offer_seen(offer_id: UUID, by: Actor) -> Offer:
    """An offer as one of the asked team, or as anybody who might claim it; else a Refusal."""
    row = _seen(offer_id, by).select_related(*OFFER_WITH, "job__centre").first()
    if row is None:
        raise _unseen()
    return row


def check_seen(offer_id: UUID, by: Actor) -> None:
    """As `offer_seen`, for who will read the offer under its lock: raises the same Refusal."""
    if not _seen(offer_id, by).exists():
        raise _unseen()


def _seen(offer_id: UUID, by: Actor) -> QuerySet[Offer]:
    hers = Q(team_id__in=by.member_of) | Q(team=None, job__is_private=False) | _won_by(by)
    return Offer.objects.filter(id=offer_id).filter(hers)


def _unseen() -> Refusal:
    return missing(_("没有找到这份邀约,可能已经收回,或不是给您的队伍的。"))


def _won_by(by: Actor) -> Q:
    """An open offer somebody claimed: who was late may still read who is thanked."""
    return Q(why__open=True, job__is_private=False) if by.is_volunteer else Q(pk__in=[])


def engagements_led(by: Actor) -> list[Engagement]:
    """The work under way of the teams she leads, the next visit first."""
    rows = Engagement.objects.filter(
        team_id__in=by.leads, ended_at=None, job__state__in=UNDER_WAY
    ).select_related("team", "job", "job__place", "job__kind")
    return list(rows.order_by(F("job__starts_at").asc(nulls_last=True), "accepted_at"))


def drop_history(team_id: UUID, at: datetime) -> tuple[int, int]:
    """How many engagements of half a year a team gave back, and how many it had."""
    rows = Engagement.objects.filter(team_id=team_id, accepted_at__gte=at - HISTORY)
    counted = rows.aggregate(
        dropped=Count("id", filter=Q(ended_why__in=GAVE_BACK)), engaged=Count("id")
    )
    return counted["dropped"], counted["engaged"]


def come_chances_of_teams(team_ids: Iterable[UUID], at: datetime) -> dict[UUID, float]:
    """How likely each team that says yes also goes, from what it gave back in half a year."""
    rows = (
        Engagement.objects.filter(team_id__in=set(team_ids), accepted_at__gte=at - HISTORY)
        .values("team_id")
        .annotate(dropped=Count("id", filter=Q(ended_why__in=GAVE_BACK)), engaged=Count("id"))
        .order_by()
    )
    return {row["team_id"]: comes(row["dropped"], row["engaged"]) for row in rows}


def come_chances_of_people(people: Iterable[UUID], at: datetime) -> dict[UUID, float]:
    """How likely each who says yes also comes, from the visits of half a year that are over.

    A visit handed on in time, or released by the house, was nobody's to come to.
    """
    rows = (
        Task.objects.filter(
            person_id__in=set(people),
            allocated_at__gte=at - HISTORY,
            state__in=(Task.State.CHECKED_IN, Task.State.CHECKED_OUT, Task.State.DROPPED),
        )
        .values("person_id")
        .annotate(missed=Count("id", filter=Q(state=Task.State.DROPPED)), all=Count("id"))
        .order_by()
    )
    return {row["person_id"]: comes(row["missed"], row["all"]) for row in rows}


def standing_by(by: Actor) -> list[Offer]:
    """备勤中: the jobs for which a team she leads has said it would come, the next visit first."""
    rows = Offer.objects.filter(team_id__in=by.leads, state=Offer.State.STANDBY)
    return list(
        rows.select_related(*OFFER_WITH).order_by(F("job__starts_at").asc(nulls_last=True), "id")
    )


def engagement_led(job_id: UUID, by: Actor) -> Engagement:
    """The latest engagement of a team she leads to this job, even when it has ended."""
    row = (
        Engagement.objects.filter(job_id=job_id, team_id__in=by.leads)
        .select_related("team", "team__home", "job", "job__place", "job__centre", "job__kind")
        .order_by(F("ended_at").desc(nulls_first=True))
        .first()
    )
    if row is None:
        raise missing(_("没有找到这张服务单,或它不在您带的队伍手里。"))
    return row


def task_of(task_id: UUID, by: Actor) -> Task:
    """Her own task; a Refusal for anybody else's."""
    row = _tasks().filter(id=task_id).first()
    if row is None or by.person_id is None or row.person_id != by.person_id:
        raise missing(_("没有找到这项任务,或它不是您的。"))
    return row


def tasks_ahead(person_id: UUID) -> list[Task]:
    """What she is asked for or going to, the next visit first; open-ended ones last."""
    rows = _tasks().filter(
        person_id=person_id,
        state__in=LIVING_TASKS,
        engagement__ended_at=None,
        engagement__job__state__in=UNDER_WAY,
    )
    rows = rows.exclude(state=Task.State.CHECKED_OUT)
    return list(rows.order_by(F("engagement__job__starts_at").asc(nulls_last=True), "id"))


def tasks_done(person_id: UUID, limit: int = 100) -> QuerySet[Task]:
    """The visits she has made, newest first."""
    rows = _tasks().filter(person_id=person_id, state=Task.State.CHECKED_OUT)
    return rows.select_related("attendance").order_by("-state_at")[:limit]


def waiting(by: Actor, at: datetime) -> tuple[int, int]:
    """How many offers wait for her teams' answer, and how many tasks for her own."""
    offers = Offer.objects.filter(
        team_id__in=by.leads, state=Offer.State.OPEN, expires_at__gt=at
    ).count()
    if by.person_id is None:
        return offers, 0
    tasks = Task.objects.filter(
        person_id=by.person_id,
        state=Task.State.PROPOSED,
        engagement__ended_at=None,
        engagement__job__state__in=UNDER_WAY,
    ).count()
    return offers, tasks


def week_loads(people: Iterable[UUID], at: datetime) -> dict[UUID, int]:
    """How many visits each has in the calendar week of `at`, in whichever team."""
    day = local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = day - timedelta(days=day.weekday())
    week = (monday, monday + timedelta(days=7))
    rows = Task.objects.filter(
        Q(engagement__job__starts_at__range=week)
        | Q(engagement__job__starts_at=None, allocated_at__range=week),
        person_id__in=set(people),
        state__in=LIVING_TASKS,
    ).values_list("person_id", flat=True)
    loads: dict[UUID, int] = {}
    for person_id in rows:
        loads[person_id] = loads.get(person_id, 0) + 1
    return loads


def busy_with(jobs: Iterable[Job], people: Iterable[UUID]) -> frozenset[tuple[UUID, UUID]]:
    """(job, person) pairs whose person has another visit at the job's time."""
    timed = [
        (job.id, job.starts_at, _end(job.starts_at, job.ends_at, job.minutes))
        for job in jobs
        if job.starts_at is not None
    ]
    rows = list(
        Task.objects.filter(
            person_id__in=set(people),
            state__in=LIVING_TASKS,
            engagement__ended_at=None,
            engagement__job__starts_at__isnull=False,
        ).values_list(
            "person_id",
            "engagement__job__starts_at",
            "engagement__job__ends_at",
            "engagement__job__minutes",
        )
        if timed
        else []
    )
    return frozenset(
        (job_id, person)
        for job_id, begins, ends in timed
        for person, start, end, minutes in rows
        if start is not None and start < ends and begins < _end(start, end, minutes)
    )


def _end(start: datetime, end: datetime | None, minutes: int) -> datetime:
    return end or start + timedelta(minutes=max(minutes, 1))


def _tasks() -> QuerySet[Task]:
    return Task.objects.select_related(
        "engagement",
        "engagement__team",
        "engagement__job",
        "engagement__job__place",
        "engagement__job__centre",
        "engagement__job__kind",
        "engagement__job__owner_place",
        "person",
    )
