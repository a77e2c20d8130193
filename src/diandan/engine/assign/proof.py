"""最优证明: what a plan costs, and whether its prices prove that nothing costs less.

One pass over the arcs; no search. Together with `graph`'s conditions this is the whole proof:
linear-programming duality gives plan cost = sum of prices, so no other plan can be cheaper.
"""

from __future__ import annotations

import numpy as np

from diandan.engine.assign.graph import Graph
from diandan.engine.compiled import Whole, compiled, spot


@compiled
def cost_of(graph: Graph) -> Whole:
    """What the plan costs: its arcs, and the price of every head left without."""
    start, length, need, got, price, _, _, _, cost, taken = graph[:10]
    total = np.int64(0)
    for row in range(len(need)):
        total += np.int64(price[row]) * (need[row] - got[row])
        first = spot(start[row])
        for arc in range(first, first + spot(length[row])):
            total += np.int64(cost[arc]) * taken[arc]
    return total


@compiled
def dual_cost(graph: Graph) -> Whole:
    """What the prices promise as the least possible cost; equal to `cost_of` at the optimum.

    Arcs below zero reduced cost are whole in the plan (x ≤ 1 binds) and count as such.
    """
    total = np.int64(0)
    for row in range(len(graph.need)):
        total += np.int64(graph.u[row]) * graph.need[row]
        first = graph.start[row]
        for arc in range(first, first + graph.length[row]):
            total += min(0, np.int64(graph.cost[arc]) - graph.u[row] + graph.v[graph.col[arc]])
    for col in range(len(graph.cap)):
        if graph.cap[col] > 0:
            total -= np.int64(graph.v[col]) * graph.cap[col]
    return total


@compiled
def faults(graph: Graph) -> Whole:
    """How many optimality conditions are broken; 0 proves the plan."""
    start, length, need, got, price, u, _, col_of, cost, taken = graph[:10]
    cap, used, v = graph.cap, graph.used, graph.v
    bad = 0
    for row in range(len(need)):
        if need[row] == 0:
            continue
        held = 0
        first = spot(start[row])
        for arc in range(first, first + spot(length[row])):
            reduced = np.int64(cost[arc]) - u[row] + v[spot(col_of[arc])]
            held += taken[arc]
            bad += (taken[arc] == 1 and reduced > 0) or (taken[arc] == 0 and reduced < 0)
        if held != got[row] or held > need[row] or u[row] > price[row]:
            bad += 1
        if held < need[row] and u[row] != price[row]:
            bad += 1
    for col in range(len(cap)):
        over = used[col] > cap[col]
        if v[col] < 0 or over or (v[col] > 0 and used[col] < cap[col]):
            bad += 1
    return bad
