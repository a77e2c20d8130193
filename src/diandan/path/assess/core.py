"""审单: which rungs of the ladder still owe a word, and how long a dead hotline is left alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from diandan.ground.places.models import LADDER, Level

BACK_OFF = (
    timedelta(minutes=1),
    timedelta(minutes=2),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=30),
    timedelta(hours=1),
)


def levels_above(own: Level | None, levels: Sequence[Level]) -> list[Level]:
    """The levels that review what a place of level `own` made: its own rung and those above.

    What is made above the whole ladder is still reviewed once, at its highest rung.
    """
    if own is None:
        return list(levels)
    kept = [level for level in levels if LADDER.index(level) >= LADDER.index(own)]
    return kept or list(levels[-1:])


def next_level(levels: Sequence[Level], approved: Collection[str]) -> Level | None:
    """The first level that has not approved yet; None when all have."""
    return next((level for level in levels if level.value not in approved), None)


def back_off(tries: int) -> timedelta:
    """How long to wait after the n-th failed try (n from 1)."""
    return BACK_OFF[min(max(tries, 1), len(BACK_OFF)) - 1]
