"""一轮派单: a city's people and open jobs in, an exact plan out, proven over every eligible pair.

    candidates (`search`) → exact plan (`assign.cold`) → pricing of all pairs left out (`pricing`)
    → what could better the plan is added and the plan repaired → until pricing finds nothing

The last, empty pricing pass is the proof: no eligible pair, kept or not, has cost + v < u.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from diandan.engine.assign import cold, proof
from diandan.engine.assign.auction import all_rows
from diandan.engine.assign.graph import Graph, Pairs, Paper, build
from diandan.engine.assign.paths import take
from diandan.engine.city import pricing, search
from diandan.engine.city.columns import Jobs, People, take_jobs
from diandan.engine.city.index import Index
from diandan.engine.city.index import build as build_index
from diandan.engine.compiled import Ints, Longs, compiled

#: Candidates a job at first, where people abound and where they are scarce; and how many better
#: ones one pricing pass may bring a job. They change the time taken, never the plan's cost.
KEPT_AMPLE, KEPT_SCARCE = 8, 32
BETTER = 8
#: More people than this for every head: ample.
AMPLE = 3.0
#: Metres of a square inside which jobs are solved one after another: their people are in cache.
NEIGHBOURHOOD = 2000


@dataclass(slots=True)
class City:
    """What stays between rounds: the people, their index, and scratch."""

    people: People
    index: Index
    places: int  # all capacities together
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


def city(people: People, skills: int) -> City:
    """Index the people once; a round only reads it."""
    count = len(people.x)
    return City(
        people, build_index(people, skills), int(people.cap.sum()), np.zeros(2 * count, np.int32)
    )


def near_order(jobs: Jobs) -> Ints:
    """Jobs skill by skill and neighbourhood by neighbourhood."""
    keys = (jobs.x // NEIGHBOURHOOD, jobs.y // NEIGHBOURHOOD, jobs.skill)
    return np.lexsort(keys).astype(np.int32)


def kept(town: City, jobs: Jobs) -> int:
    """How many candidates a job to begin with."""
    heads = max(int(jobs.need.sum()), 1)
    return KEPT_AMPLE if town.places > AMPLE * heads else KEPT_SCARCE


def plan(town: City, jobs: Jobs, most: int | None = None, certify: bool = True) -> Round:
    """The optimum over every eligible pair (over the kept candidates only if not `certify`)."""
    order = near_order(jobs)
    mine = take_jobs(jobs, order)
    found = search.nearest(town.index, mine, most or kept(town, jobs))
    town.epoch += 1
    start, col, cost, who = search.arcs(found, mine.price, town.scratch, town.epoch)
    pairs = Pairs(start, col, cost, mine.need, mine.price, town.people.cap[who])
    graph, paper = cold.solve(pairs)
    made = Round(graph, paper, order, who, 0)
    if certify:
        reach = np.where(
            found[:, -1] >> search.SHIFT < mine.price, found[:, -1] >> search.SHIFT, mine.price
        )
        close(town, mine, made, pairs, reach.astype(np.int32))
    made.cost = int(proof.cost_of(made.graph))
    return made


def close(town: City, jobs: Jobs, made: Round, pairs: Pairs, reach: Ints) -> None:
    """Bring in better pairs until none is left anywhere."""
    prices = np.zeros(len(town.people.x), np.int32)
    while True:
        rows = np.flatnonzero(made.graph.u > reach).astype(np.int32)
        made.passes += 1
        if not len(rows):
            break
        prices[made.who] = made.graph.v
        found = better(town, jobs, made.graph.u, prices, rows)
        start, col, cost, who, added = pricing.merge(
            pairs.start, pairs.col, pairs.cost, made.who, rows, made.graph.u, prices,
            found, town.scratch, town.epoch,
        )  # fmt: skip
        if not added:
            break
        made.added += added
        made.who = who
        pairs = Pairs(start, col, cost, jobs.need, jobs.price, town.people.cap[who])
        made.graph, made.paper = resume(made.graph, pairs)
    made.certified = True


def better(town: City, jobs: Jobs, u: Ints, prices: Ints, rows: Ints) -> Longs:
    """For each row the pairs that would better the plan at these prices."""
    asks, least = pricing.priced(town.index, prices)
    return pricing.gains(town.index, jobs, rows, u, asks, least, BETTER)


def resume(old: Graph, pairs: Pairs) -> tuple[Graph, Paper]:
    """The plan of `old` on a graph with more arcs; rows that gained arcs are placed again."""
    graph, paper = build(pairs)
    carry(old, graph)
    cold.finish(graph, paper, all_rows(graph))
    return graph, paper


@compiled
def carry(old: Graph, new: Graph) -> None:
    for row in range(len(old.need)):
        if new.length[row] != old.length[row]:
            continue
        new.u[row] = old.u[row]
        shift = new.start[row] - old.start[row]
        for arc in range(old.start[row], old.start[row] + old.length[row]):
            if old.taken[arc] == 1:
                take(new, arc + shift)
    new.v[: len(old.v)] = old.v


def unproven(town: City, jobs: Jobs, made: Round) -> int:
    """Faults of the certificate over every eligible pair, recounted from nothing; 0 proves it.

    Every row is priced against everyone who may do it, whatever bounds the rounds relied on.
    """
    mine = take_jobs(jobs, made.order)
    prices = np.zeros(len(town.people.x), np.int32)
    prices[made.who] = made.graph.v
    rows = np.arange(len(mine.x), dtype=np.int32)
    asks, least = pricing.priced(town.index, prices)
    most = int(mine.need.max(initial=0)) + 1
    found = pricing.gains(town.index, mine, rows, made.graph.u, asks, least, most)
    below = found >> search.SHIFT < made.graph.u[:, None]
    held = np.zeros(len(rows), np.int64)
    np.add.at(held, made.graph.row[np.flatnonzero(made.graph.taken)], 1)
    return int(proof.faults(made.graph)) + int(np.maximum(below.sum(axis=1) - held, 0).sum())
