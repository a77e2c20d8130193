"""电话派单: first come first served, nearest first, one call after the other, by clerks."""

from __future__ import annotations

import heapq

from diandan.engine.waves.hours import Daily

from ..desk import Desk
from ..job import Asks, Fitting, Job
from ..world import World


class ByHand:
    """Each call takes a clerk's minutes; jobs wait for a clerk in the order they need one."""

    name = "by_hand"

    def __init__(self, world: World) -> None:
        self.patience = world.hand.patience
        self._hand = world.hand
        self._hours = Daily(world.hand.opens, world.hand.closes)
        self._free_at: list[int] = []
        self._calls: dict[int, int] = {}  # request: when a clerk will make its next call

    def start(self, desk: Desk, seed: int) -> None:
        """All clerks are free."""
        del desk, seed
        self._free_at = [0] * self._hand.clerks
        self._calls = {}

    def decide(self, job: Job, fitting: Fitting, at: int) -> Asks:
        """Queue for a clerk; when she is there, ring the nearest who may be asked."""
        number = job.request.number
        waiting = len(job.waiting()) if job.missing else 0
        if waiting >= job.missing:
            return Asks()
        if number not in self._calls:
            begins = self._hours.next_open(max(at, heapq.heappop(self._free_at)))
            heapq.heappush(self._free_at, begins + self._hand.call)
            self._calls[number] = begins
        when = self._calls[number]
        if when > at:
            return Asks(look_again_at=when)
        del self._calls[number]
        fit = fitting()
        if not len(fit):
            return Asks()
        more = job.missing - waiting > 1
        return Asks((int(fit[0]),), look_again_at=at + 1 if more else None)

    def heard(self, job: Job, place: int, *, yes: bool, late: bool) -> None:
        """The list on paper does not learn."""
