"""场地屏幕: a tablet at the venue shows the site's rotating code; who runs the site opens and ends it."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from diandan.ground.places.queries import by_id
from diandan.ground.presence.actions import screens
from diandan.ground.presence.actions.codes import site_code
from diandan.path.fulfil.policies import check_show_code
from diandan.web import door
from diandan.web.shared.once import once
from diandan.web.shared.qr import qr_svg

KEPT = "screen-address"


@require_POST
@door.signed_in
def open_screen(request: HttpRequest, place_id: int) -> HttpResponse:
    """A new address, shown once on the page she comes from."""
    by, at = door.actor(request), door.now(request)
    place = by_id(place_id)
    check_show_code(by, place)

    def act() -> str:
        label = request.POST.get("label", "")
        _row, key = screens.open_screen(place, label=label, by=by, at=at)
        request.session[KEPT] = f"{settings.PUBLIC_URL}/s/{place.id}/screen/{key}"
        return f"/v/site-code/{place.id}"

    return once(request, act)


@require_POST
@door.signed_in
def end_screen(request: HttpRequest, place_id: int, screen_id: UUID) -> HttpResponse:
    """The tablet shows nothing any more."""
    by, at = door.actor(request), door.now(request)
    place = by_id(place_id)
    check_show_code(by, place)

    def act() -> str:
        screens.end_screen(screen_id, place=place, by=by, at=at)
        messages.success(request, _("这块屏幕已停用。"))
        return f"/v/site-code/{place.id}"

    return once(request, act)


@require_safe
def screen(request: HttpRequest, place_id: int, screen_key: str) -> HttpResponse:
    """What the tablet shows: nobody is signed in there, the address is the key."""
    at = door.now(request)
    row = screens.screen_at(place_id, screen_key)
    code = site_code(place=row.place, at=at)
    link = f"{settings.PUBLIC_URL}/v/check-in?place={row.place_id}&code={code}"
    context = {
        "place": row.place.full_name,
        "label": row.label,
        "code": f"{code[:3]} {code[3:]}",
        "qr": qr_svg(link, scale=8, title=_("到场码")),
    }
    response = render(request, "volunteer/screen.html", context)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
