"""阵地页: what somebody sees who scans a site's code; the directory; the poster on the door."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import segno
from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from diandan.ground.catalogue.queries import menu
from diandan.ground.people import queries as people
from diandan.ground.people.models import Role
from diandan.ground.places import hours, queries
from diandan.ground.places.blueprint import POSITION_DEMO
from diandan.ground.places.models import Kind, Place
from diandan.ground.posts.queries import days_at
from diandan.kit.refusal import missing
from diandan.kit.units import local
from diandan.web import door
from diandan.web.volunteer.days import day_row

PAGE = 100
STATIONS_SHOWN = 400
ITEMS_MAX = 12
ON_DUTY = (
    Role.STATION_STAFF,
    Role.INSTITUTE_STAFF,
    Role.CENTER_STAFF,
    Role.DISPATCHER,
    Role.GRID_WORKER,
    Role.CALLBACK_STAFF,
)


def _open_place(place_id: int) -> Place:
    place = queries.by_id(place_id)
    if place.valid_until is not None:
        above = place.parent.name if place.parent else ""
        raise missing(
            _("“%(name)s”已停用。附近的事请找%(above)s。") % {"name": place.name, "above": above},
            "place_closed",
        )
    return place


@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """The whole district by its tree, by kind, or by a name, its sound or its initials."""
    centre = door.centre()
    if centre is None:
        raise missing(_("这里还没有建好阵地。"), "no_centre")
    q = request.GET.get("q", "").strip()[:40]
    kind = request.GET.get("kind", "")
    context: dict[str, Any] = {"centre": centre, "q": q, "counts": _counts(centre)}
    if q:
        context["found"] = [_line(p) for p in queries.search(centre, q, limit=60)]
    elif kind in Kind.values:
        rows = queries.subtree(centre).filter(kind=kind, valid_until=None).order_by("path")
        page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
        context |= {"kind": Kind(kind).label, "page": page, "found": [_line(p) for p in page]}
    else:
        context |= {"branches": _branches(centre), "differences": queries.differences(centre)}
    return render(request, "sites/directory.html", context)


def _counts(centre: Place) -> list[dict[str, Any]]:
    title = centre.about.get("material", {}).get("title", "")
    return [
        {
            "label": c.label,
            "now": c.now,
            "href": f"{reverse('sites')}?kind={c.kind}" if c.kind != "all" else "",
            "beside": _("材料(%(dated)s,〈%(title)s〉)写“%(words)s”")
            % {"dated": c.dated or _("未署日期"), "title": title, "words": c.words}
            if c.material is not None
            else "",
        }
        for c in queries.counts(centre)
    ]


def _branches(top: Place) -> list[dict[str, Any]]:
    """Each place below, with those below it where the district is small enough to show."""
    below = list(queries.children(top))
    rungs = [p for p in below if p.level is not None]
    sizes = {
        row["parent_id"]: row["n"]
        for row in queries.open_places()
        .filter(parent__in=rungs)
        .values("parent_id")
        .annotate(n=Count("id"))
    }
    lower: dict[int | None, list[dict[str, Any]]] = {}
    if sum(sizes.values()) <= STATIONS_SHOWN:
        for p in queries.open_places().filter(parent__in=rungs).order_by("kind", "region_code"):
            lower.setdefault(p.parent_id, []).append(_line(p))
    branches = [{**_line(p), "n": sizes.get(p.id, 0), "below": lower.get(p.id, [])} for p in rungs]
    others: dict[str, list[dict[str, Any]]] = {}
    for p in below:
        if p.level is None:
            others.setdefault(str(Kind(p.kind).label), []).append(_line(p))
    grouped = [
        {"name": label, "kind": "", "href": "", "n": len(rows), "below": rows}
        for label, rows in others.items()
    ]
    return branches + grouped


def _line(p: Place) -> dict[str, Any]:
    return {
        "id": p.id,
        "name": p.name,
        "kind": Kind(p.kind).label,
        "href": reverse("site_page", args=[p.id]),
        "demo": p.about.get("source") == "demo",
    }


@require_safe
def site(request: HttpRequest, place_id: int) -> HttpResponse:
    """One site: open or not, what is offered, order here, who is on duty, how to get there."""
    place = _open_place(place_id)
    at = door.now(request)
    centre = queries.center_of(place)
    line = queries.line_of(place)
    is_top = place.kind in (Kind.CENTER, Kind.CITY)
    items = list(menu(centre, local(at).date(), place.path)[:ITEMS_MAX])
    return render(
        request,
        "sites/site.html",
        {
            "place": place,
            "centre": centre,
            "above": [
                {"name": p.name, "href": reverse("site_page", args=[p.id])} for p in line[1:]
            ],
            "opening": _opening(place, at),
            "order_href": f"/?place={place.id}",
            "items": [
                {
                    "title": i.title,
                    "note": i.kind.name
                    + (_(" · 便民低偿") if i.is_paid else "")
                    + (f" · {local(i.starts_at):%m-%d %H:%M}" if i.starts_at else ""),
                    "href": f"/?place={place.id}&item={i.id}",
                    "icon": i.kind.icon,
                }
                for i in items
            ],
            "duty": _duty(place, at),
            "days": [
                {"team": d.team.name, "mode": d.team.get_mode_display(), **day_row(d)}
                for d in days_at(place, at)
            ],
            "facts": _facts(place, line),
            "near": _near(place, centre),
            "demo": place.position_source == POSITION_DEMO,
            "counts": _counts(place) if is_top else [],
            "differences": queries.differences(place) if is_top else [],
            "branches": _branches(place),
            "poster": reverse("site_poster", args=[place.id]),
            "plans": reverse("settings_plans") if is_top and door.actor(request).is_staff else "",
        },
    )


def _opening(place: Place, at: datetime) -> dict[str, Any]:
    """Open now or not, said with where that is known from."""
    answer = hours.is_open(place.open_hours, local(at), queries.calendar_of(place))
    said = place.open_hours or _("没有登记开放时间,按工作日 9:00–18:00 算,去之前请打电话")
    if answer is None:
        return {"word": _("开放时间见下"), "tone": "plain", "said": said, "icon": "clock"}
    if answer:
        return {"word": _("现在开着"), "tone": "good", "said": said, "icon": "circle-check"}
    return {"word": _("现在不开门"), "tone": "wait", "said": said, "icon": "clock"}


def _duty(place: Place, at: datetime) -> list[dict[str, str]]:
    """Posts held at this very place; a name only where she agreed that it be published."""
    wanted = Q(place_id=place.id, role__in=ON_DUTY, person__frozen_at=None)
    grants = list(people.active_grants(at).filter(wanted).select_related("person").order_by("role"))
    names = people.published_names(g.person_id for g in grants)
    counted: dict[tuple[str, str], int] = {}
    for g in grants:
        post = g.post or str(g.get_role_display())
        key = (post, names.get(g.person_id, ""))
        counted[key] = counted.get(key, 0) + 1
    return [
        {"label": post, "text": name or _("%(n)d 人") % {"n": n}}
        for (post, name), n in counted.items()
    ]


def _facts(place: Place, line: list[Place]) -> list[dict[str, str]]:
    phone = place.phone
    whose = ""
    if not phone:
        # A station without a phone of its own is reached through the place above it.
        above = next((p for p in line[1:] if p.phone), None)
        phone, whose = (above.phone, above.name) if above else ("", "")
    rows = [
        {"label": _("地址"), "text": place.address},
        {
            "label": _("电话"),
            "text": f"{phone}({whose})" if whose else phone,
            "href": f"tel:{phone.replace(' ', '')}",
        },
        {"label": _("无障碍"), "text": place.settings.get("access", "")},
        {"label": _("属于"), "text": line[1].full_name if len(line) > 1 else ""},
        {"label": _("区划代码"), "text": place.region_code},
    ]
    return [fact for fact in rows if fact["text"]]


def _near(place: Place, centre: Place) -> list[dict[str, str]]:
    """The nearest others, with the distance as the crow flies."""
    if place.lat is None or place.lon is None:
        return []
    kinds = (Kind.CENTER, Kind.INSTITUTE, Kind.STATION, Kind.POINT, Kind.BASE)
    rows = queries.nearest(place.lat, place.lon, under=centre, kinds=kinds, limit=6)
    return [
        {
            "name": n.place.name,
            "href": reverse("site_page", args=[n.place.id]),
            "note": f"{Kind(n.place.kind).label} · {_say(n.distance_m)}",
        }
        for n in rows
        if n.place.id != place.id
    ][:5]


def _say(metres: int) -> str:
    if metres < 1000:
        return _("%(n)d 米") % {"n": round(metres, -1)}
    return _("%(n).1f 公里") % {"n": metres / 1000}


@require_safe
def poster(request: HttpRequest, place_id: int) -> HttpResponse:
    """A4 for the door: the name, the code, and what it is for."""
    place = _open_place(place_id)
    address = f"{settings.PUBLIC_URL}{reverse('site_page', args=[place.id])}"
    context = {
        "place": place,
        "centre": queries.center_of(place),
        "qr": _code(address),
        "tail": place.full_name.removeprefix(place.name),
        "address": address,
        "phone": next((p.phone for p in queries.line_of(place) if p.phone), ""),
    }
    return render(request, "sites/poster.html", context)


def _code(address: str) -> SafeString:
    """The code as an SVG without a size of its own: the sheet and the phone give it theirs."""
    svg: str = segno.make(address, error="m", micro=False).svg_inline(border=4, omitsize=True)
    return mark_safe(svg)  # noqa: S308 drawn by the library from modules, never from markup
