"""到场: scanning a site's or a person's code leads here; a site's code is shown to its keepers."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from diandan.ground.places.queries import by_id
from diandan.ground.presence.actions.codes import site_code
from diandan.ground.presence.actions.screens import screens_of
from diandan.ground.presence.core import begins, step_at
from diandan.path.engage.models import Task
from diandan.path.fulfil.policies import check_show_code
from diandan.path.fulfil.queries import tasks_here
from diandan.web import door
from diandan.web.shared.qr import qr_svg
from diandan.web.volunteer import rows
from diandan.web.volunteer.frame import page
from diandan.web.volunteer.screens import KEPT

CODE_DIGITS = 6


@require_safe
@door.signed_in
def check_in(request: HttpRequest) -> HttpResponse:
    """`?place=…` or `?job=…`, `&code=…`: my tasks that this code may open; looking changes nothing."""
    by, at = door.actor(request), door.now(request)
    typed = "".join(c for c in request.GET.get("code", "") if c.isascii() and c.isdigit())
    place = request.GET.get("place", "")
    place_id = int(place) if place.isascii() and place.isdigit() and len(place) < 16 else None
    job = request.GET.get("job", "")
    found = [t for t in tasks_here(by, place_id) if job in ("", str(t.engagement.job_id))]
    context = {
        "code": typed[:CODE_DIGITS],
        "tasks": [
            {
                **rows.task_row(t, at),
                "id": t.id,
                "is_in": t.state == Task.State.CHECKED_IN,
                "needs_yes": t.state == Task.State.PROPOSED,
            }
            for t in found
        ],
    }
    return page(request, "arrive", context, tab="/v/tasks")


@require_safe
@door.signed_in
def show_code(request: HttpRequest, place_id: int) -> HttpResponse:
    """The site's code, large, with its QR; the card renews itself."""
    by, at = door.actor(request), door.now(request)
    place = by_id(place_id)
    check_show_code(by, place)
    code = site_code(place=place, at=at)
    link = f"{settings.PUBLIC_URL}/v/check-in?place={place.id}&code={code}"
    context = {
        "place": place.full_name,
        "code": f"{code[:3]} {code[3:]}",
        "qr": qr_svg(link, scale=6, title=_("到场码")),
        "next_at": _next_window(at),
        "place_id": place.id,
        "screens": [
            {"id": s.id, "label": s.label or _("没有名字"), "at": s.opened_at}
            for s in screens_of(place)
        ],
        "address": request.session.pop(KEPT, ""),
    }
    response = page(request, "site_code", context)
    response["Cache-Control"] = "no-store"
    return response


def _next_window(at: datetime) -> datetime:
    return begins(step_at(at) + 1)
