"""哪里: which centre answers this visitor, and which station is hers. No GPS is needed.

A city's instance serves many centres: there the station is chosen first.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from diandan.ground.people import queries as people
from diandan.ground.places import queries as places
from diandan.ground.places.models import Kind, Place
from diandan.kit.refusal import Refusal
from diandan.web import door

SITE_COOKIE = "site"
SITE_SECONDS = 60 * 60 * 24 * 365
ID_DIGITS_MAX = 18
ORDER_AT = (Kind.STATION, Kind.POINT, Kind.BASE, Kind.INSTITUTE)


@dataclass(frozen=True, slots=True)
class Here:
    """`root` is what this instance serves; `centre` is None until a city's station is chosen."""

    root: Place
    centre: Place | None
    site: Place | None

    def must_centre(self) -> Place:
        """The centre, or a refusal that leads to the site picker."""
        if self.centre is None:
            raise Refusal(
                "site_first",
                _("请先选您所在的社区(村),我们才知道由谁来办。"),
                more={"steps": [{"href": "/site", "label": _("选社区")}]},
            )
        return self.centre


def here(request: HttpRequest) -> Here:
    """What the address, this device or her own record says, in this order."""
    root = door.centre()
    if root is None:
        raise Refusal("no_district", _("这里还没有建好阵地,请管理员先完成初始设置。"), status=503)
    site = _named(request.GET.get("site", ""), root) or _named(
        request.COOKIES.get(SITE_COOKIE, ""), root
    )
    by = door.actor(request)
    if site is None and by.person_id is not None:
        home = people.person(by.person_id).home
        site = home if home is not None and home.path.startswith(root.path) else None
    if root.kind == Kind.CENTER:
        return Here(root, root, site)
    centre = places.center_of(site) if site is not None else None
    return Here(root, centre if centre and centre.kind == Kind.CENTER else None, site)


def place_under(root: Place, text: str) -> Place | None:
    """The open place with this id under `root`, if an order may be placed there."""
    return _named(text, root)


def remember_site(response: HttpResponse, place: Place) -> None:
    """Keep the chosen station on this device."""
    response.set_cookie(
        SITE_COOKIE, str(place.id), max_age=SITE_SECONDS, samesite="Lax", httponly=True
    )


def _named(text: str, root: Place) -> Place | None:
    if not text.isascii() or not text.isdigit() or len(text) > ID_DIGITS_MAX:
        return None
    return (
        places.open_places()
        .filter(id=int(text), path__startswith=root.path, kind__in=ORDER_AT)
        .first()
    )
