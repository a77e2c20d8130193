"""派单地图: the job's place, the teams beside it and what they were asked, as points and one outline.

Only places are shown, never a door: a team stands where its home place stands. Without a tile
provider the centre's outline and its own stations are all the ground there is; the ranked list
beside it says the same in words.
"""

from __future__ import annotations

import functools
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET
from shapely.geometry import mapping

from diandan.ground.people.models import Team
from diandan.ground.places.models import Kind, Place
from diandan.ground.places.scatter import Position, outline
from diandan.path.bundle.models import Job
from diandan.path.dispatch.models import Offer
from diandan.web import door

from . import frame, jobs, ranking

FINE = 0.0008
GROUND = (Kind.INSTITUTE, Kind.STATION)
GROUND_SHOWN = 400


@require_GET
@door.staff_only
def job_map(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Everything the map of one job shows."""
    job = jobs.find(job_id, door.actor(request))
    found = {
        "tiles": settings.MAP_TILES,
        "job": _spot(job.place, job.place.full_name),
        "teams": _teams(job, ranking.ranked(job, door.now(request))),
        "ground": _ground(job.centre),
        "outline": _outline(job.centre),
        "invented": job.place.position_source == "demo",
    }
    return frame.kept_nowhere(JsonResponse(found))


def _teams(job: Job, ranked: dict[str, Any]) -> list[dict[str, Any]]:
    """The ranked and the asked, once each, where their home stands; several may share a place."""
    told = {t["id"]: t for t in (*ranked["teams"], *ranked["more"])}
    offers = {
        o.team_id: o
        for o in Offer.objects.filter(job=job, team__isnull=False).order_by("wave", "offered_at")
    }
    rank = {key: n for n, key in enumerate(told, start=1)}
    rows = Team.objects.select_related("home").filter(id__in=[*told, *offers])
    teams = []
    for team in sorted(rows, key=lambda t: (rank.get(t.id, len(rank) + 1), t.name)):
        spot = _spot(team.home, team.name)
        if spot is None:
            continue
        offer = offers.get(team.id)
        why = told[team.id]["travel"] if team.id in told else ""
        answer = str(offer.get_state_display()) if offer else ""
        teams.append(
            {
                **spot,
                "id": str(team.id),
                "rank": rank.get(team.id, 0),
                "state": offer.state if offer else "",
                "words": " · ".join(part for part in (team.name, why, answer) if part),
            }
        )
    return teams


def _ground(centre: Place) -> list[dict[str, Any]]:
    """The centre's institutes and stations, to see where one is without a street map."""
    rows = Place.objects.filter(
        path__startswith=centre.path, valid_until=None, kind__in=GROUND, lat__isnull=False
    ).order_by("path")[:GROUND_SHOWN]
    spots = ((row, _spot(row, row.name)) for row in rows)
    return [{**spot, "large": row.kind == Kind.INSTITUTE} for row, spot in spots if spot]


def _outline(centre: Place) -> dict[str, Any] | None:
    if centre.lat is None or centre.lon is None or not centre.region_code:
        return None
    return _drawn(centre.region_code[:6], centre.lat, centre.lon)


@functools.lru_cache(maxsize=64)
def _drawn(code: str, lat: float, lon: float) -> dict[str, Any]:
    """The outline, coarse enough to be sent in a moment."""
    return dict(mapping(outline(code, Position(lat, lon)).simplify(FINE)))


def _spot(place: Place, name: str) -> dict[str, Any] | None:
    if place.lat is None or place.lon is None:
        return None
    return {"lat": round(place.lat, 5), "lon": round(place.lon, 5), "name": name}
