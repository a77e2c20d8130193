"""首页: one question, the likeliest services, and what is under way for her."""

from __future__ import annotations

from django.db.models import Case, When
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from diandan.ground.catalogue.core import OTHER
from diandan.ground.catalogue.queries import menu
from diandan.kit.units import local
from diandan.path.ask.states import RequestState
from diandan.web import door
from diandan.web.resident import reads
from diandan.web.resident.here import here, remember_site
from diandan.web.resident.page import page

OPEN_SHOWN = 2
HER_TURN = (RequestState.RETURNED, RequestState.SERVED)
EVENTS_SHOWN = 2


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front page; a city's shows the station picker first."""
    where = here(request)
    at = door.now(request)
    by = door.actor(request)
    context: dict[str, object] = {"site": where.site, "needs_site": where.centre is None}
    if where.centre is not None:
        near = where.site or where.centre
        kinds = reads.likely_kinds(where.centre, near, by.person_id, at)
        context["cards"] = [
            {"href": f"/order?kind={k.code}", "title": k.name, "icon": k.icon}
            for k in [k for k in kinds if k.code != OTHER][: reads.LIKELY]
        ]
        events = menu(where.centre, local(at).date(), near.path).filter(joinable=True)
        context["events"] = list(events.order_by("starts_at", "id")[:EVENTS_SHOWN])
    if by.person_id is not None and not by.is_frozen:
        going = reads.hers(by.person_id).exclude(state__in=reads.OVER)
        her_turn = Case(When(state__in=HER_TURN, then=0), default=1)
        first = going.order_by(her_turn, "-placed_at", "-id")[:OPEN_SHOWN]
        context["open"] = reads.with_states(list(first), at)
    context["said"] = request.GET.get("words", "")[:200]
    response = page(request, "home", context, current="/")
    if where.site is not None and request.GET.get("site"):
        remember_site(response, where.site)
    return response


@require_safe
def unmet(request: HttpRequest) -> HttpResponse:
    """What nobody could take so far: an honest list, without persons."""
    where = here(request)
    total, rows = reads.unmet(where.centre or where.root)
    by_kind: dict[str, dict[str, object]] = {}
    for row in rows:
        group = by_kind.setdefault(
            row.kind, {"kind": row.kind, "icon": row.icon, "rows": [], "n": 0}
        )
        group["rows"].append(row)  # type: ignore[attr-defined]
        group["n"] = len(group["rows"])  # type: ignore[arg-type]
    groups = sorted(by_kind.values(), key=lambda g: -int(str(g["n"])))
    name = (where.centre or where.root).full_name
    return page(request, "unmet", {"total": total, "groups": groups, "place": name or _("本中心")})
