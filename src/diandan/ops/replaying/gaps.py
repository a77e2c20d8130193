"""差距: how much of the gap between first-come and hindsight is closed, by level of supply."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

from diandan.engine.replay.hindsight import Gap, Morning, gap
from diandan.engine.replay.summary import Mean, mean

from .presets import folder

WANTED = 0.6


@dataclass(frozen=True, slots=True)
class Level:
    """One level of supply over several seeds."""

    name: str
    people_a_job: float
    seeds: int
    closed: Mean
    closed_by_repair: Mean
    first_come_over_hindsight: float
    ours_over_hindsight: float

    @property
    def met(self) -> bool:
        """Whether the aim is reached."""
        return self.closed.mean >= WANTED


def supplies() -> tuple[Morning, dict[str, float]]:
    """What bench/replay/hindsight.toml says: the morning, and people a job by level of supply."""
    raw = tomllib.loads((folder() / "hindsight.toml").read_text(encoding="utf-8"))
    return Morning.read(raw), dict(raw["supply"])


def levels(seeds: int) -> list[Level]:
    """Of seeds 1 to `seeds`."""
    morning, supply = supplies()
    return [
        level(name, people, [gap(morning, people, seed) for seed in range(1, seeds + 1)])
        for name, people in supply.items()
    ]


def level(name: str, people: float, gaps: list[Gap]) -> Level:
    """Several seeds together; the gap is that of the sums of costs."""
    best = sum(g.hindsight for g in gaps)
    return Level(
        name,
        people,
        len(gaps),
        mean([g.closed for g in gaps]),
        mean([g.closed_by_repair for g in gaps]),
        sum(g.first_come for g in gaps) / best,
        sum(g.ours for g in gaps) / best,
    )


def said(found: list[Level]) -> list[dict[str, float | str | bool]]:
    """As data."""
    return [
        {
            "supply": level.name,
            "people_a_job": level.people_a_job,
            "seeds": level.seeds,
            "gap_closed": round(level.closed.mean, 4),
            "half": round(level.closed.half, 4),
            "closed_by_repair_alone": round(level.closed_by_repair.mean, 4),
            "first_come_over_hindsight": round(level.first_come_over_hindsight, 4),
            "ours_over_hindsight": round(level.ours_over_hindsight, 4),
            "met": level.met,
        }
        for level in found
    ]
