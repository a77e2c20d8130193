"""退火: a cooling search. Dearer plans are kept now and then, less and less often.

Whether a move may be kept is decided before it is tried: a random budget is drawn for it, and the
move is dropped as soon as its price passes that budget. Random numbers come from a small
generator of our own, so that a seed and a count of moves give the same plan everywhere.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from diandan.engine.compiled import Bits, Longs
from diandan.engine.routes.columns import (
    ABLE,
    AFTER,
    BEFORE,
    BEFORES,
    LEADS,
    MATE,
    UNMET_PRICE,
    Day,
)
from diandan.engine.routes.kernel import kernel, piece
from diandan.engine.routes.moves import settle, shift, swap, tails, take_in, take_out, together
from diandan.engine.routes.schedule import (
    CARER,
    FOLLOWS,
    PRECEDES,
    START,
    SUM_LATE,
    SUM_UNMET,
    SUM_WAY,
    Tour,
)

MULTIPLIER = np.uint64(2685821657736338717)
RIGHT_12, LEFT_25, RIGHT_27 = np.uint64(12), np.uint64(25), np.uint64(27)
TOP_31, TOP_53 = np.uint64(33), np.uint64(11)
LEAVE_SHARE = 100  # one move in so many asks whether a visit is worth its price
GATE_SHARE = 12  # one in so many nodes is put first in a route rather than behind a near node


@piece
def draw(dice: Bits) -> Any:
    """The next 64 random bits (xorshift64*)."""
    bits = dice[0]
    bits ^= bits >> RIGHT_12
    bits ^= bits << LEFT_25
    bits ^= bits >> RIGHT_27
    dice[0] = bits
    return bits * MULTIPLIER


@piece
def below(dice: Bits, bound: int) -> int:
    """A random number from 0 to bound - 1."""
    high: Any = np.int64(draw(dice) >> TOP_31)
    found: int = (high * bound) >> 31
    return found


@piece
def unit(dice: Bits) -> float:
    """A random number above 0, at most 1."""
    high: Any = np.int64(draw(dice) >> TOP_53)
    share: float = (high + 1) / 9007199254740992.0
    return share


@piece
def a_gate(day: Day, dice: Bits, node: int) -> int:
    """The gate of some carer who may serve the node."""
    carer = below(dice, day.crew)
    for _ in range(day.crew):
        if day.node[node, ABLE + carer] == 1:
            break
        carer = carer + 1 if carer + 1 < day.crew else 0
    return day.size + carer


@kernel
def behind(day: Day, tour: Tour, dice: Bits, node: int) -> int:
    """A place for the node: the node or gate to put it behind, or -1."""
    chance = below(dice, 2 * GATE_SHARE)
    half = BEFORE if chance % 2 == 0 else AFTER
    known = day.node[node, BEFORES + half]
    if chance < 2 or known == 0:
        return a_gate(day, dice, node)
    near = day.near[half, node, below(dice, known)]
    if tour.row[near, CARER] == day.crew:
        return -1
    found: int = near if half == BEFORE else tour.row[near, PRECEDES]
    return found


@kernel
def exchange(
    day: Day, tour: Tour, dice: Bits, left_out: int, budget: int, room: Tour, places: Longs
) -> bool:
    """Serve a visit left out, at once or in the stead of another."""
    size, nobody = day.size, day.crew
    out = -1
    copy(tour, room)
    if below(dice, 2) == 0:
        out = below(dice, size)
        out = out if day.node[out, LEADS] == 1 else day.node[out, MATE]
        if tour.row[out, CARER] == nobody:
            return False
        take_out(day, tour, out)
    places[0] = behind(day, tour, dice, left_out)
    places[1] = (
        behind(day, tour, dice, day.node[left_out, MATE]) if day.node[left_out, MATE] >= 0 else 0
    )
    if places[0] >= 0 and places[1] >= 0 and take_in(day, tour, left_out, places, budget):
        return True
    copy(room, tour)
    return False


@kernel
def leave_out(day: Day, tour: Tour, node: int, budget: int, room: Tour) -> bool:
    """Serve the node's visit no more, where that price is worth paying."""
    out = node if day.node[node, LEADS] == 1 else day.node[node, MATE]
    if tour.row[out, CARER] == day.crew or day.node[out, UNMET_PRICE] > budget:
        return False
    copy(tour, room)
    take_out(day, tour, out)
    if settle(day, tour, 0, budget):
        return True
    copy(room, tour)
    return False


@kernel
def copy(source: Tour, target: Tour) -> None:
    """Keep the routes of one tour in another."""
    for row in range(len(source.row)):
        for column in range(START):
            target.row[row, column] = source.row[row, column]
    for cell in range(len(source.sums)):
        target.sums[cell] = source.sums[cell]


@piece
def price(tour: Tour) -> int:
    """What the tour costs."""
    total: int = tour.sums[SUM_WAY] + tour.sums[SUM_LATE] + tour.sums[SUM_UNMET]
    return total


@kernel
def try_one(day: Day, tour: Tour, dice: Bits, places: Longs, budget: int) -> bool:
    """One random move within the budget."""
    size = day.size
    node = below(dice, size)
    where = behind(day, tour, dice, node)
    if where < 0:
        return False
    kind = below(dice, 100)
    other = day.node[node, MATE]
    if other >= 0 and kind < 40:
        places[0], places[1] = where, behind(day, tour, dice, other)
        return places[1] >= 0 and together(day, tour, node, places, budget)
    if kind < 50:
        length = 1 if kind < 30 else 1 + below(dice, 3)
        return shift(day, tour, node, length, where, budget)
    if kind < 75:
        return swap(day, tour, node, tour.row[where, FOLLOWS], budget)
    if tour.row[node, CARER] == day.crew:
        return False
    return tails(day, tour, where, tour.row[node, PRECEDES], budget)


@kernel
def anneal(
    day: Day, tour: Tour, best: Tour, room: Tour, places: Longs, dice: Bits, heat: float, moves: int
) -> int:
    """So many moves at one heat; the best tour met is kept in `best`. How many were kept."""
    size, nobody = day.size, day.crew
    kept = 0
    now, least = price(tour), price(best)
    for _ in range(moves):
        budget = now + int(-heat * math.log(unit(dice)))
        changed = False
        if tour.sums[SUM_UNMET] > 0 and below(dice, 4) == 0:
            out = below(dice, size)
            if tour.row[out, CARER] == nobody and day.node[out, LEADS] == 1:
                changed = exchange(day, tour, dice, out, budget, room, places)
        elif below(dice, LEAVE_SHARE) == 0:
            changed = leave_out(day, tour, below(dice, size), budget, room)
        else:
            changed = try_one(day, tour, dice, places, budget)
        if changed:
            kept += 1
            now = price(tour)
            if now < least:
                least = now
                copy(tour, best)
    return kept
