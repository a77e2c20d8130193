"""时刻: when everything starts, in one pass along the routes.

Routes are rings of nodes through their carer's gate. The pass walks each route until it meets a
visit of two whose other carer has not arrived, waits there, and goes on when she has: both starts
are then set together, as early as their gap allows. Nodes left over at the end wait for each
other in a circle, and the routes are impossible. Every start is the earliest any timing of these
routes allows (but for circles a visit of two makes with itself), so lateness is the least.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diandan.engine.compiled import Longs
from diandan.engine.routes.columns import (
    EARLY,
    LARGEST,
    LASTS,
    LATE,
    LEADS,
    LEAST,
    MATE,
    MOST,
    SINCE,
    STRICT,
    TOTAL,
    UNMET_PRICE,
    UNTIL,
    Day,
)
from diandan.engine.routes.kernel import kernel, piece

IMPOSSIBLE = -1
SUM_WAY, SUM_LATE, SUM_UNMET, ON_ROAD = range(4)  # the cells of `Tour.sums`

# The columns of `Tour.row`. TIGHT: the way to this node is one of those that make a node late, see
# `mark`. A gate's START is when its carer stands before REACHED.
FOLLOWS, PRECEDES, CARER, TIGHT, START, REACHED, READY, STACK = range(8)


class Tour(NamedTuple):
    """Who goes where. Carer number `crew` is nobody."""

    row: Longs  # node or gate × column
    sums: Longs


def empty_tour(day: Day) -> Tour:
    """Nobody goes anywhere."""
    rows = day.size + day.crew
    row = np.zeros((rows, STACK + 1), np.int64)
    row[:, FOLLOWS] = row[:, PRECEDES] = np.arange(rows)
    row[:, CARER] = day.crew
    row[day.size :, CARER] = np.arange(day.crew)
    sums = np.zeros(4, np.int64)
    sums[SUM_UNMET] = day.node[: day.size, UNMET_PRICE].sum()
    return Tour(row, sums)


@piece
def begin(day: Day, tour: Tour) -> int:
    """Every carer at her gate; how many have somewhere to go."""
    size = day.size
    tour.row[:, READY] = -1
    waiting = 0
    for carer in range(day.crew):
        first = tour.row[size + carer, FOLLOWS]
        tour.row[day.size + carer, START] = (
            day.node[day.size + carer, SINCE] + day.travel[size + carer, first]
        )
        tour.row[day.size + carer, REACHED] = first
        if first < size:
            tour.row[waiting, STACK] = carer
            waiting += 1
    return waiting


@piece
def step_on(day: Day, tour: Tour, node: int, start: int) -> None:
    """The node is served from `start`; its carer goes on to the next."""
    carer = tour.row[node, CARER]
    following = tour.row[node, FOLLOWS]
    tour.row[node, START] = start
    tour.row[day.size + carer, REACHED] = following
    tour.row[day.size + carer, START] = start + day.node[node, LASTS] + day.travel[node, following]


@kernel
def timed(day: Day, tour: Tour, budget: int) -> int:
    """Price of lateness of the tour as it stands, or IMPOSSIBLE, also when it passes `budget`."""
    size = day.size
    waiting = begin(day, tour)
    total, largest, served = 0, 0, 0
    while waiting > 0:
        waiting -= 1
        carer = tour.row[waiting, STACK]
        while True:
            node = tour.row[day.size + carer, REACHED]
            if node >= size:
                if tour.row[day.size + carer, START] > day.node[day.size + carer, UNTIL]:
                    return IMPOSSIBLE
                break
            arrival = max(tour.row[day.size + carer, START], day.node[node, EARLY])
            other = day.node[node, MATE]
            if other < 0:
                late = arrival - day.node[node, LATE]
                step_on(day, tour, node, arrival)
                served += 1
            else:
                tour.row[node, READY] = arrival
                if tour.row[other, READY] < 0:
                    break
                lead = node if day.node[node, LEADS] == 1 else other
                tail = other if day.node[node, LEADS] == 1 else node
                first = max(tour.row[lead, READY], tour.row[tail, READY] - day.node[lead, MOST])
                second = max(tour.row[tail, READY], first + day.node[lead, LEAST])
                step_on(day, tour, lead, first)
                step_on(day, tour, tail, second)
                served += 2
                tour.row[waiting, STACK] = tour.row[other, CARER]
                waiting += 1
                late = second - day.node[tail, LATE]
                if first > day.node[lead, LATE]:
                    total += first - day.node[lead, LATE]
                    largest = max(largest, first - day.node[lead, LATE])
            if late > 0:
                total += late
                largest = max(largest, late)
            if largest > 0 and (
                day.weigh[STRICT] == 1
                or total * day.weigh[TOTAL] + largest * day.weigh[LARGEST] > budget
            ):
                return IMPOSSIBLE
    if served != tour.sums[ON_ROAD]:
        return IMPOSSIBLE
    lateness: int = total * day.weigh[TOTAL] + largest * day.weigh[LARGEST]
    return lateness


@piece
def trace(day: Day, tour: Tour, late: int) -> None:
    """Mark the ways that make a node late, back to the one who could not come earlier."""
    node = late
    while node < day.size:
        if tour.row[node, READY] < tour.row[node, START]:
            node = day.node[node, MATE]  # this one only waits for the other
        if tour.row[node, READY] == day.node[node, EARLY] or tour.row[node, TIGHT] == 1:
            return
        tour.row[node, TIGHT] = 1
        node = tour.row[node, PRECEDES]


@kernel
def mark(day: Day, tour: Tour) -> None:
    """Right after a timing, mark all ways that make some node late.

    While all of them are kept, no change elsewhere makes the lateness less: that is a floor known
    without timing anything.
    """
    for node in range(day.size):
        tour.row[node, TIGHT] = 0
    if tour.sums[SUM_LATE] == 0:
        return
    for node in range(day.size):
        if tour.row[node, CARER] < day.crew and tour.row[node, START] > day.node[node, LATE]:
            trace(day, tour, node)
