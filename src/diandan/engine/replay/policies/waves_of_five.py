"""五人一波: five at random every three minutes, none alerted in the last hour (UPchieve)."""

from __future__ import annotations

import numpy as np

from .. import draws
from ..desk import Desk
from ..job import Asks, Fitting, Job
from ..world import World

FIVE, EVERY, REST = 5, 3, 60


class WavesOfFive:
    """Goes on until the job is full."""

    name = "waves_of_5"

    def __init__(self, world: World) -> None:
        self.patience = world.ours.patience
        self._desk: Desk | None = None
        self._seed = 0
        self._next: dict[int, int] = {}

    def start(self, desk: Desk, seed: int) -> None:
        """A random order of each job's people, fixed by the seed."""
        self._desk, self._seed, self._next = desk, seed, {}

    def decide(self, job: Job, fitting: Fitting, at: int) -> Asks:
        """The next five, if three minutes have passed since the last."""
        assert self._desk is not None
        number = job.request.number
        if not job.missing:
            return Asks()
        due = self._next.get(number, at)
        if at < due:
            return Asks(look_again_at=due)
        fit = fitting()
        if not len(fit):
            return Asks()
        people = job.people[fit]
        asked_at = self._desk.asked_at[people]
        rested = fit[(asked_at < 0) | (asked_at <= at - REST)]
        lots = draws.lots(self._seed, number, job.people[rested])
        picked = rested[np.argsort(lots, kind="stable")[:FIVE]]
        self._next[number] = at + EVERY
        return Asks(tuple(int(p) for p in picked), look_again_at=at + EVERY)

    def heard(self, job: Job, place: int, *, yes: bool, late: bool) -> None:
        """It does not learn."""
