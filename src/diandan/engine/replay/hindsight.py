"""事后最优: a morning's visits come in one by one; what first-come loses against knowing all.

Ways through the same events (arrivals, cancellations, withdrawals, refusals): first-come asks the
cheapest free person at once and keeps her; the repaired plan stays optimal by `engine.assign.repair`
and its people are asked when the visit nears; ours does that too, but asks the surest pairs first
(`engine.waves.surest`); hindsight solves once, knowing everything.
Costs are metres, plus a price for each job nobody serves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from diandan.engine.assign import cold, proof, repair
from diandan.engine.assign.graph import Graph, Pairs, Room
from diandan.engine.assign.paths import link
from diandan.engine.compiled import Ints, Longs
from diandan.engine.waves.surest import Options, sureness

ARRIVE, CANCEL, WITHDRAW, ASK = range(4)
#: Of the jobs that wait for an answer, this share is asked before the next look.
AT_ONCE = 0.04


@dataclass(frozen=True, slots=True)
class Morning:
    """The parameters, as bench/replay/hindsight.toml writes them."""

    jobs: int
    side: int
    zipf: float
    kinds: int
    able: float
    kept: int
    arrive_from: int
    arrive_until: int
    ask_before: int
    cancelled: float
    withdrawn: float
    declines: float
    unmet_price: int

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Morning:
        """From a table of the file; other keys are not its business."""
        return cls(**{f.name: raw[f.name] for f in fields(cls)})


@dataclass(frozen=True, slots=True)
class Story:
    """One drawn morning: candidates of each job, cheapest first, and what happens when."""

    cols: list[Ints]
    costs: list[Ints]
    refuses: list[set[int]]  # by job, the people who will say no
    people: int
    events: list[tuple[int, int, int]]  # minute (the morning is 0), what, whom
    lost_jobs: frozenset[int]
    lost_people: frozenset[int]
    price: int
    ask_before: int
    yes: float  # how often people say yes, as a centre knows it
    seed: int


def story(morning: Morning, people_a_job: float, seed: int) -> Story:
    """Drawn from the seed; every way through meets the same events."""
    rng = np.random.default_rng([seed, 7])
    people = round(morning.jobs * people_a_job)
    spots = rng.uniform(0, morning.side, (people, 2))
    able = rng.random((people, morning.kinds)) < morning.able
    rank = np.arange(1, morning.kinds + 1) ** -morning.zipf
    kind = rng.choice(morning.kinds, morning.jobs, p=rank / rank.sum())
    places = rng.uniform(0, morning.side, (morning.jobs, 2))
    cols, costs, refuses = [], [], []
    for job in range(morning.jobs):
        who = np.flatnonzero(able[:, kind[job]])
        metres = np.hypot(*(spots[who] - places[job]).T).astype(np.int32)
        near = np.argsort(metres, kind="stable")[: morning.kept]
        cols.append(who[near].astype(np.int32))
        costs.append(metres[near])
        no = rng.random(len(near)) < morning.declines
        refuses.append({int(p) for p in who[near][no]})
    arrives = -rng.integers(morning.arrive_until, morning.arrive_from, morning.jobs)
    events = [(int(at), ARRIVE, job) for job, at in enumerate(arrives)]
    lost = np.flatnonzero(rng.random(morning.jobs) < morning.cancelled)
    events += [(int(rng.integers(arrives[job], 0)), CANCEL, int(job)) for job in lost]
    gone = np.flatnonzero(rng.random(people) < morning.withdrawn)
    events += [(-int(rng.integers(1, morning.arrive_from)), WITHDRAW, int(p)) for p in gone]
    return Story(
        cols,
        costs,
        refuses,
        people,
        sorted(events),
        frozenset(lost.tolist()),
        frozenset(gone.tolist()),
        morning.unmet_price,
        morning.ask_before,
        1.0 - morning.declines,
        seed,
    )


def first_come(told: Story) -> int:
    """Each job takes the cheapest free person who says yes, when it comes."""
    free = [True] * told.people
    held: dict[int, int] = {}

    def seek(job: int) -> None:
        for person in told.cols[job].tolist():
            if free[person] and person not in told.refuses[job]:
                free[person], held[job] = False, person
                return

    for _at, what, whom in told.events:
        if what == ARRIVE:
            seek(whom)
        elif what == CANCEL:
            if (person := held.pop(whom, None)) is not None:
                free[person] = True
        else:
            free[whom] = False
            jobs = [job for job, person in held.items() if person == whom]
            for job in jobs:
                del held[job]
                seek(job)
    return _cost(told, held)


def in_hindsight(told: Story) -> int:
    """The optimum of what in the end was there; proven."""
    jobs = [j for j in range(len(told.cols)) if j not in told.lost_jobs]
    cols, costs, start = [], [], [0]
    for job in jobs:
        fit = [
            (c, p)
            for p, c in zip(told.cols[job].tolist(), told.costs[job].tolist(), strict=True)
            if p not in told.refuses[job] and p not in told.lost_people
        ]
        costs += [c for c, _p in fit]
        cols += [p for _c, p in fit]
        start.append(len(cols))
    pairs = Pairs(
        np.array(start, np.int64),
        np.array(cols, np.int32),
        np.array(costs, np.int32),
        np.ones(len(jobs), np.int32),
        np.full(len(jobs), told.price, np.int32),
        np.ones(told.people, np.int32),
    )
    graph, _paper = cold.solve(pairs)
    assert proof.faults(graph) == 0
    return int(proof.cost_of(graph))


class Repaired:
    """A plan that stays optimal for what is known; people are asked when the visit nears."""

    def __init__(self, told: Story) -> None:
        self.told = told
        self.held: dict[int, int] = {}
        self.row_of: dict[int, int] = {}
        self.due: set[int] = set()
        self.out: set[int] = set()
        self.said_no: dict[int, set[int]] = {}
        self.asks = 0
        rows = len(told.cols) + 4 * (len(told.lost_people) + len(told.lost_jobs)) + 16
        arcs = sum(map(len, told.cols)) * 3 + 1
        empty: Longs = np.zeros(1, np.int64)
        none: Ints = np.zeros(0, np.int32)
        pairs = Pairs(empty, none, none, none, none, np.ones(told.people, np.int32))
        self.graph, self.paper = cold.solve(pairs, Room(rows, arcs))
        link(self.graph)
        self.rows, self.pool = 0, 0

    def live(self) -> int:
        """Through all events; the cost in the end."""
        asks = [
            (at if at > -self.told.ask_before else -self.told.ask_before, ASK, job)
            for at, what, job in self.told.events
            if what == ARRIVE
        ]
        events = sorted([*self.told.events, *asks])
        for nth, (at, what, whom) in enumerate(events):
            if what == ARRIVE:
                self._add(whom)
            elif what == CANCEL:
                self._cancel(whom)
            elif what == WITHDRAW:
                self._withdraw(whom)
            elif whom in self.row_of:
                self.due.add(whom)
            if nth + 1 == len(events) or events[nth + 1][0] > at:
                self._ask()
        return _cost(self.told, self.held)

    def _add(self, job: int) -> None:
        no = self.said_no.setdefault(job, set()) | self.out
        keep = np.array([p not in no for p in self.told.cols[job].tolist()], bool)
        cols, costs = self.told.cols[job][keep], self.told.costs[job][keep]
        repair.add(self.graph, self.paper, self.rows, self.pool, cols, costs, 1, self.told.price)
        self.row_of[job] = self.rows
        self.rows += 1
        self.pool += len(cols)

    def _cancel(self, job: int) -> None:
        self.due.discard(job)
        if (row := self.row_of.pop(job, None)) is not None:
            repair.cancel(self.graph, self.paper, row)
        if (person := self.held.pop(job, None)) is not None and person not in self.out:
            repair.set_capacity(self.graph, self.paper, person, 1)

    def _withdraw(self, person: int) -> None:
        self.out.add(person)
        jobs = [job for job, who in self.held.items() if who == person]
        if not jobs:
            repair.set_capacity(self.graph, self.paper, person, 0)
        for job in jobs:
            del self.held[job]
            self._add(job)
            self.due.add(job)

    def _ask(self) -> None:
        """Ask whom the plan names for each job whose visit nears, until all have an answer."""
        again = True
        while again:
            again = False
            for job in sorted(self.due):
                person = planned(self.graph, self.row_of[job])
                if person >= 0:
                    again = True
                    self._answer(job, person)

    def _answer(self, job: int, person: int) -> None:
        """A no leaves the plan to be mended; a yes is kept and never moved."""
        self.asks += 1
        if person in self.told.refuses[job]:
            self.said_no[job].add(person)
            repair.forbid(self.graph, self.paper, self.row_of[job], person)
            return
        row = self.row_of.pop(job)
        self.due.discard(job)
        self.held[job] = person
        if planned(self.graph, row) == person:
            repair.pin(self.graph, row, person)
        else:
            repair.cancel(self.graph, self.paper, row)
            repair.set_capacity(self.graph, self.paper, person, 0)


class SurestFirst(Repaired):
    """Ours: where many are asked together, first those whom nearly every outcome calls for."""

    def _ask(self) -> None:
        while self.due:
            found = self._surest(sorted(self.row_of))
            if not found:
                return
            busy: set[int] = set()
            for job, person in found[: max(1, round(len(found) * AT_ONCE))]:
                if person not in busy:
                    busy.add(person)
                    self._answer(job, person)

    def _surest(self, jobs: list[int]) -> list[tuple[int, int]]:
        """Each due job's surest person, the surest pair first."""
        taken = self.out | set(self.held.values())
        start, who, costs = [0], [], []
        for job in jobs:
            no = self.said_no[job] | taken
            cols = self.told.cols[job]
            keep = np.array([p not in no for p in cols.tolist()], bool)
            who.append(cols[keep])
            costs.append(self.told.costs[job][keep])
            start.append(start[-1] + len(who[-1]))
        sure = sureness(
            Options(
                np.array(start, np.int64),
                np.concatenate(who),
                np.concatenate(costs),
                np.full(start[-1], self.told.yes),
                np.full(len(jobs), self.told.price, np.int32),
                self.told.people,
            ),
            1_000_003 * self.told.seed + self.asks,
        )
        found = []
        for nth, job in enumerate(jobs):
            own = sure[start[nth] : start[nth + 1]]
            if job in self.due and len(own) and own.max() > 0:
                best = int(own.argmax())
                found.append((float(own[best]), job, int(who[nth][best])))
        return [(job, person) for _sure, job, person in sorted(found, key=lambda f: (-f[0], f[1]))]


