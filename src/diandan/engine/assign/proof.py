"""最优证明: what a plan costs, and whether its prices prove that nothing costs less.

One pass over the arcs; no search. Together with `graph`'s conditions this is the whole proof:
linear-programming duality gives plan cost = sum of prices, so no other plan can be cheaper.
"""

from __future__ import annotations

import numpy as np

from diandan.engine.assign.graph import Graph
from diandan.engine.compiled import Whole, compiled


@compiled
def cost_of(graph: Graph) -> Whole:
    """What the plan costs: its arcs, and the price of every head left without."""
    total = np.int64(0)
    for row in range(len(graph.need)):
        total += np.int64(graph.price[row]) * (graph.need[row] - graph.got[row])
        first = graph.start[row]
        for arc in range(first, first + graph.length[row]):
            if graph.taken[arc] == 1:
                total += graph.cost[arc]
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
    bad = 0
    for row in range(len(graph.need)):
        if graph.need[row] == 0:
            continue
        held = 0
        first = graph.start[row]
        for arc in range(first, first + graph.length[row]):
            reduced = np.int64(graph.cost[arc]) - graph.u[row] + graph.v[graph.col[arc]]
            held += graph.taken[arc]
            if (graph.taken[arc] == 1 and reduced > 0) or (graph.taken[arc] == 0 and reduced < 0):
                bad += 1
        if held != graph.got[row] or held > graph.need[row] or graph.u[row] > graph.price[row]:
            bad += 1
        if held < graph.need[row] and graph.u[row] != graph.price[row]:
            bad += 1
    for col in range(len(graph.cap)):
        over = graph.used[col] > graph.cap[col]
        if graph.v[col] < 0 or over or (graph.v[col] > 0 and graph.used[col] < graph.cap[col]):
            bad += 1
    return bad
