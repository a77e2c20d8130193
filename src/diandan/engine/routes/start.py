"""起步: a first plan, visit by visit in the order their windows open."""

from __future__ import annotations

import numpy as np

from diandan.engine.compiled import Longs
from diandan.engine.routes.columns import (
    ABLE,
    EARLY,
    LARGEST,
    LASTS,
    LATE,
    LEADS,
    MATE,
    NEVER,
    SINCE,
    TOTAL,
    Day,
)
from diandan.engine.routes.kernel import kernel, piece
from diandan.engine.routes.moves import take_in
from diandan.engine.routes.schedule import PRECEDES, START, Tour

DEAR = NEVER << 2


@piece
def at_end(day: Day, tour: Tour, node: int, taken: int) -> int:
    """The carer who takes the node last in her route most cheaply, by way and lateness; or -1."""
    size = day.size
    best, least = -1, DEAR
    for carer in range(day.crew):
        if carer == taken or day.node[node, ABLE + carer] == 0:
            continue
        gate = size + carer
        last = tour.row[gate, PRECEDES]
        free = (
            day.node[day.size + carer, SINCE]
            if last == gate
            else tour.row[last, START] + day.node[last, LASTS]
        )
        free += day.travel[last, node]
        late = max(0, free - day.node[node, LATE])
        wait = max(0, day.node[node, EARLY] - free)
        price = day.way[last, node]
        price += late * (day.weigh[TOTAL] + day.weigh[LARGEST]) + wait // 8
        if price < least:
            best, least = carer, price
    return best


@kernel
def build(day: Day, tour: Tour, order: Longs, places: Longs) -> int:
    """Append every visit of the order to the routes it suits; how many were left out."""
    size = day.size
    missed = 0
    for node in order:
        other = day.node[node, MATE]
        one = at_end(day, tour, node, -1)
        two = at_end(day, tour, other, one) if other >= 0 else 0
        if one < 0 or two < 0:
            missed += 1
            continue
        places[0] = tour.row[size + one, PRECEDES]
        places[1] = tour.row[size + two, PRECEDES]
        if not take_in(day, tour, node, places, NEVER):
            missed += 1
    return missed


def opening_order(day: Day) -> Longs:
    """Leading tasks by the middle of their window."""
    leads = np.flatnonzero(day.node[: day.size, LEADS] == 1)
    middle = day.node[leads, EARLY] + day.node[leads, LATE]
    order: Longs = leads[np.argsort(middle, kind="stable")]
    return order
