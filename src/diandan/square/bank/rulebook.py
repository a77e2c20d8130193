"""规则: the bank's presets are files; a centre chooses one, else the one that names it holds."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from diandan.ground.places.models import Place

from .core import Rules

FOLDER = Path(__file__).parent / "rules"
STANDARD = "standard"
SETTING = "bank_rules"
LISTS = ("places", "kinds", "redeem_for", "gift_to")
WHOLE = ("redeem_age_min", "stored_hours_max", "right_coins")
KNOWN = {"title", "source", "group_only_donates", *LISTS, *WHOLE}


def rules_for(centre: Place) -> Rules:
    """The preset the centre chose, else the one that names it, else the common one."""
    presets = shipped()
    chosen = centre.settings.get(SETTING)
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
