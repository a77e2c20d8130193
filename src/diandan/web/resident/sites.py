"""选社区: by a few characters of its name, by its sound, or down the list of streets."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from diandan.ground.places import queries as places
from diandan.ground.places.models import Kind, Place
from diandan.kit.refusal import missing
from diandan.web import door
from diandan.web.resident.here import ORDER_AT, here, place_under, remember_site
from diandan.web.resident.page import page, typed

FOUND_MAX = 30
Q_MAX = 40
NEAR_SHOWN = 5
LAT_MAX, LON_MAX = 90, 180


@require_http_methods(["GET", "POST"])
def pick(request: HttpRequest) -> HttpResponse:
    """Choose where help is needed; the choice stays on this device."""
    where = here(request)
    onward = door.next_page(request, "/")
    point = _point(request)
    if request.method == "POST" and point is None:
        place = place_under(where.root, request.POST.get("place", ""))
        if place is None:
            raise missing(_("没有找到这个地方,请再查一次。"), "unknown_place")
        response = HttpResponseRedirect(onward)
        remember_site(response, place)
        return response
    words = typed(request.GET.get("q", ""), Q_MAX)
    inside = _inside(request.GET.get("in", ""), where.root)
    found = (
        [p for p in places.search(where.root, words, FOUND_MAX) if p.kind in ORDER_AT]
        if words
        else []
    )
    context = {
        "q": words,
        "next": onward,
        "site": where.site,
        "inside": inside,
        "found": rows(found) if point is None else _near(point, where.root),
        "is_near": point is not None,
        "branches": [] if words or point else _branches(inside),
        "stations": [] if words or point else list(places.children(inside, *ORDER_AT)),
    }
    return page(request, "site", context)


def rows(found: list[Place]) -> list[dict[str, object]]:
    """Places with the names above them, in one query for all."""
    above = Place.objects.in_bulk({n for p in found for n in p.ancestor_ids[:-1]})
    shown = (Kind.CENTER, Kind.INSTITUTE, Kind.STATION)
    return [
        {
            "id": place.id,
            "name": place.name,
            "above": " ".join(
                above[n].name for n in place.ancestor_ids[:-1] if above[n].kind in shown
            ),
        }
        for place in found
    ]


def _point(request: HttpRequest) -> tuple[float, float] | None:
    """Where the phone says it is; posted, so that it stands in no log, and kept nowhere."""
    try:
        lat, lon = float(request.POST["lat"]), float(request.POST["lon"])
    except (KeyError, ValueError):
        return None
    return (lat, lon) if abs(lat) <= LAT_MAX and abs(lon) <= LON_MAX else None


def _near(point: tuple[float, float], root: Place) -> list[dict[str, object]]:
    near = places.nearest(*point, under=root, kinds=ORDER_AT, limit=NEAR_SHOWN)
    told = rows([one.place for one in near])
    for row, one in zip(told, near, strict=True):
        row["above"] = _("%(above)s,离您%(km).1f公里") % {
            "above": row["above"],
            "km": one.distance_m / 1000,
        }
    return told


def _inside(text: str, root: Place) -> Place:
    if text.isascii() and text.isdigit() and len(text) < Q_MAX // 2:
        place = places.open_places().filter(id=int(text), path__startswith=root.path).first()
        if place is not None:
            return place
    return root


def _branches(inside: Place) -> list[Place]:
    """What the list goes down to: centres of a city, streets of a centre."""
    return list(places.children(inside, Kind.CENTER, Kind.INSTITUTE))
