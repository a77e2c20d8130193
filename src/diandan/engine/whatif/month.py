"""推演一段: one policy and one seed of a place's own month; and the means over all seeds.

Pure: lines in (engine/replay/facts.py says their shape), figures and curves out. The same lines,
policy and seed give the same numbers anywhere.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from diandan.engine.replay import facts as own
from diandan.engine.replay.run import live
from diandan.engine.replay.run import month as month_of
from diandan.engine.replay.simulator import Month
from diandan.engine.replay.summary import aims, summary
from diandan.engine.replay.world import World, world

#: So many answers the first guess of the mean rate is worth.
GUESS_WEIGHS = 20
DECIMALS = 5

Figures = Mapping[str, float]


def usual_world() -> World:
    """What a place's facts do not say."""
    raw = tomllib.loads((Path(__file__).parent / "world.toml").read_text(encoding="utf-8"))
    return world(raw, "own")


def live_slice(lines: Sequence[str], policy: str, seed: int) -> dict[str, Any]:
    """One policy through the month: `figures` by name, `curves` as lists of points."""
    given = _month(own.read(lines), seed)
    outcome = live(given, policy)
    curves = outcome.curves
    return {
        "figures": {key: round(value, DECIMALS) for key, value in outcome.figures.items()},
        "curves": {
            "filled": _points(curves.filled),
            "unasked": _points(curves.unasked),
            "asks": _points(curves.asks),
            "reliability": _points(curves.reliability),
        },
    }


def together(rows: Sequence[Mapping[str, Figures]]) -> dict[str, Any]:
    """Means with half intervals by policy and figure, and where ours is beaten beyond both."""
    found = summary(rows)
    worse = aims(rows)[1] if "ours" in found else {}
    return {
        "means": {
            name: {key: [round(m.mean, DECIMALS), round(m.half, DECIMALS)] for key, m in of.items()}
            for name, of in found.items()
        },
        "worse": worse,
    }


def _month(facts: own.Facts, seed: int) -> Month:
    usual = usual_world()
    made = own.world_of(facts, replace(usual, accept=_rate(facts, usual.accept)))
    crowd = own.crowd_of(facts, made, seed)
    return month_of(made, seed, crowd, own.requests_of(facts, made))


def _rate(facts: own.Facts, guess: float) -> float:
    """How often this place's teams say yes, the usual rate counting as a few answers."""
    yes = sum(bool(row["yes"]) for row in facts.answers)
    return (yes + GUESS_WEIGHS * guess) / (len(facts.answers) + GUESS_WEIGHS)


def _points(curve: Sequence[tuple[float, float]]) -> list[list[float]]:
    return [[round(float(x), 4), round(float(y), 4)] for x, y in curve]
