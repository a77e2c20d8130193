"""预测准不准: of those who were asked with so much confidence, how many did say yes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from diandan.path.dispatch.foretold import SINCE, Foretold, of_people, of_teams
from diandan.web import door
from diandan.web.shared.curves import Axes, Points, chart

from . import bank, frame, takeaway

#: Below so many asks a judgement would be chance.
ENOUGH = 30
QUARTERS = tuple((n / 4, f"{25 * n}%") for n in range(5))


@require_GET
@door.staff_only
def foretold(request: HttpRequest) -> HttpResponse:
    """For each of her centres, for teams and for volunteers."""
    return frame.kept_nowhere(
        frame.plain(
            request,
            "desk/foretold.html",
            "dispatch",
            days=SINCE.days,
            centres=[
                {"name": name, "parts": [_part(label, found) for label, found in parts]}
                for name, parts in _found(request)
            ],
            xlsx_url=reverse("desk_foretold_export", args=["xlsx"]),
            csv_url=reverse("desk_foretold_export", args=["csv"]),
        )
    )


@require_GET
@door.staff_only
def export(request: HttpRequest, form: str) -> HttpResponse:
    """What the page shows."""
    heads = (_("中心"), _("问谁"), _("预计把握"), _("问了几次"), _("预计答应"), _("果然答应"))
    cells = [
        (name, label, _band(t.low), t.asks, round(t.foretold, 3), round(t.said_yes, 3))
        for name, parts in _found(request)
        for label, found in parts
        for t in found.tenths
    ]
    make = takeaway.as_xlsx if form == "xlsx" else takeaway.as_csv
    return frame.kept_nowhere(make(_("预测准不准"), heads, cells))


def _found(request: HttpRequest) -> list[tuple[str, list[tuple[str, Foretold]]]]:
    at = door.now(request)
    return [
        (place.name, [(_("队伍"), of_teams(place, at)), (_("志愿者本人"), of_people(place, at))])
        for place in bank.centres(door.actor(request))
    ]


def _band(low: int) -> str:
    return f"{low // 10}–{low // 10 + 10}%"


def _part(label: str, found: Foretold) -> dict[str, Any]:
    told = _("果然")
    order = [_("说多少就是多少"), told]
    curves: dict[str, Points] = {
        order[0]: [(0, 0), (1, 1)],
        told: [(t.foretold, t.said_yes) for t in found.tenths],
    }
    return {
        "label": label,
        "asks": found.asks,
        "enough": found.asks >= ENOUGH,
        "off": f"{100 * found.off:.1f}",
        "brier": f"{found.brier:.3f}",
        "brier_of_mean": f"{found.brier_of_mean:.3f}",
        "rows": [
            {
                "band": _band(t.low),
                "asks": t.asks,
                "foretold": f"{100 * t.foretold:.0f}%",
                "said_yes": f"{100 * t.said_yes:.0f}%",
            }
            for t in found.tenths
        ],
        "chart": chart(
            _("%(who)s:预计与果然") % {"who": label},
            Axes(_("预计会答应"), _("果然答应"), (0, 1), ticks=QUARTERS),
            curves,
            order,
        ),
    }
