"""规则: the presets of both systems are files; a centre takes one over and then keeps its own items."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from diandan.ground.places.core import parse
from diandan.ground.places.models import Place
from diandan.ground.places.presets import Presets

from .core import Rules, System, as_item

FOLDER = Path(__file__).parent / "rules"
SETTING = "dual_rules"
STANDARD = "baiyintala"


def rules_for(centre: Place) -> Rules:
    """The preset the centre chose, else the one that names it, else the first there was."""
    return PRESETS.of(centre)


def shipped() -> Mapping[str, Rules]:
    """Every preset by name."""
    return PRESETS.by_name


def read(name: str, raw: Mapping[str, Any]) -> Rules:
    """Rules from a file's content. ValueError says in words what is wrong."""
    unknown = set(raw) - {
        *("title", "source", "places", "notice", "dimensions", "party", "residents")
    }
    if unknown:
        raise ValueError(f"{name}: unknown {', '.join(sorted(unknown))}")
    parse(str(raw.get("notice", "5wd")))
    dimensions = tuple(raw["dimensions"])
    party, residents = _system(raw["party"]), _system(raw["residents"])
    strange = [i.code for i in residents.items if i.dimension not in dimensions]
    if strange:
        raise ValueError(f"{name}: no such dimension: {', '.join(strange)}")
    return Rules(
        name=name,
        title=raw["title"],
        source=raw["source"],
        party=party,
        residents=residents,
        places=tuple(raw.get("places", ())),
        dimensions=dimensions,
        notice=str(raw.get("notice", "5wd")),
    )


def _system(raw: Mapping[str, Any]) -> System:
    grades = tuple((str(word), int(least)) for word, least in raw["grades"])
    if [least for _word, least in grades] != sorted((n for _w, n in grades), reverse=True):
        raise ValueError("grades go from the top down")
    return System(
        base=int(raw["base"]),
        grades=grades,
        vetoed=str(raw.get("vetoed", "")),
        red=str(raw["red"]),
        grey=str(raw["grey"]),
        items=tuple(as_item(one) for one in raw["items"]),
    )


PRESETS = Presets(FOLDER, read, setting=SETTING, standard=STANDARD)
