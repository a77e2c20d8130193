"""问到个人: which volunteers could be asked about these jobs themselves, as a round's plain rows.

A volunteer stands in the round as a team of one. Looked at are those who switched 可以接单 on, are
grown up, belong to a team of the centre and have the skills; nobody is enrolled or ordered by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, F, FloatField, Max, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from diandan.engine import problem
from diandan.engine.weights import Weights
from diandan.ground.people.core import ADULT_YEARS
from diandan.ground.people.models import Membership, Volunteer
from diandan.ground.places.models import Place
from diandan.kit.units import local
from diandan.path.bundle.models import Bond, Job

from .core import Scene, TeamRow, as_problem
from .learning import Learnt
from .models import NoDirectAsk, PersonAsk
from .scene import HISTORY, job_row, minute, point

#: So many of the nearest are looked at for one job; the round is optimal among them.
LOOKED_AT = 200
#: 疲劳: so often in seven days a person is asked at most, and so many visits a week she is given.
ASKS_A_WEEK = 3
VISITS_A_WEEK = 4
WEEK = timedelta(days=7)
#: After this a silence teaches the chances what a no would.
SILENT = timedelta(hours=12)
ANSWERED = (PersonAsk.State.AGREED, PersonAsk.State.DECLINED)
FAR_AWAY = 1e9


@dataclass(frozen=True, slots=True)
class Folk:
    """Who could be asked about which jobs, and what the later rooms know of them.

    `loads`: visits in hand or of this week by person; `busy`: (job, person) pairs whose person is
    on another visit at the job's time.
    """

    near: Mapping[UUID, Volunteer]
    loads: Mapping[UUID, int] = field(default_factory=dict)
    busy: frozenset[tuple[UUID, UUID]] = frozenset()


def nearest(centre: Place, jobs: Iterable[Job], at: datetime) -> dict[UUID, Volunteer]:
    """The nearest `LOOKED_AT` able volunteers of each job, by person."""
    near: dict[UUID, Volunteer] = {}
    for job in jobs:
        for one in _nearest(centre, job, at):
            near.setdefault(one.person_id, one)
    return near


def folk_scene(centre: Place, jobs: Iterable[Job], folk: Folk, at: datetime) -> Scene:
    """The round of the jobs whose volunteers are asked themselves; `barred` says why not whom."""
    waiting = list(jobs)
    rows = tuple(replace(job_row(job, at), headcount=1) for job in waiting)
    ids = sorted(folk.near)
    weeks = _asks(ids, at)
    people = tuple(_row(folk.near[i], weeks.get(i), folk.loads.get(i, 0), at) for i in ids)
    return Scene(
        now=minute(at),
        jobs=rows,
        teams=people,
        barred=_barred(waiting, people, folk.busy),
        familiar=frozenset(),
        chances=_chances(centre, at, ids, {row.kind for row in rows}),
    )


def folk_problem(scene: Scene, needs: Mapping[UUID, int], weights: Weights) -> problem.Problem:
    """The round as the engine's problem: each job still needs so many of these people."""
    made = as_problem(scene, weights)
    jobs = tuple(
        replace(job, heads=max(1, needs[row.id]))
        for job, row in zip(made.jobs, scene.jobs, strict=True)
    )
    return replace(made, jobs=jobs)


def _nearest(centre: Place, job: Job, at: datetime) -> list[Volunteer]:
    grown = local(at).date()
    grown = grown.replace(year=grown.year - ADULT_YEARS, day=min(grown.day, 28))
    in_team = Membership.objects.filter(
        person_id=OuterRef("person_id"),
        left_at=None,
        team__closed_at=None,
        team__home__path__startswith=centre.path,
    )
    rows = Volunteer.objects.filter(
        Exists(in_team),
        ~Exists(NoDirectAsk.objects.filter(person_id=OuterRef("person_id"), ended_at=None)),
        Q(person__born_on=None) | Q(person__born_on__lte=grown),
        on_duty=True,
        person__frozen_at=None,
        skills__contains=list(job.skills),
    ).select_related("person__home")
    if job.place.lat is not None and job.place.lon is not None:
        north = F("person__home__lat") - Value(job.place.lat)
        east = F("person__home__lon") - Value(job.place.lon)
        rows = rows.annotate(
            far=Coalesce(north * north + east * east, Value(FAR_AWAY), output_field=FloatField())
        ).order_by("far", "person_id")
    else:
        rows = rows.order_by("person_id")
    return list(rows[:LOOKED_AT])


def _row(one: Volunteer, asked: tuple[int, datetime] | None, load: int, at: datetime) -> TeamRow:
    home = one.person.home
    return TeamRow(
        id=one.person_id,
        name="",
        skills=frozenset(one.skills),
        at=point(home) if home else None,
        members=1,
        load=load,
        week_cap=VISITS_A_WEEK,
        days_since_asked=(at - asked[1]).days if asked else None,
        asks_week=asked[0] if asked else 0,
    )


def _asks(ids: list[UUID], at: datetime) -> dict[UUID, tuple[int, datetime]]:
    rows = (
        PersonAsk.objects.filter(person_id__in=ids)
        .values("person_id")
        .annotate(week=Count("id", filter=Q(asked_at__gte=at - WEEK)), last=Max("asked_at"))
        .order_by()
    )
    return {row["person_id"]: (row["week"], row["last"]) for row in rows}


def _barred(
    jobs: list[Job], people: tuple[TeamRow, ...], busy: frozenset[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], str]:
    """Why a person is not asked about a job; the gravest reason first."""
    asked = set(PersonAsk.objects.filter(job__in=jobs).values_list("job_id", "person_id"))
    own = set(
        Bond.objects.filter(job__in=jobs, left_at=None).values_list(
            "job_id", "request__requester_id"
        )
    )
    found: dict[tuple[UUID, UUID], str] = {}
    for job in jobs:
        for one in people:
            pair = job.id, one.id
            if pair in asked:
                found[pair] = "asked_before"
            elif pair in own:
                found[pair] = "own_request"
            elif pair in busy:
                found[pair] = "busy_then"
            elif one.load >= one.week_cap:
                found[pair] = "week_cap"
            elif one.asks_week >= ASKS_A_WEEK:
                found[pair] = "asked_enough"
    return found


def _chances(
    centre: Place, at: datetime, ids: list[UUID], kinds: set[str]
) -> dict[tuple[UUID, str], int]:
    """Predicted thousandth of a yes by (person, kind); a silence of half a day counts as a no."""
    silent = Q(state=PersonAsk.State.OPEN, asked_at__lt=at - SILENT)
    rows = (
        PersonAsk.objects.filter(
            Q(state__in=ANSWERED) | silent, job__centre=centre, asked_at__gte=at - HISTORY
        )
        .values("person_id", "job__kind_id")
        .annotate(yes=Count("id", filter=Q(state=PersonAsk.State.AGREED)), answers=Count("id"))
        .order_by()
    )
    learnt = Learnt(
        (row["person_id"], str(row["job__kind_id"]), row["yes"], row["answers"]) for row in rows
    )
    return {(i, kind): learnt.chance(i, kind) for i in ids for kind in kinds}
