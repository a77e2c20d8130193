"""已知概率: references that are told each person's true chance, but not her answer."""

from __future__ import annotations

from diandan.engine.waves.acceptance import Floats
from diandan.engine.waves.turn import Weights

from ..job import Job
from ..people import Counts
from ..truth import Truth
from ..world import World
from .ours import Ours

#: Fewest alerts and nothing else: neither turns nor hours nor travel count.
ALERTS_ONLY = Weights(ask=1000, asked=0, served=0, spare=0, due_days=0, travel_100_m=0)


class Told(Ours):
    """Our policy with true chances in place of learnt ones."""

    def __init__(self, world: World, truth: Truth, name: str, weights: Weights) -> None:
        super().__init__(world, weights)
        self._truth = truth
        self.name = name

    def chances(self, job: Job, fit: Counts, at: int) -> Floats:
        """As they are."""
        people = job.people[fit]
        return self._truth.chances(
            job.request.kind,
            people,
            job.minutes_away[fit],
            self._desk.asks_7[people],
            at,
            job.request.start - at,
        )


def told(world: World, truth: Truth) -> Told:
    """Our aims with the true chances: what learning costs."""
    return Told(world, truth, "told", Weights())


def planner(world: World, truth: Truth) -> Told:
    """The fewest alerts: always the likeliest person, whoever she is."""
    return Told(world, truth, "planner", ALERTS_ONLY)
