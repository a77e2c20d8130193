"""问七补一: the seven nearest are asked, each refuser is replaced (GoodSAM's simulated best)."""

from __future__ import annotations

from ..desk import Desk
from ..job import Asks, Fitting, Job
from ..world import World

SEVEN = 7


class Steady:
    """Keeps seven unanswered asks out until the job is full."""

    name = "ask_7"

    def __init__(self, world: World) -> None:
        self.patience = world.ours.patience

    def start(self, desk: Desk, seed: int) -> None:
        """Nothing to prepare."""

    def decide(self, job: Job, fitting: Fitting, at: int) -> Asks:
        """Fill up to seven, or to the missing heads when they are more."""
        del at
        out = max(SEVEN, job.missing) if job.missing else 0
        more = out - len(job.waiting()) if out else 0
        return Asks(tuple(int(p) for p in fitting()[:more])) if more > 0 else Asks()

    def heard(self, job: Job, place: int, *, yes: bool, late: bool) -> None:
        """It does not learn."""
