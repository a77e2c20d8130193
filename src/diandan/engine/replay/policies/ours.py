"""本系统: turns, predicted acceptance and just enough asks, by `engine.waves`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diandan.engine.waves.acceptance import Acceptance, Floats
from diandan.engine.waves.size import chance_of_enough, wave_size
from diandan.engine.waves.timing import (
    AnswerTimes,
    Settings,
    Window,
    answer_left,
    backups_wanted,
    miss_chance,
    patience,
    rounds_left,
)
from diandan.engine.waves.turn import Standing, Weights, costs

from ..desk import Desk
from ..job import UNASKED, Asks, Fitting, Job
from ..people import DAY, Counts
from ..world import World

LOOKED_AT = 64  # the cheapest so many are enough for any wave


@dataclass(frozen=True, slots=True)
class Asked:
    """What was known when somebody was asked; `count` is the number of the ask."""

    chance: float
    recent: int
    at: int
    count: int


def settings_of(world: World) -> Settings:
    """As the preset's file writes them."""
    own = world.ours
    return Settings(
        asking=world.month.asking,
        asks_a_week_max=own.asks_a_week_max,
        asks_a_week_more=own.asks_a_week_more,
        patience=own.patience,
        target=own.target,
        backup_below=own.backup_below,
    )


class Ours:
    """Keeps the weekly budget of each person and never lets two asks wait with her."""

    name = "ours"

    def __init__(
        self,
        world: World,
        weights: Weights | None = None,
        settings: Settings | None = None,
        *,
        keeps_learnt: bool = False,
    ) -> None:
        self.patience = world.ours.patience
        self._world, self._weights = world, weights or Weights()
        self._settings = settings or settings_of(world)
        self._keeps_learnt = keeps_learnt
        self._model: Acceptance | None = None
        self.predicted: list[float] = []
        self.came_true: list[float] = []

    def start(self, desk: Desk, seed: int) -> None:
        """Nothing is known of anybody, unless an earlier month was lived through to learn."""
        del seed
        self._desk = desk
        if self._model is None or not self._keeps_learnt:
            self._model = Acceptance(len(desk.crowd), len(self._world.demand.kinds))
            self._times = AnswerTimes()
        self.predicted, self.came_true = [], []
        self._open: dict[tuple[int, int], Asked] = {}

    def decide(self, job: Job, fitting: Fitting, at: int) -> Asks:
        """The cheapest yeses, as many as the time left calls for."""
        need, rounds = self._need(job, at)
        if need == 0:
            return Asks()
        desk = self._desk
        out = [self._open[job.request.number, int(p)].chance for p in job.waiting()]
        fit, chances, timely = self._may(job, fitting(), out, need, at)
        if len(out) < need and not len(fit):
            return Asks(look_again_at=at + 60)  # a week's budget or a busy person may come free
        order = _cheapest(self._costs(job, fit, timely, at))
        count = wave_size(
            out, chances[order].tolist(), need, rounds=rounds, target=self._settings.target
        )
        for n in order[:count]:
            person = int(job.people[fit[n]])
            recent = int(desk.asks_7[person])
            asked = Asked(float(chances[n]), recent, at, len(self.predicted))
            self._open[job.request.number, int(fit[n])] = asked
            self.predicted.append(asked.chance)
            self.came_true.append(0.0)
        return Asks(
            tuple(int(fit[n]) for n in order[:count]), patience=patience(rounds, self._settings)
        )

    def _may(
        self, job: Job, fit: Counts, out: list[float], need: int, at: int
    ) -> tuple[Counts, Floats, Floats]:
        """Whom the budget lets us ask, the chance that each says yes, and in time.

        A job due soon that would stay unfilled may go a little beyond the budget.
        """
        own, request = self._settings, job.request
        rested = self._desk.rested(job.people, fit, own.asks_a_week_max)
        chances, timely = self._foreseen(job, rested, at)
        if own.asks_a_week_more and request.promise - at <= own.due_soon:
            best = np.sort(chances)[::-1][:LOOKED_AT].tolist()
            if chance_of_enough([*out, *best], need) < own.target:
                most = own.asks_a_week_max + own.asks_a_week_more
                rested = self._desk.rested(job.people, fit, most)
                chances, timely = self._foreseen(job, rested, at)
        return rested, chances, timely

    def _foreseen(self, job: Job, fit: Counts, at: int) -> tuple[Floats, Floats]:
        request = job.request
        chances = self.chances(job, fit, at)
        window = Window(request.start, request.promise, request.booked)
        left = answer_left(window, self._settings, at, job.minutes_away[fit])
        return chances, chances * self._times.in_time(left)

    def _need(self, job: Job, at: int) -> tuple[int, int]:
        """Yeses wanted, and how many times an answer can still be waited for."""
        request = job.request
        window = Window(request.start, request.promise, request.booked)
        rounds = rounds_left(window, self._settings, at)
        if job.missing:
            return job.missing, rounds
        misses = [miss_chance(0, 0)] * request.heads
        others = int(np.sum(job.asked == UNASKED))
        job.backups_wanted = backups_wanted(misses, window, self._settings, others=others)
        return max(0, job.backups_wanted - len(job.backups)), rounds

    def chances(self, job: Job, fit: Counts, at: int) -> Floats:
        """Predicted from answers so far."""
        moment = self._desk.moment(job.request.kind, at, job.request.start - at)
        people = job.people[fit]
        assert self._model is not None
        return self._model.predict(moment, people, job.travel[fit], self._desk.asks_7[people])

    def _costs(self, job: Job, fit: Counts, chances: Floats, at: int) -> Counts:
        desk, people = self._desk, job.people[fit]
        asked_at = desk.asked_at[people]
        standing = Standing(
            chance=chances,
            metres=job.metres[fit],
            days_unasked=(at - np.maximum(asked_at, 0)) / DAY,
            asks_30_days=desk.asks[people],
            minutes_30_days=desk.minutes[people],
            spare=desk.spares(job.request.kind, people),
        )
        return costs(standing, self._weights)

    def heard(self, job: Job, place: int, *, yes: bool, late: bool) -> None:
        """Each answer updates the prediction."""
        asked = self._open[job.request.number, place]
        moment = self._desk.moment(job.request.kind, asked.at, job.request.start - asked.at)
        person, travel = int(job.people[place]), int(job.travel[place])
        assert self._model is not None
        self.came_true[asked.count] = float(yes)
        if yes:
            self._times.learn(self._desk.now - asked.at)
        if late:
            self._model.later_yes(moment, person, travel, asked.recent)
        else:
            self._model.learn(moment, person, travel, asked.recent, yes=yes)


def _cheapest(cost: Counts) -> Counts:
    """The first so many in order of cost, ties by nearness."""
    unique = cost * len(cost) + np.arange(len(cost))
    if len(cost) > LOOKED_AT:
        unique = unique[np.argpartition(unique, LOOKED_AT)[:LOOKED_AT]]
    return np.sort(unique) % len(cost)