def planned(graph: Graph, row: int) -> int:
    """Whom the plan names for a row, -1 if nobody."""
    first = int(graph.start[row])
    taken = np.flatnonzero(graph.taken[first : first + int(graph.length[row])])
    return int(graph.col[first + int(taken[0])]) if len(taken) else -1


def _cost(told: Story, held: Mapping[int, int]) -> int:
    total = 0
    for job in range(len(told.cols)):
        if job in told.lost_jobs:
            continue
        if job not in held:
            total += told.price
            continue
        place = int(np.flatnonzero(told.cols[job] == held[job])[0])
        total += int(told.costs[job][place])
    return total


@dataclass(frozen=True, slots=True)
class Gap:
    """Costs of one morning, and the share of the gap that staying re-optimisable closes."""

    first_come: int
    repaired: int
    ours: int
    hindsight: int

    @property
    def closed(self) -> float:
        """1: as good as knowing everything; 0: as bad as first-come."""
        return self._closed(self.ours)

    @property
    def closed_by_repair(self) -> float:
        """The same for the repaired plan, asked in the order of the jobs."""
        return self._closed(self.repaired)

    def _closed(self, cost: int) -> float:
        gap = self.first_come - self.hindsight
        return (self.first_come - cost) / gap if gap else 1.0


def gap(morning: Morning, people_a_job: float, seed: int) -> Gap:
    """One seed at one level of supply."""
    told = story(morning, people_a_job, seed)
    repaired, ours = Repaired(told).live(), SurestFirst(told).live()
    return Gap(first_come(told), repaired, ours, in_hindsight(told))
