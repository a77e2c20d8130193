"""添候选: many rows of a solved graph get more arcs at once, and the plan is made optimal again.

`enlarge` writes a row anew with what pricing found for it and keeps of its plan what is still
fair at the present prices; when every row is written, `settle` lets those that lost something bid
from where prices stand. One search a row (`repair.widen`) costs ten times as much when thousands
of rows change together.
"""

from __future__ import annotations

import numpy as np

from diandan.engine.assign.auction import bid
from diandan.engine.assign.cold import finish
from diandan.engine.assign.graph import Graph, Paper
from diandan.engine.assign.lists import enter
from diandan.engine.assign.paths import take
from diandan.engine.assign.repair import let_go
from diandan.engine.compiled import Ints, Whole, compiled, inlined

#: Bids for each row that changed, before searches take over.
PATIENCE = 20


@inlined
def among(cols: Ints, count: Whole, col: Whole) -> bool:
    """Whether a column is one of the first `count`."""
    found = False
    for at in range(count):
        found = found or cols[at] == col
    return found


@compiled
def enlarge(graph: Graph, row: Whole, to: Whole, cols: Ints, costs: Ints) -> None:
    """The row's arcs and the new ones, cheapest first, lie in the pool from `to` on.

    Column lists are kept if there are any; else `finish` links them when it needs them.
    """
    linked = graph.lists.end[0] > 0
    held = np.empty(graph.got[row] + 1, np.int32)
    count = let_go(graph, row, held)
    first, size = graph.start[row], graph.length[row]
    of_row, col_of, cost, taken, v = graph.row, graph.col, graph.cost, graph.taken, graph.v
    old = 0
    new = 0
    fair: Whole = np.int64(graph.price[row])  # the least that an arc outside the plan asks
    for arc in range(to, to + size + len(cols)):
        if old < size and (new == len(cols) or cost[first + old] <= costs[new]):
            col_of[arc] = col_of[first + old]
            cost[arc] = cost[first + old]
            old += 1
        else:
            col_of[arc] = cols[new]
            cost[arc] = costs[new]
            if linked:
                enter(graph, row, np.int64(cols[new]), np.int64(costs[new]))
            new += 1
        of_row[arc] = row
        taken[arc] = 0
        if not among(held, count, col_of[arc]):
            fair = min(fair, np.int64(cost[arc]) + v[col_of[arc]])
    graph.start[row] = to
    graph.length[row] = size + len(cols)
    graph.u[row] = fair
    for arc in range(to, to + size + len(cols)):
        mine = count > 0 and among(held, count, col_of[arc])
        if mine and np.int64(cost[arc]) + v[col_of[arc]] <= fair:
            take(graph, np.int64(arc))


@compiled
def settle(graph: Graph, paper: Paper, changed: Ints) -> None:
    """Optimal again after `changed` rows were enlarged."""
    bid(graph, paper, changed, PATIENCE * len(changed) + 1000, 0)
    finish(graph, paper, np.arange(len(graph.need)).astype(np.int32))
