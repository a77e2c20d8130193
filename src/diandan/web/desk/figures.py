"""活跃志愿者与志愿家庭: two figures of the desk, each beside what it counts and the rows behind it."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from diandan.ground.people.models import Family
from diandan.ground.places.models import Place
from diandan.ground.places.queries import by_id, center_of
from diandan.kit.refusal import missing
from diandan.kit.units import local
from diandan.path.ledger.active import Active, active_in, years_of
from diandan.path.ledger.models import Account, Ledger
from diandan.web import door
from diandan.web.shared import hour_words

from . import frame, takeaway

PAGE = 50


def _centre(request: HttpRequest) -> Place:
    """The centre above the first place in which she works."""
    by = door.actor(request)
    if not by.grants:
        raise missing(_("没有找到您的中心。"), "no_centre")
    return center_of(by_id(by.grants[0].place_id))


@require_GET
@door.staff_only
def active(request: HttpRequest) -> HttpResponse:
    """How many were active in each year, by which definition."""
    centre, year = _centre(request), local(door.now(request)).year
    years = [year, *(one for one in years_of(centre) if one != year)]
    return frame.plain(
        request,
        "desk/active.html",
        "hours",
        centre=centre.name,
        years=[_year(active_in(centre, one)) for one in years],
        families=Family.objects.filter(centre=centre, closed_at=None).count(),
    )


def _year(row: Active) -> dict[str, Any]:
    return {
        "year": row.year,
        "active": row.active,
        "served": row.served,
        "enrolled": row.enrolled,
        "percent": f"{row.permille / 10:.1f}%" if row.enrolled else "—",
        "name": row.definition.name,
        "hours": hour_words.hours(row.definition.minutes),
        "grades": "、".join(hour_words.grade(code) for code in row.definition.grades),
        "source": row.definition.source,
    }


@require_GET
@door.staff_only
def families(request: HttpRequest) -> HttpResponse:
    """志愿家庭 of her places; the count is the count of rows."""
    rows = _families(request)
    shown = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    pools = dict(
        Account.objects.filter(
            family_id__in=[row.id for row in shown.object_list], ledger=Ledger.POINTS
        ).values_list("family_id", "posted")
    )
    return frame.plain(
        request,
        "desk/families.html",
        "hours",
        total=shown.paginator.count,
        people=sum(row.size for row in rows) if shown.paginator.count <= PAGE else None,
        rows=[
            {
                "name": row.name,
                "home": row.home.name,
                "size": row.size,
                "pool": pools.get(row.id, 0),
                "founded": row.founded_at,
            }
            for row in shown.object_list
        ],
        page=shown,
        csv_url=reverse("desk_families_export"),
    )


def _families(request: HttpRequest) -> Any:
    by = door.actor(request)
    here = Q(pk__in=[])
    for path in by.paths:
        here |= Q(home__path__startswith=path)
    return (
        Family.objects.filter(here, closed_at=None)
        .select_related("home")
        .annotate(size=Count("members", filter=Q(members__left_at=None)))
        .order_by("home__path", "founded_at", "id")
    )


@require_GET
@door.staff_only
def families_export(request: HttpRequest) -> HttpResponse:
    """All of them as a table: the family's own name and how many, no person."""
    cells = [(row.name, row.home.name, row.size, row.founded_at) for row in _families(request)]
    heads = (_("家庭"), _("社区"), _("人数"), _("创建"))
    return frame.kept_nowhere(takeaway.as_csv(_("志愿家庭"), heads, cells))
