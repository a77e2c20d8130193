"""规则: the bank's presets are files; a centre chooses one, else the one that names it holds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from diandan.ground.places.models import Place
from diandan.ground.places.presets import Presets

from .core import Rules

FOLDER = Path(__file__).parent / "rules"
STANDARD = "standard"
SETTING = "bank_rules"
LISTS = ("places", "kinds", "redeem_for", "gift_to")
WHOLE = ("redeem_age_min", "stored_hours_max", "right_coins")
KNOWN = {"title", "source", "group_only_donates", *LISTS, *WHOLE}


def rules_for(centre: Place) -> Rules:
    """The preset the centre chose, else the one that names it, else the common one."""
    return PRESETS.of(centre)


def shipped() -> Mapping[str, Rules]:
    """Every preset by name."""
    return PRESETS.by_name


def read(name: str, raw: Mapping[str, Any]) -> Rules:
    """Rules from a file's content. ValueError says in words what is wrong."""
    unknown = set(raw) - KNOWN
    if unknown:
        raise ValueError(f"{name}: unknown {', '.join(sorted(unknown))}")
    if not raw.get("title") or not raw.get("source"):
        raise ValueError(f"{name}: title and source are needed")
    for key in WHOLE:
        if not isinstance(raw.get(key, 0), int) or raw.get(key, 0) < 0:
            raise ValueError(f"{name}: {key} is a whole number of nought or more")
    lists: dict[str, Any] = {
        key: tuple(str(one) for one in raw[key]) for key in LISTS if key in raw
    }
    rest = {key: value for key, value in raw.items() if key not in LISTS}
    return Rules(name=name, **rest, **lists)


PRESETS = Presets(FOLDER, read, setting=SETTING, standard=STANDARD)
