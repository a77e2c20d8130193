"""一轮派单: a city's people and open jobs in, an exact plan out, proven over every eligible pair.

    candidates (`search`) → exact plan (`assign.cold`) → pricing of all pairs left out (`pricing`)
    → what could better the plan is added and the plan repaired → until pricing finds nothing

The last, empty pricing pass is the proof: no eligible pair, kept or not, has cost + v < u.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from diandan.engine.assign import cold, growth, proof
from diandan.engine.assign.graph import NO_ROOM, SHUT, Graph, Pairs, Paper, Room, wider
from diandan.engine.city import pricing, search
from diandan.engine.city.columns import Jobs, People, take_jobs
from diandan.engine.city.index import Index
from diandan.engine.city.index import build as build_index
from diandan.engine.compiled import Ints, Longs

#: Candidates a job at first, where people abound, where they are scarce, and where there are too
#: few (then the nearest are the wrong ones anyway, and pricing brings the right); and how many
#: better ones one pricing pass may bring a job. They change the time taken, never the plan's cost.
KEPT_AMPLE, KEPT_SCARCE, KEPT_SHORT = 8, 32, 12
BETTER, BETTER_SHORT = 8, 16
#: More places than this for every head: ample; fewer: short.
AMPLE, SHORT = 3.0, 0.9
#: Room for arcs and columns that pricing may bring, beyond a share of what is there.
SPARE = 4096
#: More than this share of rows changed: the plan is made anew, from nothing. (Measured at 100,000
#: jobs, 7 % of them changed: settling takes five times as long, and so do the prices there are; where
#: places are fewer than heads settling is cheaper.)
ANEW, ANEW_SHORT = 0.03, 0.2
#: More than this share of rows gain candidates: the columns' lists are written anew, not added to.
LISTED = 0.02
#: Metres of a square inside which jobs lie one after another: their people are in cache. Measured,
#: plans of 100,000 jobs take half of what they take skill by skill and street by street.
NEIGHBOURHOOD = 500


@dataclass(slots=True)
class City:
    """What stays between rounds: the people, their index, and scratch."""

    people: People
    index: Index
    places: int  # all capacities together
    most: int  # the greatest capacity
    scratch: Ints
    epoch: int = 0


@dataclass(slots=True)
class Round:
    """One plan. Row r of the graph is job ``order[r]``; column c is person ``who[c]``."""

    graph: Graph
    paper: Paper
    order: Ints
    who: Ints
    cost: int
    passes: int = 0
    added: int = 0
    certified: bool = False
    counts: dict[str, int] = field(default_factory=dict)

    def pairs(self) -> tuple[Ints, Ints]:
        """The chosen (job, person) positions, job by job."""
        arcs = np.flatnonzero(self.graph.taken).astype(np.int64)
        jobs, people = self.order[self.graph.row[arcs]], self.who[self.graph.col[arcs]]
        by_job = np.lexsort((people, jobs))
        return jobs[by_job], people[by_job]

    def prices(self, town: City) -> Ints:
        """What one more place of each person would save: a later round may start from it."""
        prices = np.zeros(len(town.people.x), np.int32)
        prices[self.who] = np.where(self.graph.cap > 0, self.graph.v, 0)[: len(self.who)]
        return prices


def city(people: People, skills: int) -> City:
    """Index the people once; a round only reads it."""
    count = len(people.x)
    places, most = int(people.cap.sum()), int(people.cap.max(initial=1))
    return City(people, build_index(people, skills), places, most, np.zeros(2 * count, np.int32))


def near_order(jobs: Jobs) -> Ints:
    """Jobs along Morton's curve, on which what is near on the plane is near, whatever its skill."""
    squares = [np.minimum((at - at.min(initial=0)) // NEIGHBOURHOOD, 0xFFFF) for at in jobs[:2]]
    east, north = (apart(square.astype(np.int64)) for square in squares)
    keys = (east | north << 1) << search.SHIFT | np.arange(len(jobs.x))
    keys.sort()
    return (keys & search.POSITION).astype(np.int32)


def apart(bits: Longs) -> Longs:
    """Sixteen bits with a nought between any two."""
    bits = (bits | bits << 8) & 0x00FF00FF
    bits = (bits | bits << 4) & 0x0F0F0F0F
    bits = (bits | bits << 2) & 0x33333333
    return (bits | bits << 1) & 0x55555555


def kept(town: City, jobs: Jobs) -> int:
    """How many candidates a job to begin with."""
    heads = max(int(jobs.need.sum()), 1)
    if town.places > AMPLE * heads:
        return KEPT_AMPLE
    return KEPT_SHORT if town.places < SHORT * heads else KEPT_SCARCE


def plan(
    town: City,
    jobs: Jobs,
    most: int | None = None,
    certify: bool = True,
    warm: Ints | None = None,
) -> Round:
    """The optimum over every eligible pair (over the kept candidates only if not `certify`).

    `warm`: `Round.prices` of an earlier round of this city; same cost, sooner.
    """
    order = near_order(jobs)
    mine = take_jobs(jobs, order)
    found = search.nearest(town.index, mine, most or kept(town, jobs))
    town.epoch += 1
    start, col, cost, who = search.arcs(found, mine.price, town.scratch, town.epoch)
    pairs = Pairs(start, col, cost, mine.need, mine.price, town.people.cap[who])
    believed = None if warm is None else warm[who]
    room = Room(0, len(col) + SPARE, len(who) // 4 + SPARE, town.most) if certify else NO_ROOM
    graph, paper = cold.solve(pairs, room, believed)
    made = Round(graph, paper, order, who, 0)
    if certify:
        far = np.minimum(found[:, -1] >> search.SHIFT, mine.price).astype(np.int32)
        close(town, mine, made, far, len(col))
    made.cost = int(proof.cost_of(made.graph))
    return made


def close(town: City, jobs: Jobs, made: Round, far: Ints, arcs: int) -> None:
    """Bring in better pairs until none is left anywhere; rows priced within `far` hold already."""
    known, rows = len(made.who), len(jobs.x)
    grown = pricing.Town(
        np.concatenate([made.who, np.zeros(len(made.graph.cap) - known, np.int32)]),
        town.scratch,
        town.people.cap,
        np.array([known, arcs, 0], np.int64),
        np.zeros(rows, np.uint8),
    )
    before = np.zeros(len(town.people.x), np.int32)  # prices at which rows were last looked at
    anew = ANEW_SHORT if town.places < int(jobs.need.sum()) else ANEW
    sure = far.copy()  # row → up to this u nothing in the city betters it at those prices
    while True:
        cold.tighten(made.graph)
        u = made.graph.u.copy()
        prices = made.prices(town)
        made.passes += 1
        grown.changed[:] = 0
        for part, said in stale(u, far, sure, prices, before):
            found = better(town, jobs, u, said, part)
            grown = enlarge(town, made, grown, part, u, said, found)
            full = found[:, -1] >> search.SHIFT < u[part]
            sure[part] = np.where(full, -1, u[part])
        sure[u <= far] = far[u <= far]
        before = prices
        changed = np.flatnonzero(grown.changed).astype(np.int32)
        if not len(changed):
            break
        if len(changed) > anew * rows:
            cold.plan(made.graph, made.paper)
        else:
            growth.settle(made.graph, made.paper, changed)
    made.certified = True


def stale(
    u: Ints, far: Ints, sure: Ints, prices: Ints, before: Ints
) -> Iterator[tuple[Ints, Ints]]:
    """Which rows must be priced anew, and at which prices.

    A row whose u did not rise since everybody was priced for it can only be bettered by people
    whose price fell: for such rows all others are shut.
    """
    anew = (u > far) & (u > sure)
    yield np.flatnonzero(anew).astype(np.int32), prices
    fell = prices < before
    if fell.any():
        rest = np.flatnonzero((u > far) & ~anew).astype(np.int32)
        yield rest, np.where(fell, prices, SHUT).astype(np.int32)


def enlarge(
    town: City,
    made: Round,
    grown: pricing.Town,
    rows: Ints,
    u: Ints,
    prices: Ints,
    found: Longs,
) -> pricing.Town:
    """Write what was found into the graph, which is given more room whenever it runs out."""
    some = np.count_nonzero(found[:, 0] >> search.SHIFT < u[rows])
    if some > LISTED * len(u):
        made.graph.lists.end[0] = 0
    done = 0
    while done < len(rows):
        done += pricing.admit(made.graph, grown, rows[done:], u, prices, found[done:], town.epoch)
        if done < len(rows):
            made.graph, made.paper = wider(made.graph, town.most)
            more = np.zeros(len(made.graph.cap) - len(grown.who), np.int32)
            grown = grown._replace(who=np.concatenate([grown.who, more]))
    made.who = grown.who[: int(grown.reached[0])]
    made.added = int(grown.reached[2])
    return grown


def better(town: City, jobs: Jobs, u: Ints, prices: Ints, rows: Ints) -> Longs:
    """For each row the pairs that would better the plan at these prices.

    Those it holds already may come first: always one more than it can hold is looked for.
    """
    asks, least = pricing.priced(town.index, prices)
    short = town.places < SHORT * int(jobs.need.sum())
    most = max(BETTER_SHORT if short else BETTER, int(jobs.need.max(initial=0)) + 1)
    return pricing.gains(town.index, jobs, rows, u, asks, least, most)


def unproven(town: City, jobs: Jobs, made: Round) -> int:
    """Faults of the certificate over every eligible pair, recounted from nothing; 0 proves it.

    Every row is priced against everyone who may do it, whatever bounds the rounds relied on.
    """
    mine = take_jobs(jobs, made.order)
    prices = made.prices(town)
    rows = np.arange(len(mine.x), dtype=np.int32)
    asks, least = pricing.priced(town.index, prices)
    most = int(mine.need.max(initial=0)) + 1
    found = pricing.gains(town.index, mine, rows, made.graph.u, asks, least, most)
    below = found >> search.SHIFT < made.graph.u[:, None]
    held = np.zeros(len(rows), np.int64)
    np.add.at(held, made.graph.row[np.flatnonzero(made.graph.taken)], 1)
    return int(proof.faults(made.graph)) + int(np.maximum(below.sum(axis=1) - held, 0).sum())
