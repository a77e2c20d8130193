"""规则: which rules for hours hold at a centre on a day. Presets are files; a centre picks one.

What a centre picked holds from a day on (`RuleChoice`, never edited), perhaps with figures of its
own. Rules carry the name under which anybody finds them again: `kunshan`, or `kunshan@<choice>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from diandan.ground.places.core import parse
from diandan.ground.places.models import Place
from diandan.ground.places.presets import Presets

from .core import Rules
from .models import RuleChoice

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
    "leader_percent",
    "minor_day_minutes_max",
    "points_months",
    "no_shows_max",
)
WORDS = ("title", "source", "notice")
KNOWN = {*WHOLE, *WORDS, "bands", "places", "factors", "kinds", "night"}


def rules_for(centre: Place, on: date | None = None) -> Rules:
    """What holds on the day: the centre's own choice, else the preset that names it, else standard.

    Without a day: the newest choice, whether or not its day has come.
    """
    choices = RuleChoice.objects.filter(centre=centre)
    if on is not None:
        choices = choices.filter(from_on__lte=on)
    choice = choices.order_by("-from_on", "-at").first()
    if choice is not None:
        return chosen_rules(choice)
    return PRESETS.of(centre)


def chosen_rules(choice: RuleChoice) -> Rules:
    """A preset with the centre's own figures over it."""
    preset = shipped().get(choice.preset, shipped()[STANDARD])
    return replace(with_figures(preset, choice.changes), name=f"{preset.name}@{choice.id}")


def with_figures(preset: Rules, changes: Mapping[str, int]) -> Rules:
    """The preset with other whole figures; only those that a centre may set."""
    own: dict[str, Any] = {key: int(changes[key]) for key in WHOLE if key in changes}
    return replace(preset, **own)


def named(name: str) -> Rules | None:
    """The rules something was counted by, found again by their name."""
    preset, _at, choice_id = name.partition("@")
    if not choice_id:
        return shipped().get(preset)
    try:
        choice = RuleChoice.objects.filter(id=UUID(choice_id)).first()
    except ValueError:
        return None
    return chosen_rules(choice) if choice else None


def shipped() -> Mapping[str, Rules]:
    """Every preset by name."""
    return PRESETS.by_name


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
    kinds = {str(key): str(value) for key, value in raw.get("kinds", {}).items()}
    if set(kinds.values()) - set(factors):
        raise ValueError(f"{name}: a kind names a factor that is not there")
    night = tuple(int(hour) for hour in raw.get("night", ()))
    if night and (len(night) != 2 or not all(0 <= hour <= 24 for hour in night)):
        raise ValueError(f"{name}: night is two hours")
    return Rules(
        name=name,
        bands=bands,
        places=tuple(raw.get("places", ())),
        factors=factors,
        kinds=kinds,
        night=night,
        **{key: raw[key] for key in (*WHOLE, *WORDS) if key in raw},
    )


PRESETS = Presets(FOLDER, read, setting=SETTING, standard=STANDARD)
