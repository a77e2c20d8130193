"""列: a problem as flat arrays, the way the compiled search reads it.

A *node* is one task of one visit; nodes come first, then one *gate* a carer, which stands for her
leaving and her coming back, so that every route is a ring through its gate. `mate` joins the two
tasks of a visit. Node-to-node questions ("may j follow i cheaply?") are asked once, here, and
kept as short lists of near nodes that steer the search.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from diandan.engine.compiled import Longs
from diandan.engine.routes.problem import Problem

Floats = npt.NDArray[np.float64]

NEVER = 1 << 50  # later than any time, dearer than any way
NEAR = 24  # how many neighbours the search considers before and after each node
WAIT_SHARE = 0.2  # what a minute of waiting weighs when two nodes are called near


# The columns of `Day.node`, which has a row for every node and gate.
EARLY, LATE, LASTS, MATE, LEADS, LEAST, MOST, UNMET_PRICE, SINCE, UNTIL, BEFORES, AFTERS = range(12)
ABLE = 12  # and then one column a carer: may she do it?
TOTAL, LARGEST, STRICT = 0, 1, 2  # the cells of `Day.weigh`
BEFORE, AFTER = 0, 1  # the halves of `Day.near`


class Day(NamedTuple):
    """The problem's tables; nothing in them changes during a search. Few, and wide, because the
    kernels hand them on at every call."""

    size: int  # how many nodes
    crew: int  # how many carers
    node: Longs  # node or gate × column
    travel: Longs  # from node or gate × to node or gate, time
    way: Longs  # the same, price
    near: Longs  # before or after × node × nearest first, -1 at the end
    weigh: Longs  # price of a unit of all lateness, of the largest lateness; 1 if strict


def columns(problem: Problem) -> Day:
    """The tables of a problem."""
    nodes = [(visit, at) for visit in problem.visits for at in range(len(visit.tasks))]
    carers, weights = problem.carers, problem.weights
    size, crew = len(nodes), len(carers)
    table = np.zeros((size + crew, ABLE + crew), np.int64)
    table[:, MATE] = -1
    for row, (visit, at) in enumerate(nodes):
        task = visit.tasks[at]
        mate = -1 if len(visit.tasks) == 1 else row + (1 if at == 0 else -1)
        unmet = visit.unmet_price if at == 0 else 0
        table[row, :SINCE] = (
            visit.opens,
            visit.shuts,
            task.duration,
            mate,
            at == 0,
            *visit.gap,
            unmet,
        )
        for carer, one in enumerate(carers):
            table[row, ABLE + carer] = task.skill in one.skills and one.key not in visit.barred
    for carer, one in enumerate(carers):
        until = NEVER if one.until is None else one.until
        table[size + carer, SINCE], table[size + carer, UNTIL] = one.since, until
    leave = [visit.place for visit, _ in nodes] + [one.leaves for one in carers]
    enter = [visit.place for visit, _ in nodes] + [one.returns for one in carers]
    bare = Day(
        size=size,
        crew=crew,
        node=table,
        travel=np.array(problem.travel, np.int64)[np.ix_(leave, enter)],
        way=np.array(problem.distance, np.int64)[np.ix_(leave, enter)] * weights.distance,
        near=np.zeros((2, 0, 0), np.int64),
        weigh=np.array(
            [weights.total_tardiness, weights.max_tardiness, int(problem.strict)], np.int64
        ),
    )
    idle = np.arange(size, size + crew)
    bare.way[idle, idle] = 0  # who has no visit does not leave
    price = nearness(bare)
    near = np.stack([_nearest(price.T), _nearest(price)])
    table[:size, BEFORES : AFTERS + 1] = (near >= 0).sum(axis=2).T
    return bare._replace(near=near)


def earliest(day: Day) -> Longs:
    """A start no plan can beat, node by node."""
    size, node = day.size, day.node[: day.size]
    reach = day.node[size:, SINCE][None, :] + day.travel[size:, :size].T
    reach = np.where(node[:, ABLE:] == 1, reach, NEVER)
    first = np.maximum(node[:, EARLY], reach.min(axis=1, initial=NEVER))
    bound: Longs = first.copy()
    for lead in np.flatnonzero((node[:, MATE] >= 0) & (node[:, LEADS] == 1)):
        tail = node[lead, MATE]
        bound[lead] = max(first[lead], first[tail] - node[lead, MOST])
        bound[tail] = max(first[tail], bound[lead] + node[lead, LEAST])
    return bound


def nearness(day: Day) -> Floats:
    """Price of going from one node to another: the way, the lateness it forces, some waiting."""
    size, node = day.size, day.node[: day.size]
    start = np.minimum(earliest(day), NEVER >> 2)
    hop = day.travel[:size, :size]
    lateness = np.maximum(0, (start + node[:, LASTS])[:, None] + hop - node[:, LATE][None, :])
    latest = np.maximum(node[:, LATE], start) + node[:, LASTS]
    waiting = np.maximum(0, node[:, EARLY][None, :] - latest[:, None] - hop)
    price: Floats = day.way[:size, :size].astype(np.float64)
    price += lateness * float(max(1, day.weigh[TOTAL])) + WAIT_SHARE * waiting
    price[node[:, ABLE:] @ node[:, ABLE:].T == 0] = np.inf
    np.fill_diagonal(price, np.inf)
    paired = np.flatnonzero(node[:, MATE] >= 0)
    price[paired, node[paired, MATE]] = np.inf
    return price


def _nearest(price: Floats) -> Longs:
    """For every row the columns with the least finite price, nearest first, padded with -1."""
    size = len(price)
    wide = min(NEAR, max(size, 1))
    near = np.full((size, wide), -1, np.int64)
    for node in range(size):
        order = np.argsort(price[node], kind="stable")[:wide]
        order = order[np.isfinite(price[node][order])]
        near[node, : len(order)] = order
    return near
