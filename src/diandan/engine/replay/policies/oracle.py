"""先知: knows each person's answer and whether she comes; the most that can be served."""

from __future__ import annotations

import numpy as np

from ..desk import Desk
from ..job import Asks, Fitting, Job
from ..truth import Truth, delay, would_say_yes
from ..world import World


class Oracle:
    """Asks exactly those who will say yes and come, first those whose other skills nobody lacks."""

    name = "oracle"
    patience = 24 * 60

    def __init__(self, world: World, truth: Truth) -> None:
        del world
        self._truth = truth

    def start(self, desk: Desk, seed: int) -> None:
        """It needs no preparation."""
        del seed
        self._desk = desk

    def decide(self, job: Job, fitting: Fitting, at: int) -> Asks:
        """Those of whom it knows; looks again when there are too few yet."""
        missing = job.missing - len(job.waiting()) if job.missing else 0
        if missing <= 0:
            return Asks()
        request, fit = job.request, fitting()
        people = job.people[fit]
        chances = self._truth.chances(
            request.kind,
            people,
            job.minutes_away[fit],
            self._desk.asks_7[people],
            at,
            request.start - at,
        )
        spare = self._desk.spares(request.kind, people)
        knows = would_say_yes(self._truth, request.number, people, chances)
        picked: list[int] = []
        for n in knows[np.argsort(spare[knows], kind="stable")]:
            if len(picked) >= missing:
                break
            answered = at + delay(self._truth, request.number, int(people[n]))
            if answered + 15 + int(job.minutes_away[fit[n]]) <= request.promise:
                picked.append(int(fit[n]))
        short = len(picked) < missing
        return Asks(tuple(picked), look_again_at=at + 60 if short else None)

    def heard(self, job: Job, place: int, *, yes: bool, late: bool) -> None:
        """It knew."""
