"""挪动: the ways a plan may change, each tried on the routes and taken back if too dear.

Each move asks in this order, cheapest question first: is it a move at all, does the way alone
already cost more than the budget, may these carers do it, and only then, what of lateness. Most
moves of a cooling search fall at the second question. A move that is kept leaves `Tour.sums`
true; one that is not leaves the tour as it was.
"""

from __future__ import annotations

from diandan.engine.compiled import Longs
from diandan.engine.routes.columns import ABLE, MATE, UNMET_PRICE, Day
from diandan.engine.routes.kernel import kernel, piece
from diandan.engine.routes.schedule import (
    CARER,
    FOLLOWS,
    ON_ROAD,
    PRECEDES,
    SUM_LATE,
    SUM_UNMET,
    SUM_WAY,
    TIGHT,
    Tour,
    mark,
    timed,
)


@piece
def hop(day: Day, node: int, following: int) -> int:
    """Price of the way from one node or gate to another."""
    price: int = day.way[node, following]
    return price


@piece
def cut(tour: Tour, first: int, last: int) -> None:
    """Take a stretch of a route out; its neighbours close the hole."""
    before, after = tour.row[first, PRECEDES], tour.row[last, FOLLOWS]
    tour.row[before, FOLLOWS] = after
    tour.row[after, PRECEDES] = before


@piece
def put(tour: Tour, first: int, last: int, before: int) -> None:
    """Put a stretch in behind `before`."""
    after = tour.row[before, FOLLOWS]
    tour.row[before, FOLLOWS] = first
    tour.row[first, PRECEDES] = before
    tour.row[last, FOLLOWS] = after
    tour.row[after, PRECEDES] = last


@piece
def own(tour: Tour, first: int, last: int, carer: int) -> None:
    """Say whose stretch it is."""
    node = first
    tour.row[node, CARER] = carer
    while node != last:
        node = tour.row[node, FOLLOWS]
        tour.row[node, CARER] = carer


@piece
def allowed(day: Day, tour: Tour, node: int, carer: int) -> bool:
    """May this carer do this task, given who does the other task of the visit?"""
    other = day.node[node, MATE]
    apart: bool = other < 0 or tour.row[other, CARER] != carer
    skilled: bool = day.node[node, ABLE + carer] == 1
    return skilled and apart


@piece
def too_dear(tour: Tour, gain: int, freed: int, budget: int) -> bool:
    """Does the way alone pass the budget? `freed`: some way that made a node late is given up."""
    floor = 0 if freed > 0 else tour.sums[SUM_LATE]
    least: int = tour.sums[SUM_WAY] + tour.sums[SUM_UNMET] + gain + floor
    return least > budget


@kernel
def settle(day: Day, tour: Tour, gain: int, budget: int) -> bool:
    """Time the changed tour; True and booked when it stays within the budget."""
    base = tour.sums[SUM_WAY] + tour.sums[SUM_UNMET] + gain
    late = timed(day, tour, budget - base)
    if late < 0 or base + late > budget:
        return False
    tour.sums[SUM_WAY] += gain
    if late > 0 or tour.sums[SUM_LATE] > 0:
        tour.sums[SUM_LATE] = late
        mark(day, tour)
    return True


@kernel
def shift(day: Day, tour: Tour, first: int, length: int, before: int, budget: int) -> bool:
    """Move a stretch of one to three nodes behind another node, in its own route or another's."""
    size = day.size
    carer, giver = tour.row[before, CARER], tour.row[first, CARER]
    if carer == day.crew or giver == day.crew:
        return False
    last = first
    for _ in range(length - 1):
        if last == before or tour.row[last, FOLLOWS] >= size:
            break
        last = tour.row[last, FOLLOWS]
    left, right = tour.row[first, PRECEDES], tour.row[last, FOLLOWS]
    if before in (last, left):
        return False
    after = tour.row[before, FOLLOWS]
    gain = hop(day, left, right) + hop(day, before, first) + hop(day, last, after)
    gain -= hop(day, left, first) + hop(day, last, right) + hop(day, before, after)
    freed = tour.row[first, TIGHT] + tour.row[right, TIGHT] + tour.row[after, TIGHT]
    if too_dear(tour, gain, freed, budget):
        return False
    node = first
    while node != right:
        if node == before or (carer != giver and not allowed(day, tour, node, carer)):
            return False
        node = tour.row[node, FOLLOWS]
    cut(tour, first, last)
    put(tour, first, last, before)
    own(tour, first, last, carer)
    if settle(day, tour, gain, budget):
        return True
    cut(tour, first, last)
    put(tour, first, last, left)
    own(tour, first, last, giver)
    return False


@piece
def trade_places(tour: Tour, one: int, two: int) -> None:
    """Exchange two nodes that are not neighbours, with their carers."""
    before_one, before_two = tour.row[one, PRECEDES], tour.row[two, PRECEDES]
    cut(tour, one, one)
    put(tour, one, one, before_two)
    cut(tour, two, two)
    put(tour, two, two, before_one)
    carer = tour.row[one, CARER]
    tour.row[one, CARER] = tour.row[two, CARER]
    tour.row[two, CARER] = carer


