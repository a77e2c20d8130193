"""自有事实: a centre's own month as the plain lines a replay reads (engine/replay/facts.py).

Ids, kinds, figures and moments only: no name, no word of a request, no door. A place is the site a
job belongs to, never a home. In this house teams are asked, so a line's "person" is a team and a
job wants one of them; private jobs (调解) are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import localtime

from diandan.ground.catalogue.models import ServiceKind
from diandan.ground.people.models import Team
from diandan.ground.places.models import Place
from diandan.path.bundle.models import Job
from diandan.path.bundle.states import JobState

from .core import NORMAL_REACH_M
from .models import Offer
from .scene import ANSWERED, HISTORY

#: The replay tells 32 kinds apart; the rarest are one.
KINDS_MOST, OTHER = 32, "other"
ALWAYS_FREE = (1 << 21) - 1  # a team has no calendar: somebody of it is free in every part of a day
#: A booked visit without an end may begin so much later and still be on time.
SLACK = timedelta(minutes=60)
#: Jobs about which no team was to be asked, or not yet.
NOT_ASKED = (JobState.DESIGNED, JobState.IN_REVIEW, JobState.SENT_BACK, JobState.CANCELLED)

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Left:
    """What could not be told, by reason."""

    no_place: int
    private: int


def facts_of(centre: Place, since: datetime, until: datetime) -> tuple[list[Line], Left]:
    """All lines of jobs made in [since, until), with half a year of answers before `until`."""
    jobs = _jobs(centre, since, until)
    told = [job for job in jobs if not job.is_private and _has_place(job.place)]
    names = _names(told)
    lines = [
        *_people(centre, names),
        *(_request(job, names) for job in told),
        *_answers(centre, until, names),
    ]
    private = sum(job.is_private for job in jobs)
    return lines, Left(no_place=len(jobs) - len(told) - private, private=private)


def _jobs(centre: Place, since: datetime, until: datetime) -> QuerySet[Job]:
    return (
        Job.objects.filter(centre=centre, made_at__gte=since, made_at__lt=until)
        .exclude(state__in=NOT_ASKED)
        .select_related("place", "kind")
        .order_by("made_at", "id")
    )


def _names(jobs: list[Job]) -> dict[int, str]:
    """Kind → what it is called in the lines; the rarest share one name."""
    counted = Counter(job.kind_id for job in jobs).most_common()
    codes = {job.kind_id: job.kind.code for job in jobs}
    if len(counted) <= KINDS_MOST:
        return codes
    kept = {kind for kind, _count in counted[: KINDS_MOST - 1]}
    return {kind: code if kind in kept else OTHER for kind, code in codes.items()}


def _people(centre: Place, names: dict[int, str]) -> Iterator[Line]:
    needed = {kind.id: frozenset(kind.skills) for kind in ServiceKind.objects.filter(id__in=names)}
    teams = Team.objects.filter(home__path__startswith=centre.path, closed_at=None)
    for team in teams.select_related("home").order_by("id"):
        if not _has_place(team.home):
            continue
        able = {names[kind] for kind, skills in needed.items() if skills <= set(team.skills)}
        yield {
            "what": "person",
            "person": str(team.id),
            **_point(team.home),
            "kinds": sorted(able),
            "reach_m": NORMAL_REACH_M,
            "free": ALWAYS_FREE,
        }


def _request(job: Job, names: dict[int, str]) -> Line:
    placed, booked = job.made_at, job.starts_at is not None
    start = max(job.starts_at or placed, placed)
    if booked:
        length = timedelta(minutes=max(job.minutes, 1))
        promise = max(start, job.ends_at - length) if job.ends_at else start + SLACK
    else:
        promise = max(job.promise_at, start)
    return {
        "what": "request",
        "kind": names[job.kind_id],
        **_point(job.place),
        "heads": 1,
        "minutes": max(job.minutes, 1),
        "placed": _local(placed),
        "start": _local(start),
        "promise": _local(promise),
        "booked": booked,
    }


def _answers(centre: Place, until: datetime, names: dict[int, str]) -> Iterator[Line]:
    offers = Offer.objects.filter(
        job__centre=centre,
        team__isnull=False,
        role=Offer.Role.MAIN,
        offered_at__gte=until - HISTORY,
        offered_at__lt=until,
        state__in=ANSWERED,
    ).select_related("job")
    for offer in offers.order_by("offered_at", "id"):
        line: Line = {
            "what": "answer",
            "person": str(offer.team_id),
            "kind": names.get(offer.job.kind_id, OTHER),
            "at": _local(offer.offered_at),
            "yes": offer.state == Offer.State.ACCEPTED,
        }
        if line["yes"] and offer.job.state in (JobState.SERVED, JobState.CLOSED):
            line["came"] = True
        yield line


def _has_place(place: Place) -> bool:
    return place.lat is not None and place.lon is not None


def _point(place: Place) -> Line:
    return {"lon": place.lon, "lat": place.lat}


def _local(moment: datetime) -> str:
    return localtime(moment).strftime("%Y-%m-%dT%H:%M")
