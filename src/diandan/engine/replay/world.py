"""世界: the parameters of a replay, as bench/replay/*.toml write them, checked on reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from diandan.engine.waves.hours import Daily

Part = TypeVar("Part")


class WorldTrouble(ValueError):
    """The parameters do not describe a world; says which one and why."""


@dataclass(frozen=True, slots=True)
class Month:
    """When requests come, and the hours in which asks and services are allowed."""

    days: int
    weekday: tuple[float, ...]
    hour: tuple[float, ...]
    quiet_from: int
    quiet_until: int
    service_from: int
    service_until: int

    @property
    def asking(self) -> Daily:
        """The hours in which people may be asked."""
        return Daily(self.quiet_until, self.quiet_from)

    @property
    def serving(self) -> Daily:
        """The hours in which services run and promises count."""
        return Daily(self.service_from, self.service_until)


@dataclass(frozen=True, slots=True)
class People:
    """Who is willing, and when each is free."""

    willing_share: float
    retired_share: float
    free_retired: tuple[float, ...]
    free_working: tuple[float, ...]
    free_weekend: tuple[float, ...]
    metres_a_minute: int
    detour: float
    jobs_a_week_max: int


@dataclass(frozen=True, slots=True)
class Answers:
    """How people truly answer and come."""

    spread: float
    liking: float
    travel: float
    fatigue: float
    short_notice: float
    work_hours: float
    no_is_said: float
    delay_median: float
    delay_sigma: float
    no_show_spread: float
    told_ahead: float
    pressed_come: float


@dataclass(frozen=True, slots=True)
class Service:
    """Minutes round a start."""

    ready: int
    noticed: int
    late_booked: int
    late_soon: int


@dataclass(frozen=True, slots=True)
class Hand:
    """Clerks who telephone."""

    clerks: int
    call: int
    opens: int
    closes: int
    patience: int


@dataclass(frozen=True, slots=True)
class Ours:
    """The product's own settings."""

    asks_a_week_max: int
    asks_a_week_more: int
    patience: int
    target: float
    backup_below: int


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of service."""

    code: str
    able: float
    heads: tuple[float, ...]
    minutes: int
    soon: int
    slack: int


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked for."""

    zipf: float
    lead_days: tuple[float, ...]
    booked_hour: tuple[float, ...]
    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class District:
    """Where it happens, and how many of everything."""

    code: str
    name: str
    streets: int
    communities: int
    side: int
    street_spread: int
    community_spread: int
    weight_sigma: float
    reach_median: int
    reach_sigma: float
    volunteers: int
    requests: int


@dataclass(frozen=True, slots=True)
class World:
    """Everything a replay needs besides a seed and a policy."""

    accept: float
    no_show: float
    month: Month
    people: People
    answers: Answers
    service: Service
    hand: Hand
    ours: Ours
    demand: Demand
    district: District


RENAMED = {"from": "opens", "until": "closes"}


def _part(made: type[Part], raw: Mapping[str, Any], where: str, **more: Any) -> Part:
    said = {RENAMED.get(key, key): value for key, value in raw.items()} | more
    known = {f.name for f in fields(made)}  # type: ignore[arg-type]  # always a dataclass
    if missing := known - said.keys():
        raise WorldTrouble(f"{where}: missing {', '.join(sorted(missing))}")
    if strange := said.keys() - known:
        raise WorldTrouble(f"{where}: unknown {', '.join(sorted(strange))}")
    return made(**{k: tuple(v) if isinstance(v, list) else v for k, v in said.items()})


def world(raw: Mapping[str, Any], district: str) -> World:
    """Read a preset merged with its base (see ops/replaying/presets.py)."""
    districts = raw.get("district", {})
    if district not in districts:
        raise WorldTrouble(f"district {district}: one of {', '.join(districts)}")
    demand = dict(raw["demand"])
    kinds = tuple(_part(Kind, k, f"kind {k.get('code')}") for k in demand.pop("kind"))
    made = World(
        accept=float(raw["accept"]),
        no_show=float(raw["no_show"]),
        month=_part(Month, raw["month"], "month"),
        people=_part(People, raw["people"], "people"),
        answers=_part(Answers, raw["acceptance"], "acceptance"),
        service=_part(Service, raw["service"], "service"),
        hand=_part(Hand, raw["hand"], "hand"),
        ours=_part(Ours, raw["ours"], "ours"),
        demand=_part(Demand, demand, "demand", kinds=kinds),
        district=_part(District, districts[district], f"district {district}", code=district),
    )
    if not 0 < made.accept < 1 or not 0 <= made.no_show < 1:
        raise WorldTrouble("accept and no_show are chances between 0 and 1")
    if not 1 <= len(kinds) <= 32:
        raise WorldTrouble("between 1 and 32 kinds")
    return made
