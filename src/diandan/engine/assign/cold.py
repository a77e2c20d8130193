"""全量求解: from nothing to a proven optimum.

A cheap pass of bids serves everyone whom nobody contests. If some contest remains, prices are
scaled down from coarse to fine (`auction.bid`), and shortest paths make the rest exact. When
heads outnumber places the columns bid instead: the scarce side should choose.
"""

from __future__ import annotations

import numpy as np

from diandan.engine.assign.auction import ENDLESS, all_rows, bid, forget
from diandan.engine.assign.graph import Graph, Pairs, Paper, build
from diandan.engine.assign.paths import fill, link, release, take
from diandan.engine.compiled import Ints, Longs, Whole, compiled

#: Steps of the price scaling (cost units), coarse to fine, and by how many steps prices fall
#: before the next. Measured on the bench's city; any values give the same plan cost.
STEPS, STEPS_OF_TEAMS, FALL = np.array([200, 10]), np.array([1000, 100, 10, 1]), 3


@compiled
def settle_all(graph: Graph, paper: Paper, rows: Ints, steps: Longs) -> None:
    """Cold solve of `rows` on an empty plan; optimal on return."""
    heads = np.int64(0)
    for row in rows:
        heads += graph.need[row]
    most = 60 * heads + 1000
    forget(graph, rows, ENDLESS)
    if bid(graph, paper, rows, heads + heads // 2, 0) > 0:
        forget(graph, rows, ENDLESS)
        for eps in steps:
            bid(graph, paper, rows, most, eps)
            forget(graph, rows, FALL * eps)
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
    row_of = np.empty(total, np.int32)
    cost_of = np.empty(total, np.int32)
    whence = np.empty(total, np.int32)
    for row in range(len(length)):
        for arc in range(first_of[row], first_of[row] + length[row]):
            col = col_of[arc]
            asks = limit - price[row] + cost[arc]
            at = free[col]
            free[col] = at + 1
            while at > start[col] and cost_of[at - 1] > asks:
                cost_of[at] = cost_of[at - 1]
                row_of[at] = row_of[at - 1]
                whence[at] = whence[at - 1]
                at -= 1
            cost_of[at] = asks
            row_of[at] = row
            whence[at] = arc
    return start, row_of, cost_of, whence


@compiled
def adopt(graph: Graph, other: Graph, whence: Ints, limit: Whole) -> None:
    """Take over the plan and the prices found with the columns bidding."""
    u, v, price, taken = graph.u, graph.v, graph.price, other.taken
    for row in range(len(u)):
        u[row] = price[row] - other.v[row]
    for col in range(len(v)):
        v[col] = limit - other.u[col]
    for at in range(len(whence)):
        if taken[at] == 1:
            take(graph, whence[at])


def solve(pairs: Pairs, more_rows: int = 0, more_arcs: int = 0) -> tuple[Graph, Paper]:
    """The proven optimum of `pairs`, ready for repairs; of people the scarcer side bids."""
    graph, paper = build(pairs, more_rows, more_arcs)
    places = int(pairs.cap.sum())
    teams = places > 2 * len(pairs.cap)
    if teams or int(pairs.need.sum()) <= places:
        steps = STEPS_OF_TEAMS if teams else STEPS
        settle_all(graph, paper, all_rows(graph)[: len(pairs.need)], steps)
        return graph, paper
    limit = int(pairs.price.max(initial=0))
    start, row_of, cost_of, whence = turned(graph, limit)
    price = np.full(len(pairs.cap), limit, np.int32)
    other, sheet = build(Pairs(start, row_of, cost_of, pairs.cap, price, graph.need))
    settle_all(other, sheet, all_rows(other), STEPS)
    adopt(graph, other, whence, limit)
    paper.tally[:] = sheet.tally
    return graph, paper