@kernel
def swap(day: Day, tour: Tour, one: int, two: int, budget: int) -> bool:
    """Exchange two nodes."""
    size, nobody = day.size, day.crew
    if one >= size or two >= size or one == two or day.node[one, MATE] == two:
        return False
    carer_one, carer_two = tour.row[one, CARER], tour.row[two, CARER]
    if nobody in (carer_one, carer_two):
        return False
    p_one, p_two = tour.row[one, PRECEDES], tour.row[two, PRECEDES]
    if two == p_one or one == p_two:
        return False
    f_one, f_two = tour.row[one, FOLLOWS], tour.row[two, FOLLOWS]
    gain = hop(day, p_one, two) + hop(day, two, f_one)
    gain += hop(day, p_two, one) + hop(day, one, f_two)
    gain -= hop(day, p_one, one) + hop(day, one, f_one)
    gain -= hop(day, p_two, two) + hop(day, two, f_two)
    freed = tour.row[one, TIGHT] + tour.row[f_one, TIGHT]
    freed += tour.row[two, TIGHT] + tour.row[f_two, TIGHT]
    if too_dear(tour, gain, freed, budget):
        return False
    if carer_one != carer_two and not (
        allowed(day, tour, one, carer_two) and allowed(day, tour, two, carer_one)
    ):
        return False
    trade_places(tour, one, two)
    if settle(day, tour, gain, budget):
        return True
    trade_places(tour, one, two)
    return False


@piece
def may_take(day: Day, tour: Tour, first: int, taker: int) -> bool:
    """Has `taker` the skills for all from `first` on?"""
    size = day.size
    node = first
    while node < size:
        if day.node[node, ABLE + taker] == 0:
            return False
        node = tour.row[node, FOLLOWS]
    return True


@piece
def doubled(day: Day, tour: Tour, first: int, carer: int) -> bool:
    """Does the carer now do both tasks of some visit, from `first` on?"""
    size = day.size
    node = first
    while node < size:
        other = day.node[node, MATE]
        if other >= 0 and tour.row[other, CARER] == carer:
            return True
        node = tour.row[node, FOLLOWS]
    return False


@piece
def cross(day: Day, tour: Tour, one: int, two: int) -> None:
    """Exchange what comes after `one` and after `two`, in two routes."""
    size = day.size
    carer_one, carer_two = tour.row[one, CARER], tour.row[two, CARER]
    first_one, first_two = tour.row[one, FOLLOWS], tour.row[two, FOLLOWS]
    gate_one, gate_two = size + carer_one, size + carer_two
    last_one, last_two = tour.row[gate_one, PRECEDES], tour.row[gate_two, PRECEDES]
    if first_two < size:
        put_end(tour, one, first_two, last_two, gate_one)
        own(tour, first_two, last_two, carer_one)
    else:
        tour.row[one, FOLLOWS] = gate_one
        tour.row[gate_one, PRECEDES] = one
    if first_one < size:
        put_end(tour, two, first_one, last_one, gate_two)
        own(tour, first_one, last_one, carer_two)
    else:
        tour.row[two, FOLLOWS] = gate_two
        tour.row[gate_two, PRECEDES] = two


@piece
def put_end(tour: Tour, before: int, first: int, last: int, gate: int) -> None:
    """Let the stretch close the route."""
    tour.row[before, FOLLOWS] = first
    tour.row[first, PRECEDES] = before
    tour.row[last, FOLLOWS] = gate
    tour.row[gate, PRECEDES] = last


@kernel
def tails(day: Day, tour: Tour, one: int, two: int, budget: int) -> bool:
    """Exchange the ends of two routes: what comes after `one` with what comes after `two`."""
    nobody, size = day.crew, day.size
    carer_one, carer_two = tour.row[one, CARER], tour.row[two, CARER]
    if carer_one == carer_two or nobody in (carer_one, carer_two):
        return False
    next_one, next_two = tour.row[one, FOLLOWS], tour.row[two, FOLLOWS]
    if next_one >= size and next_two >= size:
        return False
    gate_one, gate_two = size + carer_one, size + carer_two
    last_one, last_two = tour.row[gate_one, PRECEDES], tour.row[gate_two, PRECEDES]
    end_one = last_two if next_two < size else one
    end_two = last_one if next_one < size else two
    to_one = next_two if next_two < size else gate_one
    to_two = next_one if next_one < size else gate_two
    gain = hop(day, one, to_one) - hop(day, one, next_one)
    gain += hop(day, two, to_two) - hop(day, two, next_two)
    if next_two < size:
        gain += hop(day, end_one, gate_one) - hop(day, last_two, gate_two)
    if next_one < size:
        gain += hop(day, end_two, gate_two) - hop(day, last_one, gate_one)
    freed = tour.row[next_one, TIGHT] + tour.row[next_two, TIGHT]
    if too_dear(tour, gain, freed, budget):
        return False
    if not may_take(day, tour, next_one, carer_two):
        return False
    if not may_take(day, tour, next_two, carer_one):
        return False
    cross(day, tour, one, two)
    fits = not doubled(day, tour, tour.row[one, FOLLOWS], carer_one)
    fits = fits and not doubled(day, tour, tour.row[two, FOLLOWS], carer_two)
    if fits and settle(day, tour, gain, budget):
        return True
    cross(day, tour, one, two)
    return False


