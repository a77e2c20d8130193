"""真相: how a person truly answers, when, and whether she comes; policies must not look here."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from diandan.engine.compiled import compiled

from . import draws
from .people import DAY, Column, Counts, Population
from .world import World

DELAY_MOST = DAY


@dataclass(frozen=True, slots=True)
class Coming:
    """Whether an engaged person comes; `told_at` is set when she says in time that she cannot."""

    comes: bool
    told_at: int | None = None


class Truth:
    """Answers of one population in one seed's month."""

    def __init__(self, world: World, crowd: Population, seed: int) -> None:
        self._answers, self._crowd, self._seed = world.answers, crowd, seed
        self._working = crowd.working.astype(np.int64)

    def chances(
        self, kind: int, people: Counts, minutes: Counts, asks: Counts, at: int, notice: int
    ) -> Column:
        """True chances of a yes if asked at `at`; `asks` are those of each one's last 7 days."""
        a = self._answers
        shift, office = self._shifts(at, notice)
        made = np.empty(len(people))
        _chances(
            people, minutes, asks, self._crowd.own, self._crowd.liking, kind, self._working,
            a.travel, a.fatigue, shift, office, made,
        )  # fmt: skip
        return made

    def answer(
        self, kind: int, number: int, person: int, minutes: int, asks: int, at: int, notice: int
    ) -> tuple[bool, int]:
        """Whether she says yes to request `number`, and after how many minutes (-1: never)."""
        a = self._answers
        shift, office = self._shifts(at, notice)
        odds = _odds(
            self._crowd.own[person], self._crowd.liking[person, kind], minutes, asks,
            a.travel, a.fatigue, shift + office * self._working[person],
        )  # fmt: skip
        return _answer(
            self._seed, number, person, odds, a.no_is_said, a.delay_median, a.delay_sigma
        )

    def _shifts(self, at: int, notice: int) -> tuple[float, float]:
        """Log-odds that the moment adds: for everybody, and for those at work."""
        office = (at // DAY) % 7 < 5 and 9 * 60 <= at % DAY < 17 * 60
        a = self._answers
        return a.short_notice if notice < 180 else 0.0, a.work_hours if office else 0.0

    def coming(self, number: int, person: int, now: int, start: int) -> Coming:
        """Whether she comes at `start`, and when she tells if not."""
        if self._draw(number, person, draws.SHOW) >= self._crowd.no_show[person]:
            return Coming(True)
        if self._draw(number, person, draws.TOLD) >= self._answers.told_ahead or start - now < 60:
            return Coming(False)
        told = now + round(self._draw(number, person, draws.WHEN) * (start - 30 - now))
        return Coming(False, max(told, now + 1))

    def comes_when_pressed(self, number: int, person: int) -> bool:
        """Whether somebody who would have said no comes all the same when ordered."""
        return self._draw(number, person, draws.PRESSED) < self._answers.pressed_come

    def _draw(self, number: int, person: int, purpose: int) -> float:
        return float(draws.draw(self._seed, number, person, purpose))


def delay(truth: Truth, number: int, person: int) -> int:
    """Minutes until she answers: for the oracle alone."""
    a = truth._answers  # noqa: SLF001  (the told policy may look)
    return int(_delay(truth._seed, number, person, a.delay_median, a.delay_sigma))  # noqa: SLF001  (the told policy may look)


def would_say_yes(truth: Truth, number: int, people: Counts, chances: Column) -> Counts:
    """Positions of those who would say yes and come: for the oracle alone."""
    yes = np.zeros(len(people), np.int64)
    _foresee(truth._seed, number, people, chances, truth._crowd.no_show, yes)  # noqa: SLF001  (the told policy may look)
    return np.flatnonzero(yes)


@compiled
def _odds(
    own: float,
    liking: float,
    minutes: int,
    asks: int,
    per_minute: float,
    per_ask: float,
    shift: float,
) -> float:
    """Log-odds of a yes."""
    return own + liking + shift + per_minute * (minutes - 15) + per_ask * max(0, asks - 1)


@compiled
def _answer(
    seed: int, number: int, person: int, odds: float, said: float, median: float, sigma: float
) -> tuple[bool, int]:
    yes = draws.draw(seed, number, person, draws.ANSWER) < 1.0 / (1.0 + math.exp(-odds))
    if not yes and draws.draw(seed, number, person, draws.SILENT) >= said:
        return False, -1
    return yes, _delay(seed, number, person, median, sigma)


@compiled
def _delay(seed: int, number: int, person: int, median: float, sigma: float) -> int:
    """Minutes, lognormal by Box and Muller."""
    far = draws.draw(seed, number, person, draws.DELAY)
    turn = draws.draw(seed, number, person, draws.DELAY_TURN)
    sigmas = math.sqrt(-2.0 * math.log(1.0 - far)) * math.cos(2.0 * math.pi * turn)
    return int(min(DELAY_MOST, max(1.0, round(median * math.exp(sigma * sigmas)))))


@compiled
def _chances(
    people: Counts,
    minutes: Counts,
    asks: Counts,
    own: Column,
    liking: Column,
    kind: int,
    working: Counts,
    per_minute: float,
    per_ask: float,
    shift: float,
    office: float,
    made: Column,
) -> None:
    for at in range(len(people)):
        person = people[at]
        odds = _odds(
            own[person], liking[person, kind], minutes[at], asks[at],
            per_minute, per_ask, shift + office * working[person],
        )  # fmt: skip
        made[at] = 1.0 / (1.0 + math.exp(-odds))


@compiled
def _foresee(
    seed: int, number: int, people: Counts, chances: Column, no_show: Column, yes: Counts
) -> None:
    for at in range(len(people)):
        person = people[at]
        answer = draws.draw(seed, number, person, draws.ANSWER)
        if answer < chances[at] and draws.draw(seed, number, person, draws.SHOW) >= no_show[person]:
            yes[at] = 1
