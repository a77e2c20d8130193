"""规则: which rules for stars hold at a centre. Presets are files; a centre names one of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from diandan.ground.places.core import parse
from diandan.ground.places.models import Place
from diandan.ground.places.presets import Presets

from .core import StarRules
from .models import MOST

FOLDER = Path(__file__).parent / "rules"
STANDARD = "standard"
SETTING = "star_rules"
GRADES = ("verified", "declared")
LEVELS = ("county", "city", "province")
KNOWN = {
    "title", "source", "places", "hours", "counts", "points_per_hour_min", "approvals", "notice",
}  # fmt: skip


def rules_for(centre: Place) -> StarRules:
    """The preset the centre chose, else the one that names it, else the standard one."""
    return PRESETS.of(centre)


def shipped() -> Mapping[str, StarRules]:
    """Every preset by name."""
    return PRESETS.by_name


def read(name: str, raw: Mapping[str, Any]) -> StarRules:
    """Rules from a file's content. ValueError says in words what is wrong."""
    unknown = set(raw) - KNOWN
    if unknown:
        raise ValueError(f"{name}: unknown {', '.join(sorted(unknown))}")
    if not raw.get("title"):
        raise ValueError(f"{name}: title is missing")
    hours = tuple(raw.get("hours", ()))
    if not 1 <= len(hours) <= MOST or list(hours) != sorted(set(hours)) or hours[0] <= 0:
        raise ValueError(f"{name}: hours are one to five figures that go upward")
    counts = tuple(raw.get("counts", ("verified",)))
    if "verified" not in counts or set(counts) - set(GRADES):
        raise ValueError(f"{name}: counts are verified, and declared where the rule says so")
    approvals = tuple(tuple(line) for line in raw.get("approvals", ()))
    if approvals and (
        len(approvals) != len(hours) or any(not a or set(a) - set(LEVELS) for a in approvals)
    ):
        raise ValueError(f"{name}: approvals name county, city or province for every star")
    parse(str(raw.get("notice", "3wd")))
    return StarRules(
        name=name,
        title=raw["title"],
        hours=hours,
        source=raw.get("source", ""),
        places=tuple(raw.get("places", ())),
        counts=counts,
        points_per_hour_min=int(raw.get("points_per_hour_min", 0)),
        approvals=approvals,
        notice=str(raw.get("notice", "3wd")),
    )


PRESETS = Presets(FOLDER, read, setting=SETTING, standard=STANDARD)
