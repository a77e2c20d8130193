"""取舍: our policy with one of its settings turned up and down; what each aim costs the others.

Where the aims of the brief pull against one another no setting meets them all: fewer asks need
favourites, more served need more asks a week, short ways need the same neighbours, quick answers
need many asked at once. Each knob is turned alone; 1 stands for the setting as shipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from diandan.engine.waves.timing import Settings
from diandan.engine.waves.turn import Weights

from .policies.ours import Ours, settings_of
from .run import outcome
from .simulator import Month
from .truth import Truth
from .world import World

Turned = Callable[[World, float], tuple[Weights, Settings]]


def _fairness(world: World, times: float) -> tuple[Weights, Settings]:
    return Weights().scaled(times), settings_of(world)


def _budget(world: World, times: float) -> tuple[Weights, Settings]:
    own = settings_of(world)
    return Weights(), replace(own, asks_a_week_max=max(1, round(own.asks_a_week_max * times)))


def _way(world: World, times: float) -> tuple[Weights, Settings]:
    usual = Weights()
    return replace(usual, travel_100_m=round(usual.travel_100_m * times)), settings_of(world)


def _haste(world: World, times: float) -> tuple[Weights, Settings]:
    own = settings_of(world)
    return Weights(), replace(own, haste=max(1, round(own.haste * times)))


#: Knob → how it is turned, and the positions worth looking at.
KNOBS: dict[str, tuple[Turned, tuple[float, ...]]] = {
    "fairness": (_fairness, (0.0, 0.5, 1.0, 2.0, 4.0)),
    "budget": (_budget, (0.67, 1.0, 2.0, 4.0)),
    "way": (_way, (0.0, 1.0, 4.0, 12.0)),
    "haste": (_haste, (1.0, 4.0, 16.0)),
}


def turned(given: Month, knob: str, times: float) -> dict[str, float]:
    """The figures of one month with one knob in one position."""
    weights, settings = KNOBS[knob][0](given.world, times)
    policy = Ours(given.world, weights, settings)
    return outcome(given, policy, Truth(given.world, given.crowd, given.seed)).figures


def frontier(
    given: Month, knobs: Iterable[str] = tuple(KNOBS)
) -> dict[str, dict[float, dict[str, float]]]:
    """By knob and position."""
    return {name: {times: turned(given, name, times) for times in KNOBS[name][1]} for name in knobs}
