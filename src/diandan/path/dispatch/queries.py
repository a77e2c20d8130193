"""派单: candidates for a job with their figures, and the offers a page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext as _

from diandan.ground.catalogue.models import ItemTake
from diandan.ground.people.models import Team
from diandan.kit.refusal import missing
from diandan.kit.units import distance_m
from diandan.path.ask.models import Urgency
from diandan.path.bundle.models import Bond, Job
from diandan.path.bundle.states import JobState

from .core import NORMAL_REACH_M, URGENT_REACH_M, Candidate, Need, Ranked, rank
from .models import Offer

LIVING = (JobState.ENGAGED, JobState.ALLOCATED, JobState.SERVING)
NEVER_ASKED_DAYS = 365


def candidates_for(job: Job, at: datetime, *, takers_only: bool) -> list[Ranked]:
    """Every living team of the job's centre, ranked with reasons. Four queries, whatever n."""
    week = at - timedelta(days=7)
    teams = (
        Team.objects.filter(home__path__startswith=job.centre.path, closed_at=None)
        .select_related("home")
        .annotate(
            living=Count("members", filter=Q(members__left_at=None), distinct=True),
            load=Count(
                "offers",
                filter=Q(offers__state=Offer.State.ACCEPTED)
                & (Q(offers__job__state__in=LIVING) | Q(offers__answered_at__gte=week)),
                distinct=True,
            ),
            last_asked=Max("offers__offered_at"),
        )
    )
    asked = set(Offer.objects.filter(job=job, team__isnull=False).values_list("team_id", flat=True))
    takers: set[UUID] = set()
    if job.item_id:
        takers = set(
            ItemTake.objects.filter(item_id=job.item_id, dropped_at=None).values_list(
                "team_id", flat=True
            )
        )
    reach_m = URGENT_REACH_M if job.urgency == Urgency.URGENT else NORMAL_REACH_M
    need = Need(frozenset(job.skills), job.headcount, takers_only, reach_m)
    marks = Marks(asked, takers, _failed(job))
    return rank(need, [_candidate(team, job, at, marks) for team in teams])


def _failed(job: Job) -> set[UUID]:
    """The teams whose service one of these residents had done again."""
    requests = Bond.objects.filter(job=job, left_at=None, request__reopened__gt=0)
    return set(
        Offer.objects.filter(
            state=Offer.State.ACCEPTED,
            team__isnull=False,
            job__bonds__left_why="reopened",
            job__bonds__request__in=requests.values("request"),
        ).values_list("team_id", flat=True)
    )


@dataclass(frozen=True, slots=True)
class Marks:
    """The teams asked about this job, those that took its item up, and those that failed it."""

    asked: set[UUID]
    takers: set[UUID]
    failed: set[UUID]


def _candidate(team: Team, job: Job, at: datetime, marks: Marks) -> Candidate:
    last: datetime | None = team.last_asked  # type: ignore[attr-defined]  # annotated above
    return Candidate(
        team_id=team.id,
        name=team.name,
        skills=frozenset(team.skills),
        distance_m=_distance(team, job),
        load=team.load,  # type: ignore[attr-defined]  # annotated above
        week_cap=team.week_cap,
        days_since_asked=(at - last).days if last else NEVER_ASKED_DAYS,
        members=team.living,  # type: ignore[attr-defined]  # annotated above
        was_asked=team.id in marks.asked,
        has_taken_item=team.id in marks.takers,
        has_failed=team.id in marks.failed,
    )


def _distance(team: Team, job: Job) -> int | None:
    a, b = team.home, job.place
    if a.lat is None or a.lon is None or b.lat is None or b.lon is None:
        return None
    return distance_m(a.lat, a.lon, b.lat, b.lon)


def offer_for_change(offer_id: UUID) -> Offer:
    """The offer with its job, the *job's* row locked: all racers for one job queue here."""
    offer = Offer.objects.filter(id=offer_id).first()
    if offer is None:
        raise missing(_("没有找到这份邀约,可能已经收回。"))
    Job.objects.select_for_update().filter(id=offer.job_id).first()
    return Offer.objects.select_related(
        "job", "job__place", "job__centre", "job__kind", "job__owner_place", "team"
    ).get(id=offer_id)


def open_offers(job: Job) -> QuerySet[Offer]:
    """The offers of a job still waiting for an answer."""
    return Offer.objects.filter(job=job, state=Offer.State.OPEN)


def what_else(
    team_ids: frozenset[UUID], centre_id: int, at: datetime, limit: int = 5
) -> list[Offer]:
    """Other open offers these teams could answer or claim now: told to who came too late."""
    return list(
        Offer.objects.filter(state=Offer.State.OPEN, expires_at__gt=at, job__centre_id=centre_id)
        .filter(Q(team_id__in=team_ids) | Q(team=None))
        .exclude(job__is_private=True)
        .select_related("job", "job__kind", "job__place")
        .order_by("expires_at")[:limit]
    )
