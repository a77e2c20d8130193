"""规则: which rules for hours hold at a centre. Presets are files; a centre names one of them."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from diandan.ground.places.core import parse
from diandan.ground.places.models import Place

from .core import Rules

FOLDER = Path(__file__).parent / "rules"
STANDARD = "standard"
SETTING = "hour_rules"
WHOLE = (
    "presence_percent_min",
    "planned_percent_max",
    "event_minutes_max",
    "day_minutes_max",
    "year_minutes_max",
    "points_per_hour",
)
WORDS = ("title", "source", "notice")
KNOWN = {*WHOLE, *WORDS, "bands", "places", "factors"}


def rules_for(centre: Place) -> Rules:
    """The preset the centre chose, else the one that names it, else the standard one."""
    chosen = centre.settings.get(SETTING)
    presets = shipped()
    if chosen in presets:
        return presets[chosen]
    named = [rules for rules in presets.values() if centre.slug and centre.slug in rules.places]
    return named[0] if named else presets[STANDARD]


@functools.cache
def shipped() -> Mapping[str, Rules]:
    """Every preset by name."""
    return {
        path.stem: read(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
        for path in sorted(FOLDER.glob("*.toml"))
    }


def read(name: str, raw: Mapping[str, Any]) -> Rules:
    """Rules from a file's content. ValueError says in words what is wrong."""
    unknown = set(raw) - KNOWN
    if unknown:
        raise ValueError(f"{name}: unknown {', '.join(sorted(unknown))}")
    if not raw.get("title"):
        raise ValueError(f"{name}: title is missing")
    for key in WHOLE:
        if not isinstance(raw.get(key, 0), int) or raw.get(key, 0) < 0:
            raise ValueError(f"{name}: {key} is a whole number of nought or more")
    parse(str(raw.get("notice", "3wd")))
    bands = tuple((int(most), int(counted)) for most, counted in raw.get("bands", ()))
    if list(bands) != sorted(bands) or len({most for most, _counted in bands}) != len(bands):
        raise ValueError(f"{name}: bands go upward")
    factors = {str(key): int(value) for key, value in raw.get("factors", {}).items()}
    if any(value <= 0 for value in factors.values()):
        raise ValueError(f"{name}: a factor is a percentage above nought")
    return Rules(
        name=name,
        bands=bands,
        places=tuple(raw.get("places", ())),
        factors=factors,
        **{key: raw[key] for key in (*WHOLE, *WORDS) if key in raw},
    )
