"""查找着选: one of very many places or teams, found by name or pinyin as she types.

Few are a plain list. Many are a field: with scripts what fits is offered below it as she types;
without, what she wrote is looked up when the form is sent, and a sentence asks which one is meant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as t
from django.views.decorators.http import require_GET

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Team
from diandan.ground.people.queries import teams_in
from diandan.ground.places import queries as places
from diandan.ground.places.models import Kind, Place
from diandan.ground.places.naming import pinyin_key
from diandan.kit.refusal import Refusal
from diandan.web import door

from . import frame

FEW = 12
SHOWN = 8
LOOKED_AT = 60
PLACES: dict[str, tuple[Kind, ...]] = {
    "homes": (Kind.CENTER, Kind.INSTITUTE, Kind.STATION, Kind.POINT, Kind.GRID),
    "regular": (Kind.INSTITUTE, Kind.STATION, Kind.POINT, Kind.GRID),
    "visits": (Kind.CENTER, Kind.INSTITUTE, Kind.STATION),
}
ASKS: dict[str, str | Promise] = {
    "homes": t("请选择本人住在哪里。"),
    "regular": t("请选择本人住在哪里。"),
    "visits": t("请选择走访的地方。"),
    "teams": t("请选一支队伍。"),
}


def field(
    what: str, by: Actor, typed: Mapping[str, Any], name: str, nobody: str | Promise = ""
) -> dict[str, Any]:
    """The field as the form shows it. `nobody` is the word for choosing none, where one may."""
    chosen, words = str(typed.get(name, "")), str(typed.get(f"{name}_words", "")).strip()[:40]
    found = _all(what, by)
    few = len(found) <= FEW
    if few:
        rows = found
        chosen = chosen or (str(_key(found[0])) if len(found) == 1 and not nobody else "")
    else:
        rows = [row for row in found if chosen and str(_key(row)) == chosen]
        rows = rows or matching(what, by, words)
    return {
        "name": name,
        "few": few,
        "words": words,
        "options": _options(rows, chosen, few=few),
        "nobody": nobody,
        "asked": bool(words),
        "url": reverse(f"desk_find_{what}"),
    }


def place_meant(what: str, by: Actor, typed: Mapping[str, str], name: str = "place") -> Place:
    """The place ticked, or the only one her words can mean; a Refusal asks which."""
    found = _meant(what, by, typed, name)
    if not isinstance(found, Place):
        raise Refusal("unknown_place", str(ASKS[what]), field=name)
    return found


def team_meant(by: Actor, typed: Mapping[str, str], name: str = "team") -> Team | None:
    """The team ticked or named; None when nothing was said."""
    found = _meant("teams", by, typed, name)
    return found if isinstance(found, Team) else None


def matching(what: str, by: Actor, words: str) -> list[Place | Team]:
    """Those whose name or sound holds the words, best first."""
    sound = words.lower().replace(" ", "")
    if not sound:
        return []
    if what in PLACES:
        hits: dict[int, Place] = {}
        for root in Place.objects.filter(path__in=by.paths):
            for row in places.search(root, words, LOOKED_AT):
                if row.kind in PLACES[what] and _holds(row.name, row.pinyin, words, sound):
                    hits[row.id] = row
        return list(hits.values())
    return [row for row in _all(what, by) if _holds(row.name, pinyin_key(row.name), words, sound)]


@require_GET
@door.staff_only
def find(request: HttpRequest, what: str) -> HttpResponse:
    """What fits the words so far, as chips to choose from."""
    by, name = door.actor(request), "team" if what == "teams" else "place"
    words = request.GET.get(f"{name}_words", "").strip()[:40]
    rows = matching(what, by, words)
    more = {
        "name": name,
        "asked": bool(words),
        "options": _options(rows, str(_key(rows[0])) if len(rows) == 1 else ""),
    }
    return render(request, "desk/pick_found.html", {"pick": more})


def _meant(what: str, by: Actor, typed: Mapping[str, str], name: str) -> Place | Team | None:
    chosen, words = typed.get(name, ""), typed.get(f"{name}_words", "").strip()[:40]
    fitting = matching(what, by, words)
    if chosen:
        row = next((one for one in _all(what, by) if str(_key(one)) == chosen), None)
        if row is None:
            raise Refusal(f"unknown_{name}", str(ASKS[what]), field=name)
        if fitting and row not in fitting:
            more = {"words": words, "name": row.name}
            raise Refusal(
                f"unclear_{name}",
                _("写的是「%(words)s」,选的是「%(name)s」,请再点选一次。") % more,
                field=name,
            )
        return row
    exact = [row for row in fitting if row.name == words]
    if len(fitting) == 1 or len(exact) == 1:
        return (exact or fitting)[0]
    if fitting:
        sentence = _("「%(words)s」有%(n)d个相近的名字,请点选一个。")
        raise Refusal(f"unclear_{name}", sentence % {"words": words, "n": len(fitting)}, field=name)
    if words:
        sentence = _("没有找到「%(words)s」,换一两个字或用拼音再查。")
        raise Refusal(f"unknown_{name}", sentence % {"words": words}, field=name)
    return None


def _all(what: str, by: Actor) -> Sequence[Place | Team]:
    if what in PLACES:
        return frame.places_for(by, PLACES[what])
    return [team for path in by.paths for team in teams_in(path)]


def _holds(name: str, pinyin: str, words: str, sound: str) -> bool:
    return words in name or (sound.isascii() and sound in pinyin)


def _key(row: Place | Team) -> object:
    return row.id


def _options(
    rows: Sequence[Place | Team], chosen: str, *, few: bool = False
) -> list[dict[str, Any]]:
    """As chips or lines of a list; two of one name are told apart by what they belong to."""
    shown = rows if few else rows[:SHOWN]
    above = {p.id: p.name for p in Place.objects.filter(id__in=[_above(r) for r in shown])}
    return [
        {
            "value": str(_key(row)),
            "label": row.full_name if isinstance(row, Place) and few else row.name,
            "near": above.get(_above(row), ""),
            "chosen": str(_key(row)) == chosen,
        }
        for row in shown
    ]


def _above(row: Place | Team) -> int:
    """What it belongs to; 0 when nothing is above it."""
    return (row.parent_id if isinstance(row, Place) else row.home_id) or 0
