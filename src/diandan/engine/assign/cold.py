"""全量求解: from nothing to a proven optimum.

A cheap pass of bids serves everyone whom nobody contests. If some contest remains, prices are
scaled down from coarse to fine (`auction.bid`), and shortest paths make the rest exact. When
heads outnumber places the columns bid instead: the scarce side should choose.
"""

from __future__ import annotations

import numpy as np

from diandan.engine.assign.auction import ENDLESS, all_rows, bid, forget
from diandan.engine.assign.graph import (
    COST_LIMIT,
    NO_ROOM,
    Graph,
    Pairs,
    Paper,
    Room,
    build,
)
from diandan.engine.assign.paths import fill, link, release, take
from diandan.engine.compiled import Ints, Longs, Whole, compiled

#: Steps of the price scaling (cost units), coarse to fine, and by how many steps prices fall
#: after each. Measured on the bench's city; any values give the same plan cost.
STEPS = np.array([[400, 3], [20, 5]])
STEPS_OF_TEAMS = np.array([[3000, 2], [500, 2], [80, 4], [10, 6], [2, 6]])
STEPS_WARM = np.array([[20, 5]])
#: Bids a hundred heads that are tried before contest is taken for certain.
HOPE = 150


@compiled
def settle_all(graph: Graph, paper: Paper, rows: Ints, steps: Longs, hope: Whole) -> None:
    """Solve `rows` on an empty plan; optimal on return.

    `hope` bids a hundred heads are tried before contest is taken for certain. Below 0 the prices
    that the graph has are believed: they are the last round's.
    """
    heads = np.int64(0)
    for row in rows:
        heads += graph.need[row]
    most = 60 * heads + 1000
    forget(graph, rows, ENDLESS if hope >= 0 else 0)
    if hope <= 0 or bid(graph, paper, rows, heads * hope // 100, 0) > 0:
        if hope > 0:
            forget(graph, rows, ENDLESS)
        for step in range(len(steps)):
            bid(graph, paper, rows, most, steps[step, 0])
            forget(graph, rows, steps[step, 0] * steps[step, 1])
        bid(graph, paper, rows, most, 0)
    finish(graph, paper, rows)


@compiled
def finish(graph: Graph, paper: Paper, rows: Ints) -> None:
    """Exact ending: what bids left open is filled, what stayed priced but free is released."""
    need, got, cap, used, v = graph.need, graph.got, graph.cap, graph.used, graph.v
    for row in rows:
        if got[row] < need[row]:
            fill(graph, paper, row)
    idle = np.int32(0)
    for col in range(len(cap)):
        if v[col] > 0 and used[col] < cap[col]:
            idle += 1
    if idle > 0:
        link(graph)
        for col in range(len(cap)):
            if v[col] > 0 and used[col] < cap[col]:
                release(graph, paper, col)


@compiled
def turned(graph: Graph, limit: Whole) -> tuple[Longs, Ints, Ints, Ints]:
    """Columns as bidders: arcs by column, cost' = limit − price + cost, and whence each came."""
    first_of, length, price = graph.start, graph.length, graph.price
    col_of, cost = graph.col, graph.cost
    cols = len(graph.cap)
    start = np.zeros(cols + 1, np.int64)
    for row in range(len(length)):
        for arc in range(first_of[row], first_of[row] + length[row]):
            start[col_of[arc] + 1] += 1
    for col in range(cols):
        start[col + 1] += start[col]
    total = start[cols]
    free = start[:-1].copy()
    keys = np.empty(total, np.int64)
    for row in range(len(length)):
        less = np.int64(limit) - price[row]
        for arc in range(first_of[row], first_of[row] + length[row]):
            col = col_of[arc]
            key = ((less + cost[arc]) << 32) | arc
            at = free[col]
            free[col] = at + 1
            while at > start[col] and keys[at - 1] > key:
                keys[at] = keys[at - 1]
                at -= 1
            keys[at] = key
    whence = np.empty(total, np.int32)
    asks = np.empty(total, np.int32)
    row_of = np.empty(total, np.int32)
    for at in range(total):
        whence[at] = keys[at] & 0xFFFFFFFF
        asks[at] = keys[at] >> 32
        row_of[at] = graph.row[whence[at]]
    return start, row_of, asks, whence


@compiled
def adopt(graph: Graph, other: Graph, whence: Ints, limit: Whole) -> None:
    """Take over the plan and the prices found with the columns bidding."""
    u, v, price, taken = graph.u, graph.v, graph.price, other.taken
    for row in range(len(other.v)):
        u[row] = price[row] - other.v[row]
    for col in range(len(other.u)):
        v[col] = limit - other.u[col]
    for at in range(len(whence)):
        if taken[at] == 1:
            take(graph, whence[at])


@compiled
def believe(graph: Graph, other: Graph, warm: Ints) -> None:
    """Prices of the last round, as the rows' worth to columns that bid."""
    start, length, col_of, cost, price = (
        graph.start, graph.length, graph.col, graph.cost, graph.price,
    )  # fmt: skip
    for row in range(len(other.cap)):
        least = np.int64(price[row])
        for arc in range(start[row], start[row] + length[row]):
            least = min(least, np.int64(cost[arc]) + warm[col_of[arc]])
        other.v[row] = price[row] - least


def solve(pairs: Pairs, more: Room = NO_ROOM, warm: Ints | None = None) -> tuple[Graph, Paper]:
    """The proven optimum of `pairs`, ready for repairs; of people the scarcer side bids.

    `warm`: prices of the columns from an earlier round; they save time and change no cost.
    """
    graph, paper = build(pairs, more)
    places = int(pairs.cap.sum())
    teams = places > 2 * len(pairs.cap)
    if teams or int(pairs.need.sum()) <= places:
        steps = STEPS_OF_TEAMS if teams else STEPS
        if warm is not None:
            graph.v[: len(warm)] = np.clip(warm, 0, COST_LIMIT)
            steps = STEPS_WARM
        rows = all_rows(graph)[: len(pairs.need)]
        settle_all(graph, paper, rows, steps, HOPE if warm is None else -1)
        return graph, paper
    limit = int(pairs.price.max(initial=0))
    start, row_of, cost_of, whence = turned(graph, limit)
    cols, rows_there = len(pairs.cap), len(pairs.need)
    price = np.full(cols, limit, np.int32)
    other, sheet = build(Pairs(start[: cols + 1], row_of, cost_of, pairs.cap, price, pairs.need))
    assert len(other.cap) == rows_there
    if warm is not None:
        believe(graph, other, np.clip(warm, 0, COST_LIMIT).astype(np.int32))
    steps, hope = (STEPS, 0) if warm is None else (STEPS_WARM, -1)
    settle_all(other, sheet, all_rows(other), steps, hope)
    adopt(graph, other, whence, limit)
    paper.tally[:] = sheet.tally
    return graph, paper
