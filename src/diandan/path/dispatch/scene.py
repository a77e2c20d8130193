"""派单现场: the tables of one centre as the plain rows a round is computed from.

A handful of queries, however many jobs and teams there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Max, Q

from diandan.ground.catalogue.models import ItemTake
from diandan.ground.people.models import Team
from diandan.ground.places.models import Place
from diandan.ground.posts.queries import paired, stops_on
from diandan.path.ask.models import Urgency
from diandan.path.bundle.models import Bond, Job
from diandan.path.bundle.states import JobState

from .core import ASKS_A_WEEK, JobRow, Scene, TeamRow
from .learning import Learnt
from .models import ByHandOnly, Offer

LIVING = (JobState.ENGAGED, JobState.ALLOCATED, JobState.SERVING)
#: How far back a team's answers tell how it will answer.
HISTORY = timedelta(days=180)
MICRO = 1_000_000
NOBODY: Mapping[UUID, int] = {}
ANSWERED = (Offer.State.ACCEPTED, Offer.State.DECLINED, Offer.State.EXPIRED)


def scene_of(
    centre: Place,
    jobs: Iterable[Job],
    at: datetime,
    *,
    takers_only: Iterable[UUID] = (),
    for_backup: bool = False,
    away: Mapping[UUID, int] = NOBODY,
) -> Scene:
    """The round of these `jobs` of one centre at `at`.

    `takers_only`: the jobs for which only teams that took the menu's item up are asked.
    `for_backup`: who will be asked to stand by (备勤); who was too late with a yes may be.
    `away`: how many of a team's members cannot be sent now (a later room knows why).
    """
    waiting = list(jobs)
    stops = stops_on(centre, at)
    teams = [
        _team(team, at, stops.get(team.id, team.home), away.get(team.id, 0))
        for team in _teams(centre, at)
    ]
    rows = tuple(job_row(job, at) for job in waiting)
    return Scene(
        now=minute(at),
        jobs=rows,
        teams=tuple(teams),
        barred=_barred(waiting, teams, frozenset(takers_only), for_backup),
        familiar=_familiar(waiting) | _paired(centre, waiting, at),
        chances=_chances(centre, at, teams, {row.kind for row in rows}),
    )


def minute(at: datetime) -> int:
    """Minutes since 1970."""
    return int(at.timestamp()) // 60


def _teams(centre: Place, at: datetime) -> Iterable[Team]:
    week = at - timedelta(days=7)
    accepted = Q(offers__state=Offer.State.ACCEPTED)
    return (
        Team.objects.filter(home__path__startswith=centre.path, closed_at=None)
        .select_related("home")
        .annotate(
            living=Count("members", filter=Q(members__left_at=None), distinct=True),
            load=Count(
                "offers",
                filter=accepted
                & (Q(offers__job__state__in=LIVING) | Q(offers__answered_at__gte=week)),
                distinct=True,
            ),
            asks_week=Count("offers", filter=Q(offers__offered_at__gte=week), distinct=True),
            last_asked=Max("offers__offered_at"),
        )
        .order_by("id")
    )


def _team(team: Team, at: datetime, where: Place, away: int) -> TeamRow:
    """`where`: its home, or the stop of its tour at which a mobile team is now."""
    last: datetime | None = team.last_asked  # type: ignore[attr-defined]  # annotated above
    living: int = team.living  # type: ignore[attr-defined]  # annotated above
    return TeamRow(
        id=team.id,
        name=team.name,
        skills=frozenset(team.skills),
        at=point(where),
        members=max(0, living - away),
        load=team.load,  # type: ignore[attr-defined]  # annotated above
        week_cap=team.week_cap,
        days_since_asked=(at - last).days if last else None,
        asks_week=team.asks_week,  # type: ignore[attr-defined]  # annotated above
        all_away=0 < living <= away,
    )


def job_row(job: Job, at: datetime) -> JobRow:
    """A job that waits, as the round sees it."""
    start = minute(job.starts_at or at)
    end = job.ends_at or max(job.promise_at, at)
    return JobRow(
        id=job.id,
        kind=str(job.kind_id),
        skills=frozenset(job.skills),
        at=point(job.place),
        headcount=job.headcount,
        minutes=max(job.minutes, 1),
        window=(start, max(minute(end), start + max(job.minutes, 1))),
        promise_by=minute(job.promise_at),
        made=minute(job.made_at),
        is_urgent=job.urgency == Urgency.URGENT,
    )


def point(place: Place) -> tuple[int, int] | None:
    """Microdegrees, longitude first; None where the place's position is unknown."""
    if place.lat is None or place.lon is None:
        return None
    return round(place.lon * MICRO), round(place.lat * MICRO)


