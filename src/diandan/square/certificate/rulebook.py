"""规则: how long a certificate is posted, by region; files in `rules/`, each with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diandan.ground.places.models import Place
from diandan.ground.places.presets import Presets

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
    return PRESETS.of(centre)


def shipped() -> Mapping[str, Rules]:
    """Every file by name."""
    return PRESETS.by_name


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


PRESETS = Presets(FOLDER, read, setting=SETTING, standard=STANDARD)
