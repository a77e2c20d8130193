"""下界: a price no plan can go below, from the cheapest way into every node.

Whatever the plan, every node served is reached from exactly one node or gate, and no node or gate
is left twice. Dropping all else leaves an assignment problem, solved exactly, whose arcs cost the
way and the lateness that even the earliest possible start before them would cause. A node may be
its own predecessor at its share of the price of leaving the visit out.
"""

from __future__ import annotations

import numpy as np

from diandan.engine.compiled import Longs
from diandan.engine.routes.columns import (
    ABLE,
    LARGEST,
    LASTS,
    LATE,
    LEADS,
    MATE,
    NEVER,
    SINCE,
    TOTAL,
    UNMET_PRICE,
    Day,
    earliest,
)
from diandan.engine.routes.kernel import kernel

FORBIDDEN = 1 << 42


@kernel
def grow(cost: Longs, column: int, state: Longs) -> int:
    """One round of shortest augmenting paths for row `column`; the free column it ends in.

    `state` rows: potentials of rows, of columns, row matched to a column, slack, way back, seen.
    """
    size = len(cost)
    for at in range(size + 1):
        state[3, at], state[5, at] = FORBIDDEN << 8, 0
    state[2, 0] = column
    here = 0
    while True:
        state[5, here] = 1
        row, step, following = state[2, here], FORBIDDEN << 8, 0
        for at in range(1, size + 1):
            if state[5, at] == 1:
                continue
            slack = cost[row - 1, at - 1] - state[0, row] - state[1, at]
            if slack < state[3, at]:
                state[3, at], state[4, at] = slack, here
            if state[3, at] < step:
                step, following = state[3, at], at
        for at in range(size + 1):
            if state[5, at] == 1:
                state[0, state[2, at]] += step
                state[1, at] -= step
            else:
                state[3, at] -= step
        here = following
        if state[2, here] == 0:
            return here


@kernel
def assign(cost: Longs, state: Longs) -> int:
    """The least total of a square table with one cell a row and a column (Hungarian method)."""
    size = len(cost)
    for row in range(1, size + 1):
        here = grow(cost, row, state)
        while here != 0:
            back = state[4, here]
            state[2, here] = state[2, back]
            here = back
    total = 0
    for at in range(1, size + 1):
        total += cost[state[2, at] - 1, at - 1]
    return total


def arcs(day: Day) -> Longs:
    """What each way into a node costs at least; gates come after the nodes, as everywhere."""
    size = day.size
    node = day.node[:size]
    first = np.minimum(earliest(day), NEVER >> 4)
    able = node[:, ABLE:]
    cost = np.minimum(day.way, FORBIDDEN).copy()
    since = day.node[size:, SINCE]
    left = np.concatenate([first + node[:, LASTS], since])
    lateness = np.maximum(0, left[:, None] + day.travel[:, :size] - node[:, LATE][None, :])
    cost[:, :size] += np.minimum(lateness, FORBIDDEN >> 10) * day.weigh[TOTAL]
    cost[:size, :size][able @ able.T == 0] = FORBIDDEN
    cost[size:, :size][able.T == 0] = FORBIDDEN
    cost[:size, size:][able == 0] = FORBIDDEN
    crew = np.arange(size, size + day.crew)
    cost[np.ix_(crew, crew)] = FORBIDDEN
    cost[crew, crew] = 0
    for at in range(size):
        mate = node[at, MATE]
        share = node[at, UNMET_PRICE]
        if mate >= 0:
            cost[at, mate] = FORBIDDEN
            whole = max(share, node[mate, UNMET_PRICE])
            share = whole // 2 if node[at, LEADS] == 1 else whole - whole // 2
        cost[at, at] = share
    bounded: Longs = np.minimum(cost, FORBIDDEN)
    return bounded


def lower_bound(day: Day) -> int:
    """A valid lower bound on the objective."""
    if day.size == 0:
        return 0
    cost = arcs(day)
    total = int(assign(cost, np.zeros((6, len(cost) + 1), np.int64)))
    node = day.node[: day.size]
    forced = np.maximum(0, np.minimum(earliest(day), NEVER >> 4) - node[:, LATE])
    if_all_served = total + int(forced.max()) * int(day.weigh[LARGEST])
    if_any_left_out = int(node[node[:, LEADS] == 1, UNMET_PRICE].min())
    return max(total, min(if_all_served, if_any_left_out))