def _barred(
    jobs: list[Job], teams: list[TeamRow], takers_only: frozenset[UUID], for_backup: bool
) -> dict[tuple[UUID, UUID], str]:
    """Why this house does not ask a team about a job; the gravest reason first."""
    asked: dict[UUID, set[UUID]] = {job.id: set() for job in jobs}
    # Who stood by and was not needed has said no to nothing.
    pairs = Offer.objects.filter(job__in=jobs, team__isnull=False).exclude(
        state=Offer.State.TAKEN if for_backup else Offer.State.RELEASED
    )
    for job_id, team_id in pairs.values_list("job_id", "team_id"):
        asked[job_id].add(team_id)
    failed, takers = _failed(jobs), _takers(jobs)
    by_hand = set(ByHandOnly.objects.filter(ended_at=None).values_list("team_id", flat=True))
    found: dict[tuple[UUID, UUID], str] = {}
    for job in jobs:
        only = takers.get(job.item_id, set()) if job.id in takers_only else None
        for team in teams:
            code = _bar(team, asked[job.id], failed.get(job.id, set()), only)
            code = code or ("by_hand_only" if team.id in by_hand else "")
            if code:
                found[job.id, team.id] = code
    return found


def _bar(team: TeamRow, asked: set[UUID], failed: set[UUID], only: set[UUID] | None) -> str:
    if team.id in asked:
        return "asked_before"
    if team.id in failed:
        return "failed_before"
    if only is not None and team.id not in only:
        return "not_taken"
    if team.load >= team.week_cap:
        return "week_cap"
    if team.asks_week >= ASKS_A_WEEK:
        return "asked_enough"
    return ""


def _takers(jobs: list[Job]) -> Mapping[UUID | None, set[UUID]]:
    """Menu item → the teams that took it up."""
    found: dict[UUID | None, set[UUID]] = {}
    items = {job.item_id for job in jobs if job.item_id}
    if not items:
        return found
    rows = ItemTake.objects.filter(item_id__in=items, dropped_at=None)
    for item_id, team_id in rows.values_list("item_id", "team_id"):
        found.setdefault(item_id, set()).add(team_id)
    return found


def _failed(jobs: list[Job]) -> dict[UUID, set[UUID]]:
    """Job → the teams whose service one of its residents had done again."""
    again = {
        bond.request_id: bond.job_id
        for bond in Bond.objects.filter(job__in=jobs, left_at=None, request__reopened__gt=0)
    }
    found: dict[UUID, set[UUID]] = {}
    if not again:
        return found
    rows = Offer.objects.filter(
        state=Offer.State.ACCEPTED,
        team__isnull=False,
        job__bonds__left_why="reopened",
        job__bonds__request__in=again,
    ).values_list("job__bonds__request_id", "team_id")
    for request_id, team_id in rows:
        if request_id in again:
            found.setdefault(again[request_id], set()).add(team_id)
    return found


def _familiar(jobs: list[Job]) -> frozenset[tuple[UUID, UUID]]:
    """(job, team) pairs where the team has served one of the job's residents before."""
    people: dict[UUID, set[UUID]] = {}
    bonds = Bond.objects.filter(job__in=jobs, left_at=None)
    for job_id, person_id in bonds.values_list("job_id", "request__requester_id"):
        people.setdefault(person_id, set()).add(job_id)
    if not people:
        return frozenset()
    rows = Offer.objects.filter(
        state=Offer.State.ACCEPTED,
        team__isnull=False,
        job__state__in=(JobState.SERVED, JobState.CLOSED),
        job__bonds__request__requester__in=people,
    ).values_list("job__bonds__request__requester_id", "team_id")
    return frozenset(
        (job_id, team_id) for person_id, team_id in rows for job_id in people.get(person_id, ())
    )


def _paired(centre: Place, jobs: list[Job], at: datetime) -> frozenset[tuple[UUID, UUID]]:
    """结对共建: the teams of a unit are known where it is paired with the job's venue."""
    venues = paired(centre, at)
    if not venues:
        return frozenset()
    teams = Team.objects.filter(home_id__in=venues, closed_at=None).values_list("id", "home_id")
    return frozenset(
        (job.id, team_id)
        for team_id, unit_id in teams
        for job in jobs
        if any(job.place.path.startswith(path) for path in venues[unit_id])
    )


def _chances(
    centre: Place, at: datetime, teams: list[TeamRow], kinds: set[str]
) -> dict[tuple[UUID, str], int]:
    """Predicted thousandth of a yes by (team, kind), from the centre's answers of half a year."""
    rows = (
        Offer.objects.filter(
            job__centre=centre,
            team__isnull=False,
            role=Offer.Role.MAIN,
            offered_at__gte=at - HISTORY,
            state__in=ANSWERED,
        )
        .values("team_id", "job__kind_id")
        .annotate(yes=Count("id", filter=Q(state=Offer.State.ACCEPTED)), answers=Count("id"))
        .order_by()
    )
    learnt = Learnt(
        (row["team_id"], str(row["job__kind_id"]), row["yes"], row["answers"]) for row in rows
    )
    return {(team.id, kind): learnt.chance(team.id, kind) for team in teams for kind in kinds}
