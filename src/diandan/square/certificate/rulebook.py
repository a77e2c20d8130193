"""规则: how long a certificate is posted, by region; files in `rules/`, each with its source."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diandan.ground.places.models import Place

FOLDER = Path(__file__).parent / "rules"
STANDARD = "standard"
SETTING = "certificate_rules"
KNOWN = {"title", "source", "notice_days", "places"}


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for certificates at a centre."""

    name: str
    title: str
    source: str
    notice_days: int
    places: tuple[str, ...] = ()


def rules_for(centre: Place) -> Rules:
    """What the centre chose, else what names it, else the standard."""
    presets = shipped()
    chosen = centre.settings.get(SETTING)
    if chosen in presets:
        return presets[chosen]
    named = [rules for rules in presets.values() if centre.slug and centre.slug in rules.places]
    return named[0] if named else presets[STANDARD]


@functools.cache
def shipped() -> Mapping[str, Rules]:
    """Every file by name."""
    return {
        path.stem: read(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
        for path in sorted(FOLDER.glob("*.toml"))
    }


def read(name: str, raw: Mapping[str, Any]) -> Rules:
    """Rules from a file's content; ValueError says what is wrong."""
    unknown = set(raw) - KNOWN
    if unknown:
        raise ValueError(f"{name}: unknown {', '.join(sorted(unknown))}")
    if not raw.get("title") or not raw.get("source"):
        raise ValueError(f"{name}: title or source is missing")
    days = raw.get("notice_days")
    if not isinstance(days, int) or isinstance(days, bool) or days < 0:
        raise ValueError(f"{name}: notice_days is a whole number of nought or more")
    return Rules(name, raw["title"], raw["source"], days, tuple(raw.get("places", ())))
