"""轮流: the order of asking, in points a yes costs; the lowest is asked first.

An ask has a price, raised by how much the person was asked and served lately, and lowered to
almost nothing, her way included, as her turn comes due. Who has a skill that is scarcer than the one
needed now is spared for it. Divided by the chance of a yes it is what a yes costs by asking her;
her travel is added. 1 point is 100 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diandan.engine.compiled import compiled

from .acceptance import Floats, Whole


@dataclass(frozen=True, slots=True)
class Weights:
    """A place's own weights; whole numbers, they are data."""

    ask: int = 30  # what interrupting a person costs
    asked: int = 3  # more for each ask of the last thirty days
    served: int = 8  # more for each hour served in them
    spare: int = 60  # more for each head a month that waits for her rarer skill
    due_days: int = 22  # unasked for so long, it is her turn; 0: no turns
    travel_100_m: int = 1

    def scaled(self, fairness: float) -> Weights:
        """The same aims with more or less weight on fairness; 0 forgets it."""
        return Weights(
            ask=self.ask,
            asked=round(self.asked * fairness),
            served=round(self.served * fairness),
            spare=self.spare,
            due_days=self.due_days if fairness > 0 else 0,
            travel_100_m=self.travel_100_m,
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of each candidate, in the same order."""

    chance: Floats
    metres: Whole
    days_unasked: Floats
    asks_30_days: Whole
    minutes_30_days: Whole
    spare: Floats  # heads a month wanted of each person with her scarcest skill, above this one's


def costs(standing: Standing, weights: Weights) -> Whole:
    """Points a yes of each of them costs; integers, so that ties are true ties."""
    made = np.empty(len(standing.chance), np.int64)
    _costs(
        standing.chance,
        standing.metres,
        standing.days_unasked,
        standing.asks_30_days,
        standing.minutes_30_days,
        standing.spare,
        (weights.ask, weights.asked, weights.served, weights.spare),
        weights.due_days,
        weights.travel_100_m,
        made,
    )
    return made


@compiled
def _costs(
    chance: Floats,
    metres: Whole,
    days: Floats,
    asks: Whole,
    minutes: Whole,
    spare: Floats,
    prices: tuple[int, int, int, int],
    due_days: int,
    travel: int,
    made: Whole,
) -> None:
    ask, asked, served, spared = prices
    for at in range(len(chance)):
        load = ask + asked * asks[at] + served * minutes[at] / 60 + spared * spare[at]
        way = travel * metres[at] / 100
        if due_days > 0:
            due = min(1.0, days[at] / due_days) ** 2
            load = load * (1.0 - due) + due
            way *= 1.0 - due
        made[at] = np.int64(np.rint(load / chance[at] + way))
