"""派单台账: what is known of people while a month runs: asks, services and promised hours.

Everything here a real centre knows too; no policy sees more, except those that are told.
"""

from __future__ import annotations

import numpy as np

from diandan.engine.compiled import compiled
from diandan.engine.waves.acceptance import BANDS, Moment, band_of

from .people import DAY, Column, Counts, Population
from .world import World

SLOTS = 12  # promised hours kept a person; more than anybody holds at one time
WEEK = 7
NEVER = -1


class Desk:
    """Columns by person, kept while the simulation runs."""

    def __init__(self, world: World, crowd: Population) -> None:
        count, days = len(crowd), world.month.days + 14
        self.world, self.crowd = world, crowd
        self.now = 0  # the minute it is
        self.asks = np.zeros(count, np.int64)
        self.asks_7 = np.zeros(count, np.int64)
        self.asked_at = np.full(count, NEVER, np.int64)
        self.first_asked_at = np.full(count, NEVER, np.int64)
        self.waiting = np.zeros(count, np.int64)  # asks not yet answered nor given up
        self.minutes = np.zeros(count, np.int64)  # served
        self.jobs_by_day = np.zeros((count, days + 2), np.int64)
        self._asks_by_day = np.zeros((count, days), np.int16)
        self._begins = np.zeros((count, SLOTS), np.int64)
        self._ends = np.zeros((count, SLOTS), np.int64)
        self._today = 0
        self._seats = np.zeros(len(world.demand.kinds))  # heads asked for so far, by kind
        bits = np.arange(len(world.demand.kinds))
        self._able = (crowd.able[:, None] >> bits & 1).astype(np.float64)
        self.want = np.zeros(len(world.demand.kinds))  # heads a month and able person, by kind
        self.scarcest = np.zeros(count)  # the most wanted skill of each person

    def turn_to(self, at: int) -> None:
        """Let asks older than seven days fall out of the count."""
        while self._today < at // DAY:
            self._today += 1
            if self._today >= WEEK:
                self.asks_7 -= self._asks_by_day[:, self._today - WEEK]
            self.want = self._seats * 30 / self._today / np.maximum(1, self._able.sum(axis=0))
            self.scarcest = (self._able * self.want).max(axis=1)

    def note_request(self, kind: int, heads: int) -> None:
        """Somebody asks for something."""
        self._seats[kind] += heads

    def note_ask(self, person: int, at: int) -> None:
        """She has been asked."""
        self.asks[person] += 1
        self.asks_7[person] += 1
        self.waiting[person] += 1
        self.asked_at[person] = at
        if self.first_asked_at[person] == NEVER:
            self.first_asked_at[person] = at
        self._asks_by_day[person, self._today] += 1

    def note_answer(self, person: int) -> None:
        """She has answered, or is no longer waited for."""
        self.waiting[person] -= 1

    def promise(self, person: int, begins: int, ends: int) -> None:
        """Her time is taken; the oldest entry makes room."""
        slot = int(np.argmin(self._ends[person]))
        self._begins[person, slot], self._ends[person, slot] = begins, ends
        self.jobs_by_day[person, begins // DAY] += 1

    def release(self, person: int, begins: int, ends: int) -> None:
        """Her time is free again."""
        held = (self._begins[person] == begins) & (self._ends[person] == ends)
        slot = int(np.argmax(held))
        if held[slot]:
            self._begins[person, slot] = self._ends[person, slot] = 0
            self.jobs_by_day[person, begins // DAY] -= 1

    def clash(self, person: int, begins: int, ends: int) -> int:
        """The end of a promise that overlaps [begins, ends), or -1."""
        over = (self._begins[person] < ends) & (self._ends[person] > begins)
        return int(self._ends[person][over].max()) if over.any() else -1

    def week_full(self, person: int, at: int) -> bool:
        """Whether she already has as many services round that day as anybody may have."""
        day = at // DAY
        week = self.jobs_by_day[person, max(0, day - WEEK + 1) : day + 1]
        return int(week.sum()) >= self.world.people.jobs_a_week_max

    def may_ask(self, people: Counts, asked: Counts, bits: int, begins: int, ends: int) -> Counts:
        """Positions of those not yet asked, free in `bits`, without a promise then, week not full.

        `begins` and `ends` bound the service if it were now arranged.
        """
        fit = np.empty(len(people), np.int64)
        found = _may_ask(
            people, asked, self.crowd.free, bits, self._begins, self._ends,
            begins, ends, self.jobs_by_day, begins // DAY, self.world.people.jobs_a_week_max, fit,
        )  # fmt: skip
        return fit[:found]

    def rested(self, people: Counts, places: Counts, asks_max: int) -> Counts:
        """Of these places those whose people have no ask waiting and a budget left this week."""
        kept = np.empty(len(places), np.int64)
        return kept[: _rested(people, places, self.waiting, self.asks_7, asks_max, kept)]

    def spares(self, kind: int, people: Counts) -> Column:
        """By how much each one's scarcest skill is more wanted than this kind's."""
        return np.asarray(np.maximum(0.0, self.scarcest[people] - self.want[kind]))

    def moment(self, kind: int, at: int, notice: int) -> Moment:
        """What an ask's answer depends on besides the person."""
        band = band_of(at)
        assert 0 <= band < BANDS
        return Moment(kind, band, int(notice < 180))


@compiled
def _rested(
    people: Counts, places: Counts, waiting: Counts, asks: Counts, asks_max: int, kept: Counts
) -> int:
    found = 0
    for place in places:
        person = people[place]
        if waiting[person] == 0 and asks[person] < asks_max:
            kept[found] = place
            found += 1
    return found


@compiled
def _may_ask(
    people: Counts,
    asked: Counts,
    free: Counts,
    bits: int,
    begun: Counts,
    ended: Counts,
    begins: int,
    ends: int,
    jobs_by_day: Counts,
    day: int,
    week_max: int,
    fit: Counts,
) -> int:
    found = 0
    for at in range(len(people)):
        person = people[at]
        if asked[at] != 0 or free[person] & bits == 0:
            continue
        busy = False
        for slot in range(begun.shape[1]):
            if begun[person, slot] < ends and ended[person, slot] > begins:
                busy = True
                break
        if busy:
            continue
        jobs = 0
        for past in range(max(0, day - 6), day + 1):
            jobs += jobs_by_day[person, past]
        if jobs < week_max:
            fit[found] = at
            found += 1
    return found
