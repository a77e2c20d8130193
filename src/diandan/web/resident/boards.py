"""红榜: the only board a stranger may see."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from diandan.kit.units import local
from diandan.square.dual_points import queries
from diandan.square.dual_points.models import Colour
from diandan.web import door

from .page import page


@require_safe
def red_board(request: HttpRequest) -> HttpResponse:
    """红榜, open to everybody: only names whose consent stands at this moment."""
    centre = door.centre()
    day = local(door.now(request)).date()
    context: dict[str, Any] = {"rows": [], "others": []}
    if centre is not None:
        context["rows"] = queries.red_board(centre)
        context["others"] = [
            {
                "label": colour.label,
                "rule": queries.rule_in_force(centre, colour, day),
                "rows": queries.board_by_rule(centre, colour, day),
            }
            for colour in (Colour.GREY, Colour.BLACK)
            if queries.rule_in_force(centre, colour, day) is not None
        ]
    answer = page(request, "red_board", context)
    # A withdrawn name disappears at once: no copy is kept on the way.
    answer["Cache-Control"] = "no-store"
    return answer
