"""候选人: for every job the K people who would cost least, of all who may do it.

A search walks the skill's grid in rings around the job and stops when nobody farther out can
be among the K. Cost = distance + bias, so near-but-overworked loses to far-and-unasked, and the
arcs come out costed and sorted. Ties go to the lower position: the same city gives the same arcs.
"""

from __future__ import annotations

import math

import numpy as np

from diandan.engine.city.columns import TRAVEL, Jobs
from diandan.engine.city.index import Index
from diandan.engine.compiled import (
    ONE,
    Bits,
    Ints,
    Longs,
    Whole,
    compiled,
    inlined,
    parallel_range,
    spot,
    spread,
)

#: A cost and a position in one number, so that sorting by it sorts by both.
SHIFT = 32
POSITION = (1 << SHIFT) - 1


@inlined
def metres(dx: Whole, dy: Whole) -> Whole:
    """Straight-line distance in whole metres, rounded down: exact below 67,000 km."""
    return np.int64(math.sqrt(float(dx * dx + dy * dy)))


@inlined
def outside(at: Whole, first: Whole, last: Whole) -> Whole:
    """How far a coordinate lies outside [first, last]."""
    if at < first:
        return first - at
    if at > last:
        return at - last
    return np.int64(0)


@inlined
def keep(keys: Longs, last: Whole, key: Whole) -> None:
    """Among the least, which stand in order, in the place of the greatest (at `last`).

    For a few dozen quicker than a heap, whose every step is a guess, and it needs no sorting.
    """
    at = last
    while at > spot(0) and keys[at - ONE] > key:
        keys[at] = keys[at - ONE]
        at -= ONE
    keys[at] = key


@inlined
def look(
    x: Ints,
    y: Ints,
    free: Bits,
    bias: Ints,
    person: Ints,
    first: Whole,
    last: Whole,
    away: Whole,
    job: tuple[Whole, Whole],
    slots: Whole,
    keys: Longs,
) -> None:
    """One cell's people against the K best so far; `away` is the cell's distance from the job."""
    end = spot(len(keys)) - ONE
    for at in range(first, last):
        extra = np.int64(bias[at])
        if (away + extra) << SHIFT > keys[end]:
            break
        if free[at] & slots:
            far = metres(x[at] - job[0], y[at] - job[1])
            key = ((far * TRAVEL + extra) << SHIFT) | np.int64(person[at])
            if key < keys[end]:
                keep(keys, end, key)


@inlined
def ring(
    index: Index, skill: Whole, r: Whole, job: tuple[Whole, Whole], slots: Whole, keys: Longs
) -> None:
    """Every cell at ring distance `r` from the job's own."""
    px, py, free, bias, person, cell = index[:6]
    side = index.side[skill]
    edge = index.metres[skill]
    base = index.offset[skill]
    x = job[0] - index.left[0]
    y = job[1] - index.low[0]
    cx = min(max(x // edge, 0), side - 1)
    cy = min(max(y // edge, 0), side - 1)
    for row in range(max(cy - r, 0), min(cy + r, side - 1) + 1):
        step = 1 if abs(row - cy) == r else 2 * r
        dy = outside(y, row * edge, row * edge + edge - 1)
        for col in range(cx - r, cx + r + 1, max(step, 1)):
            if col < 0 or col >= side:
                continue
            entry = spot(base + row * side + col)
            first = spot(cell[entry])
            last = spot(cell[entry + ONE])
            if first < last:
                dx = outside(x, col * edge, col * edge + edge - 1)
                away = metres(dx, dy) * TRAVEL
                look(px, py, free, bias, person, first, last, away, job, slots, keys)


@inlined
def ring_distance(index: Index, skill: Whole, r: Whole, job: tuple[Whole, Whole]) -> Whole:
    """No cell of ring `r` or beyond is nearer than this."""
    edge = index.metres[skill]
    side = index.side[skill]
    x = job[0] - index.left[0]
    y = job[1] - index.low[0]
    cx = min(max(x // edge, 0), side - 1)
    cy = min(max(y // edge, 0), side - 1)
    west = x - (cx - r + 1) * edge
    east = (cx + r) * edge - x
    south = y - (cy - r + 1) * edge
    north = (cy + r) * edge - y
    return max(min(min(west, east), min(south, north)) + 1, 0)


@spread
def nearest(index: Index, jobs: Jobs, most: Whole) -> Longs:
    """(n, `most`) keys, cheapest first: cost << 32 | position; keys at or above price: nobody."""
    n = len(jobs.x)
    found = np.empty((n, most), np.int64)
    for i in parallel_range(n):
        keys = found[i]
        keys[:] = np.int64(jobs.price[i]) << SHIFT
        job = (np.int64(jobs.x[i]), np.int64(jobs.y[i]))
        skill = jobs.skill[i]
        for r in range(index.side[skill]):
            if r > 0 and (ring_distance(index, skill, r, job) * TRAVEL) << SHIFT > keys[-1]:
                break
            ring(index, skill, r, job, jobs.slots[i], keys)
    return found


@compiled
def arcs(found: Longs, price: Ints, local: Ints, epoch: Whole) -> tuple[Longs, Ints, Ints, Ints]:
    """Arcs by row of what `nearest` found; people numbered anew in the order they appear.

    `local` (length N + N: number, epoch) is kept between rounds so that it need not be wiped.
    Returns row starts, columns, costs, and column → position in People.
    """
    n, most = found.shape
    total = len(local) // 2
    start = np.empty(n + 1, np.int64)
    col = np.empty(n * most, np.int32)
    cost = np.empty(n * most, np.int32)
    who = np.empty(n * most, np.int32)
    arc = np.int64(0)
    known = np.int64(0)
    for i in range(n):
        start[i] = arc
        for key in found[i]:
            if key >> SHIFT >= price[i]:
                break
            person = key & POSITION
            if local[total + person] != epoch:
                local[total + person] = epoch
                local[person] = known
                who[known] = person
                known += 1
            col[arc] = local[person]
            cost[arc] = key >> SHIFT
            arc += 1
    start[n] = arc
    return start, col[:arc].copy(), cost[:arc].copy(), who[:known].copy()
