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
from diandan.engine.compiled import Ints, Longs, Whole, compiled, inlined, parallel_range, spread

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
def sink(keys: Longs, size: Whole, key: Whole) -> None:
    """Replace the greatest of a max-heap."""
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and keys[below + 1] > keys[below]:
            below += 1
        if keys[below] <= key:
            break
        keys[at] = keys[below]
        at = below
    keys[at] = key


@inlined
def look(
    index: Index, first: Whole, last: Whole, away: Whole, job: Longs, slots: Whole, keys: Longs
) -> None:
    """One cell's people against the K best so far; `away` is the cell's distance from the job."""
    size = len(keys)
    for at in range(first, last):
        bias = np.int64(index.bias[at])
        if (away + bias) << SHIFT > keys[0]:
            break
        if index.slots[at] & slots:
            far = metres(index.x[at] - job[0], index.y[at] - job[1])
            key = ((far * TRAVEL + bias) << SHIFT) | np.int64(index.person[at])
            if key < keys[0]:
                sink(keys, size, key)


@inlined
def ring(index: Index, skill: Whole, r: Whole, job: Longs, slots: Whole, keys: Longs) -> None:
    """Every cell at ring distance `r` from the job's own."""
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
            first = index.cell[base + row * side + col]
            last = index.cell[base + row * side + col + 1]
            if first < last:
                dx = outside(x, col * edge, col * edge + edge - 1)
                look(index, first, last, metres(dx, dy) * TRAVEL, job, slots, keys)


@inlined
def ring_distance(index: Index, skill: Whole, r: Whole, job: Longs) -> Whole:
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
        job = np.empty(2, np.int64)
        job[0] = jobs.x[i]
        job[1] = jobs.y[i]
        skill = jobs.skill[i]
        for r in range(index.side[skill]):
            if r > 0 and (ring_distance(index, skill, r, job) * TRAVEL) << SHIFT > keys[0]:
                break
            ring(index, skill, r, job, jobs.slots[i], keys)
        keys.sort()
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
