"""竞价: rows bid for columns; the fast way to almost all of a plan and to good prices.

Bertsekas' auction with headcounts and capacities. With ``eps`` 0 (Jonker and Volgenant's
augmenting row reduction) it keeps the certificate and leaves ties for `paths.augment`; with
``eps`` > 0 only its prices are of use, and `forget` throws its plan away.
"""

from __future__ import annotations

import numpy as np

from diandan.engine.assign.graph import BIDS, SHUT, UNSET, Graph, Paper
from diandan.engine.assign.paths import drop, take
from diandan.engine.compiled import Ints, Whole, compiled, inlined

#: More than any bid.
ENDLESS = 1 << 30


@inlined
def keenness(graph: Graph, arc: Whole) -> Whole:
    """The price at which the arc's row would rather let the column go."""
    return graph.u[graph.row[arc]] - graph.cost[arc]


@inlined
def weakest(graph: Graph, col: Whole) -> Whole:
    """The arc held by the row that gives the column up most easily."""
    first = graph.base[col]
    worst = graph.slot[first]
    for at in range(first + 1, first + graph.used[col]):
        if keenness(graph, graph.slot[at]) < keenness(graph, worst):
            worst = graph.slot[at]
    return worst


@inlined
def two_best(graph: Graph, row: Whole) -> tuple[Whole, Whole, Whole]:
    """The cheapest open arc (−1: none below the row's price), its price, and the runner-up's."""
    best = np.int64(graph.price[row])
    second = best
    arc_of_best = np.int64(-1)
    first = graph.start[row]
    for arc in range(first, first + graph.length[row]):
        if graph.cost[arc] >= second:
            break
        asks = np.int64(graph.cost[arc]) + graph.v[graph.col[arc]]
        if asks < second and graph.taken[arc] == 0:
            if asks < best:
                second = best
                best = asks
                arc_of_best = np.int64(arc)
            else:
                second = asks
    return arc_of_best, best, second


@compiled
def bid(graph: Graph, paper: Paper, rows: Ints, most: Whole, eps: Whole) -> Whole:
    """Let `rows` bid, at most `most` bids. How many rows still wait."""
    stack = np.empty(len(graph.need), np.int32)  # a stack: an evicted row's data is still near
    waits = np.zeros(len(graph.need), np.uint8)
    height = 0
    bids = 0
    for row in rows[::-1]:
        stack[height] = row
        height += 1
        waits[row] = 1
    while height > 0 and bids < most:
        height -= 1
        row = stack[height]
        waits[row] = 0
        while graph.got[row] < graph.need[row]:
            bids += 1
            arc, best, second = two_best(graph, row)
            if arc < 0:
                graph.u[row] = graph.price[row]  # priced out: stays (partly) without
                break
            col = graph.col[arc]
            if graph.used[col] == graph.cap[col]:
                worst = weakest(graph, col)
                now = keenness(graph, worst)
                if now > graph.v[col]:
                    graph.v[col] = now  # its holders have become keener: bid again
                    continue
                if second + eps == best:
                    graph.u[row] = max(graph.u[row], best)  # a tie: `augment` settles it
                    break
                drop(graph, worst)
                loser = graph.row[worst]
                if waits[loser] == 0:
                    stack[height] = loser
                    height += 1
                    waits[loser] = 1
            graph.u[row] = max(graph.u[row], second + eps)
            take(graph, arc)
            if graph.used[col] == graph.cap[col]:
                graph.v[col] = max(keenness(graph, weakest(graph, col)), graph.v[col])
    paper.tally[BIDS] += bids
    return height


@compiled
def forget(graph: Graph, rows: Ints, less: Whole) -> None:
    """Throw the plan away and keep the prices, each lower by `less`."""
    for row in rows:
        graph.got[row] = 0
        graph.u[row] = UNSET
        first = graph.start[row]
        graph.taken[first : first + graph.length[row]] = 0
    for col in range(len(graph.cap)):
        graph.used[col] = 0
        if graph.cap[col] > 0:
            graph.v[col] = max(0, graph.v[col] - less)
        else:
            graph.v[col] = SHUT


def all_rows(graph: Graph) -> Ints:
    """Every row of the graph, in order."""
    return np.arange(len(graph.need), dtype=np.int32)
