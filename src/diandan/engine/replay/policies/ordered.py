"""层层派单: mandatory down-dispatch; the nearest is told to go (what 条例 25 forbids)."""

from __future__ import annotations

from ..desk import Desk
from ..job import Asks, Fitting, Job
from ..world import World


class Ordered:
    """Nobody is asked; who would have said no comes or stays away."""

    name = "ordered"
    patience = 60

    def __init__(self, world: World) -> None:
        del world

    def start(self, desk: Desk, seed: int) -> None:
        """Nothing to prepare."""

    def decide(self, job: Job, fitting: Fitting, at: int) -> Asks:
        """The nearest, as many as are missing."""
        del at
        if not job.missing:
            return Asks()
        return Asks(tuple(int(p) for p in fitting()[: job.missing]), ordered=True)

    def heard(self, job: Job, place: int, *, yes: bool, late: bool) -> None:
        """Nobody listens."""
