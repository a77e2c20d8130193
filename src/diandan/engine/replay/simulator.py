"""推演: one month, one policy, one seed, minute by minute. SimPy keeps the clock.

Rules all policies keep, because the house does: only the able, free and near are asked, nobody
twice about one request, nobody in quiet hours, nobody whose time is promised or week is full.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import simpy

from diandan.engine.waves.acceptance import travel_bands

from .demand import Request
from .desk import Desk
from .job import FAILED, GIVEN_UP, SAID_NO, SAID_YES, WAITING, Asks, Engaged, Job, Policy
from .people import DAY, Population, first_free, part_bit, parts_between
from .reach import Reach
from .truth import Truth
from .world import World


@dataclass(frozen=True, slots=True)
class Month:
    """What every policy of one seed is given alike."""

    world: World
    seed: int
    crowd: Population
    requests: Sequence[Request]
    reach: Reach


@dataclass(slots=True)
class Lived:
    """A month that was lived through: its jobs, and the desk's columns at the end."""

    jobs: list[Job]
    desk: Desk
    policy: Policy


class Simulator:
    """Moves the clock from event to event; `run` once."""

    def __init__(self, month: Month, policy: Policy, truth: Truth) -> None:
        self.month, self.policy, self.truth = month, policy, truth
        self.world = month.world
        self.desk = Desk(month.world, month.crowd)
        self.asking = month.world.month.asking
        self.serving = month.world.month.serving
        self.clock = simpy.Environment()
        self.now = 0  # the minute it is
        self.jobs = [self._job(n, request) for n, request in enumerate(month.requests)]

    def run(self) -> Lived:
        """Live the month through, to the last request's end."""
        self.policy.start(self.desk, self.month.seed)
        for job in self.jobs:
            self._at(job.request.placed, self._place, job)
            self._at(job.request.close + 1, self._close, job)
        self.clock.run()
        return Lived(self.jobs, self.desk, self.policy)

    def _at(self, when: int, act: Callable[..., None], *args: Any) -> None:
        def fire(_event: simpy.Event) -> None:
            self.now = self.desk.now = when
            act(*args)

        when = max(when, self.now)
        self.clock.timeout(when - self.now).callbacks = [fire]

    def _job(self, n: int, request: Request) -> Job:
        reach = self.month.reach
        part = slice(int(reach.first[n]), int(reach.first[n + 1]))
        metres = reach.metres[part]
        away = -(-metres // self.world.people.metres_a_minute)
        return Job(
            request,
            reach.people[part],
            metres,
            away,
            np.zeros(len(metres), np.int64),
            travel=travel_bands(away),
        )

    def _place(self, job: Job) -> None:
        self.desk.turn_to(self.now)
        self.desk.note_request(job.request.kind, job.request.heads)
        self._look(job)

    # Asking

    def _look(self, job: Job) -> None:
        """Let the policy decide about a job, unless people are asleep."""
        job.looks = False
        if job.over:
            return
        if not self.asking.is_open(self.now):
            self._wake(job, self.asking.next_open(self.now))
            return
        self.desk.turn_to(self.now)
        asks = self.policy.decide(job, partial(self._fit, job), self.now)
        for place in asks.places:
            self._ask(job, place, asks)
        if asks.look_again_at is not None:
            self._wake(job, asks.look_again_at)

    def _stir(self, job: Job) -> None:
        """Look at the job in this minute, once, after what happens now has happened."""
        if not job.looks and not job.over:
            job.looks = True
            self._at(self.now, self._look, job)

    def _wake(self, job: Job, when: int) -> None:
        if when > self.now and (job.wakes_at <= self.now or when < job.wakes_at):
            job.wakes_at = when
            self._at(when, self._look, job)

    def _fit(self, job: Job) -> Any:
        request, ready = job.request, self.world.service.ready
        begins = max(request.start, self.now + ready)
        if request.booked:
            bits = 1 << max(part_bit(request.start), 0)
        else:
            begins = self.serving.next_open(begins)
            bits = parts_between(begins, max(request.promise, begins + 60))
        return self.desk.may_ask(job.people, job.asked, bits, begins, begins + request.minutes)

    def _ask(self, job: Job, place: int, asks: Asks) -> None:
        request, person = job.request, int(job.people[place])
        yes, after = self.truth.answer(
            request.kind,
            request.number,
            person,
            int(job.minutes_away[place]),
            int(self.desk.asks_7[person]),
            self.now,
            request.start - self.now,
        )
        self.desk.note_ask(person, self.now)
        job.asked[place] = WAITING
        job.alerts += 1
        if asks.ordered:
            comes = yes or self.truth.comes_when_pressed(request.number, person)
            self._answer(job, place, yes=True, comes=comes)
            return
        patience = asks.patience or self.policy.patience
        if after >= 0:
            self._at(self.now + after, self._answer, job, place, yes)
        if after < 0 or after > patience:
            self._at(self.now + patience, self._give_up, job, place)

    def _give_up(self, job: Job, place: int) -> None:
        """Silence for as long as the policy waits is taken for a no."""
        if job.asked[place] != WAITING:
            return
        job.asked[place] = GIVEN_UP
        self.desk.note_answer(int(job.people[place]))
        self.policy.heard(job, place, yes=False, late=False)
        self._stir(job)

    def _answer(self, job: Job, place: int, yes: bool, comes: bool = True) -> None:
        late = bool(job.asked[place] == GIVEN_UP)
        if not late:
            self.desk.note_answer(int(job.people[place]))
        if yes or not late:
            self.policy.heard(job, place, yes=yes, late=late)
        if not yes:
            job.asked[place] = SAID_NO
            self._stir(job)
            return
        job.asked[place] = SAID_YES
        self._engage(job, place, comes)

    # Engagement

    def _engage(self, job: Job, place: int, comes: bool) -> None:
        if job.over:
            job.surplus += 1
            return
        found = self._hours(job, place)
        if found is None:
            job.asked[place] = FAILED  # her yes comes too late for her own hours
            self._stir(job)
            return
        person = int(job.people[place])
        if job.missing == 0:
            job.surplus += 1
            if len(job.backups) < job.backups_wanted:
                found.comes = comes and self._coming(job, found) is None
                job.backups.append(found)
                self.desk.promise(person, found.begins, found.ends)
            return
        found.comes = comes
        self._take(job, found, promised=False)

    def _take(self, job: Job, found: Engaged, *, promised: bool) -> None:
        """She is one of the job's people now."""
        if not promised:
            self.desk.promise(int(job.people[found.place]), found.begins, found.ends)
            if found.comes:
                self._coming(job, found)
        job.engaged.append(found)
        if job.missing == 0:
            if job.filled_at < 0:
                job.filled_at = self.now
            job.round += 1
            start = max([job.request.start, self.now] + [e.ready for e in job.engaged])
            if lost := [e for e in job.engaged if not self._can_wait(job, e, start)]:
                self._lose(job, lost)
            else:
                self._at(start, self._begin, job, job.round)
        self._stir(job)

    def _can_wait(self, job: Job, found: Engaged, start: int) -> bool:
        """Keep her hours from the common start on; False if she is promised elsewhere by then."""
        person, away = int(job.people[found.place]), int(job.minutes_away[found.place])
        begins, ends = found.ready - away, start + job.request.minutes + away
        if (begins, ends) == (found.begins, found.ends):
            return True
        self.desk.release(person, found.begins, found.ends)
        if self.desk.clash(person, begins, ends) >= 0:
            return False
        found.begins, found.ends = begins, ends
        self.desk.promise(person, begins, ends)
        return True

    def _coming(self, job: Job, found: Engaged) -> int | None:
        """Draw whether she comes; if she tells that she cannot, that will be heard."""
        person = int(job.people[found.place])
        coming = self.truth.coming(job.request.number, person, self.now, found.ready)
        found.comes = coming.comes
        if coming.told_at is not None:
            self._at(coming.told_at, self._drop, job, found)
        return None if coming.comes else coming.told_at or self.now

    def _hours(self, job: Job, place: int) -> Engaged | None:
        """When she can be there and until when it takes her, or None if never in time."""
        request, person = job.request, int(job.people[place])
        away = int(job.minutes_away[place])
        ready = max(request.start, self.now + self.world.service.ready + away)
        for _try in range(6):
            if not request.booked:
                free = int(self.month.crowd.free[person])
                ready = first_free(free, self.serving.next_open(ready), request.close)
                if ready < 0:
                    return None
            if ready > request.close:
                return None
            begins, ends = ready - away, ready + request.minutes + away
            clash = self.desk.clash(person, begins, ends)
            if clash < 0:
                full = self.desk.week_full(person, begins)
                return None if full else Engaged(place, ready, begins, ends, True)
            if request.booked:
                return None
            ready = clash + away
        return None

    def _drop(self, job: Job, found: Engaged) -> None:
        """She tells ahead that she cannot come; a warm backup steps in at once."""
        self.desk.release(int(job.people[found.place]), found.begins, found.ends)
        if found in job.backups:
            job.backups.remove(found)
        if job.over or found not in job.engaged:
            return
        self._lose(job, [found])

    def _lose(self, job: Job, lost: list[Engaged]) -> None:
        for found in lost:
            job.engaged.remove(found)
            job.asked[found.place] = FAILED
            job.dropped += 1
        job.round += 1
        while job.missing and job.backups:
            stand_in = job.backups.pop(0)
            away = int(job.minutes_away[stand_in.place])
            stand_in.ready = max(job.request.start, self.now + self.world.service.ready + away)
            self._take(job, stand_in, promised=True)
        if job.missing:
            self._stir(job)

    # The visit

    def _begin(self, job: Job, round_: int) -> None:
        if job.over or job.round != round_ or job.missing:
            return
        if all(found.comes for found in job.engaged):
            self._serve(job)
        else:
            self._at(self.now + self.world.service.noticed, self._notice, job, round_)

    def _notice(self, job: Job, round_: int) -> None:
        """Somebody has not come and has not said so."""
        if job.over or job.round != round_:
            return
        for found in (gone := [e for e in job.engaged if not e.comes]):
            self.desk.release(int(job.people[found.place]), found.begins, found.ends)
        self._lose(job, gone)

    def _serve(self, job: Job) -> None:
        job.begun_at, job.over = self.now, True
        for found in job.engaged:
            self.desk.minutes[job.people[found.place]] += job.request.minutes
        for found in job.backups:
            self.desk.release(int(job.people[found.place]), found.begins, found.ends)

    def _close(self, job: Job) -> None:
        """Nobody came in time: the request is unmet, and everybody's hours are free again."""
        if job.over:
            return
        job.over = True
        for found in job.engaged + job.backups:
            if found.begins > self.now - DAY:
                self.desk.release(int(job.people[found.place]), found.begins, found.ends)
