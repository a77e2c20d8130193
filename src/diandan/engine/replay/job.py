"""一张单: what has happened to one request so far, as the simulator and a policy see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from .demand import Request
from .desk import Desk
from .people import Counts

UNASKED, WAITING, SAID_NO, SAID_YES, GIVEN_UP, FAILED = range(6)


@dataclass(slots=True)
class Engaged:
    """A person who said yes: where among the candidates, from when she can be there, her hours."""

    place: int
    ready: int
    begins: int
    ends: int
    comes: bool
    here: bool = False


@dataclass(slots=True)
class Job:
    """`asked` runs along the candidates; `round` changes whenever a planned start is void."""

    request: Request
    people: Counts
    metres: Counts
    minutes_away: Counts
    asked: Counts = field(default_factory=lambda: np.zeros(0, np.int64))
    engaged: list[Engaged] = field(default_factory=list)
    backups: list[Engaged] = field(default_factory=list)
    backups_wanted: int = 0
    travel: Counts = field(default_factory=lambda: np.zeros(0, np.int64))  # bands
    alerts: int = 0
    surplus: int = 0
    dropped: int = 0
    round: int = 0
    filled_at: int = -1
    begun_at: int = -1
    over: bool = False
    looks: bool = False  # a look is due in this minute
    wakes_at: int = -1

    @property
    def missing(self) -> int:
        """Heads still to be found."""
        return max(0, self.request.heads - len(self.engaged))

    def waiting(self) -> Counts:
        """Places of those who were asked and have not answered."""
        return np.flatnonzero(self.asked == WAITING)


@dataclass(frozen=True, slots=True)
class Asks:
    """A policy's decision: whom to ask now (places among the candidates), when to look again."""

    places: tuple[int, ...] = ()
    look_again_at: int | None = None
    ordered: bool = False  # they are told, not asked
    patience: int = 0  # minutes until silence is taken for a no; 0: the policy's usual


#: Works out, when called, the places that may be asked by the rules all policies keep.
Fitting = Callable[[], Counts]


class Policy(Protocol):
    """A way of filling jobs. Called when something happened to a job and when it asked to be."""

    name: str
    patience: int  # minutes after which a silent person is given up

    def start(self, desk: Desk, seed: int) -> None:
        """A month begins."""

    def decide(self, job: Job, fitting: Fitting, at: int) -> Asks:
        """Whom to ask; `fitting()` are the places that may be asked by the rules all policies keep."""

    def heard(self, job: Job, place: int, *, yes: bool, late: bool) -> None:
        """An answer, or a silence given up; `late`: a yes after having been given up."""
