"""接单预测: how likely a person says yes to a job, shrunk from history and updated by each answer.

Beta-binomial throughout. A kind's rate is drawn towards the overall rate and an hour's towards
its kind's. Everything else (the person, the person with the kind, the travel, how often she was
asked lately, how short the notice) is a *leaning*: the odds of her posterior Beta mean over the
odds of what everybody would have answered to the same asks. With no history a leaning is 1, so
a newcomer is predicted like her kind and hour; with a long one her own answers decide.

Arrays are indexed by a person's number; whoever has names keeps the numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from diandan.engine.compiled import compiled

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

LEAST = 0.005  # nobody is ever predicted to say surely no, or surely yes
TRAVEL_EDGES = np.array([5, 10, 15, 20, 30, 45], dtype=np.int64)  # minutes
RECENT_MOST = 6  # asks in the last seven days; more count as this many


@dataclass(frozen=True, slots=True)
class Moment:
    """What all asks of one job at one time share."""

    kind: int
    band: int  # hour band, see `band_of`
    short: int  # 1: less than three hours' notice


def band_of(at: int) -> int:
    """Morning, afternoon, evening, on weekdays (0..2) and at weekends (3..5); day 0 is a Monday."""
    minute = at % (24 * 60)
    part = 0 if minute < 12 * 60 else 1 if minute < 17 * 60 else 2
    return part + (3 if (at // (24 * 60)) % 7 >= 5 else 0)


BANDS = 6


def travel_bands(minutes: Whole) -> Whole:
    """Which of the travel bands each of these minutes falls in."""
    return np.searchsorted(TRAVEL_EDGES, minutes)


class Tally:
    """Asks, yeses and expected yeses of each member of one group, and their `leaning`."""

    def __init__(self, shape: int | tuple[int, ...], strength: float) -> None:
        self.asked = np.zeros(shape)
        self.yes = np.zeros(shape)
        self.expected = np.zeros(shape)
        self.leaning = np.ones(shape)
        self.strength = strength

    def count(self, at: Any, yes: float) -> None:
        """One answer, where only the rate matters."""
        self.asked[at] += 1
        self.yes[at] += yes

    def add(self, at: Any, yes: float, expected: float, base: float) -> None:
        """One answer; `base` is the rate towards which the member is drawn."""
        self.asked[at] += 1
        self.expected[at] += expected
        self.add_yes(at, yes, base)

    def add_yes(self, at: Any, yes: float, base: float) -> None:
        """Count a yes and see how she leans now."""
        self.yes[at] += yes
        said, asked = float(self.yes[at]), float(self.asked[at])
        expected = float(self.expected[at])
        more, less = self.strength * base, self.strength * (1 - base)
        own = (said + more) / (asked - said + less)
        others = (expected + more) / (asked - expected + less)
        self.leaning[at] = own / others


class Acceptance:
    """The prediction for a population; deterministic, no randomness inside."""

    def __init__(self, people: int, kinds: int, *, guess: float = 0.4) -> None:
        self.guess = guess  # before the first answer, worth twenty answers
        self.asked = 0
        self.yes = 0.0
        self.by_kind = Tally(kinds, 20.0)
        self.by_hour = Tally((kinds, BANDS), 30.0)
        self.by_person = Tally(people, 8.0)
        self.by_both = Tally((people, kinds), 30.0)
        self.by_travel = Tally(len(TRAVEL_EDGES) + 1, 60.0)
        self.by_recent = Tally(RECENT_MOST + 1, 60.0)
        self.by_notice = Tally(2, 60.0)

    @property
    def overall(self) -> float:
        """The rate of all answers so far, with the first guess as twenty of them."""
        return (self.yes + 20 * self.guess) / (self.asked + 20)

    def prior(self, moment: Moment) -> float:
        """The rate of a kind at an hour: hour shrunk to kind, kind shrunk to all."""
        kind, hour = self.by_kind, self.by_hour
        at = (moment.kind, moment.band)
        rate = (kind.yes[moment.kind] + kind.strength * self.overall) / (
            kind.asked[moment.kind] + kind.strength
        )
        return float((hour.yes[at] + hour.strength * rate) / (hour.asked[at] + hour.strength))

    def predict(self, moment: Moment, people: Whole, travel: Whole, recent: Whole) -> Floats:
        """The chance of a yes of each of `people`; `travel` are bands (`travel_bands`)."""
        prior = self.prior(moment)
        made = np.empty(len(people))
        _predict(
            prior / (1 - prior) * float(self.by_notice.leaning[moment.short]),
            self.by_person.leaning,
            self.by_both.leaning,
            moment.kind,
            self.by_travel.leaning,
            self.by_recent.leaning,
            people,
            travel,
            recent,
            made,
        )
        return made

    def learn(self, moment: Moment, person: int, travel: int, recent: int, *, yes: bool) -> None:
        """One answer; each leaning is charged with what was expected without it."""
        base, said = self.overall, float(yes)
        groups = self._groups(moment, person, travel, recent)
        prior = self.prior(moment)
        odds = prior / (1 - prior)
        leanings = [float(tally.leaning[at]) for tally, at in groups]
        for leaning in leanings:
            odds *= leaning
        for (tally, at), leaning in zip(groups, leanings, strict=True):
            without = odds / leaning
            tally.add(at, said, without / (1 + without), base)
        self.by_kind.count(moment.kind, said)
        self.by_hour.count((moment.kind, moment.band), said)
        self.asked += 1
        self.yes += said

    def later_yes(self, moment: Moment, person: int, travel: int, recent: int) -> None:
        """A silence that was learnt as a no has turned into a yes."""
        base = self.overall
        for tally, at in self._groups(moment, person, travel, recent):
            tally.add_yes(at, 1.0, base)
        self.by_kind.yes[moment.kind] += 1
        self.by_hour.yes[moment.kind, moment.band] += 1
        self.yes += 1

    def _groups(
        self, moment: Moment, person: int, travel: int, recent: int
    ) -> tuple[tuple[Tally, Any], ...]:
        return (
            (self.by_notice, moment.short),
            (self.by_person, person),
            (self.by_both, (person, moment.kind)),
            (self.by_travel, travel),
            (self.by_recent, min(recent, RECENT_MOST)),
        )


@compiled
def _predict(
    odds: float,
    of_person: Floats,
    of_both: Floats,
    kind: int,
    of_travel: Floats,
    of_recent: Floats,
    people: Whole,
    travel: Whole,
    recent: Whole,
    made: Floats,
) -> None:
    for at in range(len(people)):
        person = people[at]
        own = odds * of_person[person] * of_both[person, kind] * of_travel[travel[at]]
        own *= of_recent[min(recent[at], RECENT_MOST)]
        made[at] = min(max(own / (1.0 + own), LEAST), 1.0 - LEAST)
