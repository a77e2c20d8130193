"""服务菜单: what can be ordered or joined now, by season and in her neighbourhood."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from diandan.ground.catalogue import queries as catalogue
from diandan.ground.catalogue.core import season_of
from diandan.ground.catalogue.models import Item
from diandan.kit.refusal import missing
from diandan.kit.units import local
from diandan.path.ask.queries import seats_taken
from diandan.web import door
from diandan.web.resident.here import here
from diandan.web.resident.page import chip, page, typed
from diandan.web.shared.words import say_when

PAGE_ROWS = 20
Q_MAX = 40


def season_names() -> dict[str, str]:
    """The four seasonal lists (四季清单)."""
    return {"spring": _("春季"), "summer": _("夏季"), "autumn": _("秋季"), "winter": _("冬季")}


@require_safe
def menu(request: HttpRequest) -> HttpResponse:
    """The menu, narrowed by words, kind and whether one can join."""
    where = here(request)
    centre = where.must_centre()
    at = door.now(request)
    today = local(at).date()
    words = typed(request.GET.get("q", ""), Q_MAX)
    season = request.GET.get("season", "")
    near = where.site.path if where.site else None
    rows = catalogue.menu(centre, today, near, words)
    if season in season_names():
        rows = rows.filter(season=season)
    elif season == "join":
        rows = rows.filter(joinable=True)
    shown = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    now = season_of(today)
    tabs = [
        chip("", _("全部"), chosen=not season),
        chip("join", _("可报名的活动"), chosen=season == "join"),
        chip(now, _("%(season)s清单") % {"season": season_names()[now]}, chosen=season == now),
    ]
    seats = seats_taken([row.id for row in shown if row.joinable])
    context = {
        "q": words,
        "season": season,
        "tabs": tabs,
        "page": shown,
        "rows": [_row(item, seats, at) for item in shown],
        "site": where.site,
    }
    return page(request, "menu", context, current="/menu")


@require_safe
def item(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """One item: what it is, where, when, who has promised to serve it."""
    where = here(request)
    row = (
        Item.objects.filter(
            id=item_id, state=Item.State.PUBLISHED, place__path__startswith=where.root.path
        )
        .select_related("place", "kind")
        .first()
    )
    if row is None:
        raise missing(_("这项服务已经下架,请看看菜单里的其他项目。"), "unknown_item")
    at = door.now(request)
    takers = catalogue.takers(row)
    context = {"row": _row(row, seats_taken([row.id]), at), "takers": takers}
    return page(request, "item", context, current="/menu")


def _row(item: Item, seats: dict[UUID, int], at: datetime) -> dict[str, object]:
    left = None if item.seats is None else max(0, item.seats - seats.get(item.id, 0))
    return {
        "item": item,
        "href": f"/menu/{item.id}",
        "order_href": f"/order?item={item.id}",
        "when": say_when(item.starts_at, at) if item.starts_at else "",
        "left": left,
        "full": left == 0,
    }