@kernel
def together(day: Day, tour: Tour, node: int, places: Longs, budget: int) -> bool:
    """Move both tasks of a visit at once, each behind its node of `places`, to two carers."""
    other = day.node[node, MATE]
    nobody = day.crew
    here, there = places[0], places[1]
    if here in (node, other) or there in (node, other) or here == there:
        return False
    one, two = tour.row[here, CARER], tour.row[there, CARER]
    if one == two or nobody in (one, two, tour.row[node, CARER]):
        return False
    if day.node[node, ABLE + one] == 0 or day.node[other, ABLE + two] == 0:
        return False
    left, right = tour.row[node, PRECEDES], tour.row[other, PRECEDES]
    was_one, was_two = tour.row[node, CARER], tour.row[other, CARER]
    gain = without(day, tour, node) + without(day, tour, other)
    freed = loosened(tour, node) + loosened(tour, other)
    cut(tour, node, node)
    cut(tour, other, other)
    freed += tour.row[tour.row[here, FOLLOWS], TIGHT] + tour.row[tour.row[there, FOLLOWS], TIGHT]
    gain += between(day, tour, node, here) + between(day, tour, other, there)
    put(tour, node, node, here)
    put(tour, other, other, there)
    tour.row[node, CARER], tour.row[other, CARER] = one, two
    if not too_dear(tour, gain, freed, budget) and settle(day, tour, gain, budget):
        return True
    cut(tour, node, node)
    cut(tour, other, other)
    put(tour, node, node, left)
    put(tour, other, other, right)
    tour.row[node, CARER], tour.row[other, CARER] = was_one, was_two
    return False


@piece
def loosened(tour: Tour, node: int) -> int:
    """How many ways that make a node late are given up when this one is left out."""
    count: int = tour.row[node, TIGHT] + tour.row[tour.row[node, FOLLOWS], TIGHT]
    return count


@piece
def without(day: Day, tour: Tour, node: int) -> int:
    """What the way gains when a node is left out."""
    left, right = tour.row[node, PRECEDES], tour.row[node, FOLLOWS]
    return hop(day, left, right) - hop(day, left, node) - hop(day, node, right)


@piece
def between(day: Day, tour: Tour, node: int, before: int) -> int:
    """What the way gains when a node is put in behind another."""
    after = tour.row[before, FOLLOWS]
    return hop(day, before, node) + hop(day, node, after) - hop(day, before, after)


@kernel
def take_in(day: Day, tour: Tour, node: int, places: Longs, budget: int) -> bool:
    """Serve a visit left out: its leading task behind `places[0]`, a second behind `places[1]`."""
    other, nobody = day.node[node, MATE], day.crew
    one = tour.row[places[0], CARER]
    two = tour.row[places[1], CARER] if other >= 0 else nobody
    if one in (nobody, two) or day.node[node, ABLE + one] == 0:
        return False
    if other >= 0 and (two == nobody or day.node[other, ABLE + two] == 0):
        return False
    gain = between(day, tour, node, places[0])
    put(tour, node, node, places[0])
    tour.row[node, CARER] = one
    tour.sums[ON_ROAD] += 1
    if other >= 0:
        gain += between(day, tour, other, places[1])
        put(tour, other, other, places[1])
        tour.row[other, CARER] = two
        tour.sums[ON_ROAD] += 1
    tour.sums[SUM_UNMET] -= day.node[node, UNMET_PRICE]
    if settle(day, tour, gain, budget):
        return True
    take_out(day, tour, node)
    tour.sums[SUM_WAY] += gain
    return False


@kernel
def take_out(day: Day, tour: Tour, node: int) -> None:
    """Leave a visit out, booked except for lateness."""
    nobody = day.crew
    other = day.node[node, MATE]
    tour.sums[SUM_WAY] += without(day, tour, node)
    cut(tour, node, node)
    tour.row[node, CARER] = nobody
    tour.sums[ON_ROAD] -= 1
    tour.sums[SUM_UNMET] += day.node[node, UNMET_PRICE]
    if other >= 0:
        tour.sums[SUM_WAY] += without(day, tour, other)
        cut(tour, other, other)
        tour.row[other, CARER] = nobody
        tour.sums[ON_ROAD] -= 1
