"""全对定价: which pairs outside the kept candidates could still better a plan.

A plan found on K candidates a job is optimal over *all* eligible pairs when no pair left out has
cost + v < u (column generation's pricing step). The search walks the same grid as `search`,
but by priced cost; a cell whose cheapest priced person is no help is skipped unseen.
"""

from __future__ import annotations

import numpy as np

from diandan.engine.assign.graph import SHUT
from diandan.engine.city.columns import TRAVEL, Jobs
from diandan.engine.city.index import Index
from diandan.engine.city.search import POSITION, SHIFT, metres, outside, ring_distance, sink
from diandan.engine.compiled import Ints, Longs, Whole, compiled, inlined, parallel_range, spread


@spread
def priced(index: Index, v: Ints) -> tuple[Ints, Ints]:
    """Record → bias + price of its person; cell entry → least of its records (SHUT if empty)."""
    asks = np.empty(len(index.person), np.int32)
    for at in parallel_range(len(asks)):
        asks[at] = min(index.bias[at] + v[index.person[at]], SHUT)
    least = np.empty(len(index.cell), np.int32)
    for entry in parallel_range(len(least)):
        best = np.int32(SHUT)
        if entry + 1 < len(least):
            for at in range(index.cell[entry], index.cell[entry + 1]):
                best = min(best, asks[at])
        least[entry] = best
    return asks, least


@inlined
def look(
    index: Index,
    asks: Ints,
    first: Whole,
    last: Whole,
    away: Whole,
    job: Longs,
    slots: Whole,
    keys: Longs,
) -> None:
    """One cell's people by priced cost."""
    for at in range(first, last):
        if (away + np.int64(index.bias[at])) << SHIFT > keys[0]:
            break
        if (away + np.int64(asks[at])) << SHIFT < keys[0] and index.slots[at] & slots:
            far = metres(index.x[at] - job[0], index.y[at] - job[1])
            key = ((far * TRAVEL + np.int64(asks[at])) << SHIFT) | np.int64(index.person[at])
            if key < keys[0]:
                sink(keys, len(keys), key)


@inlined
def ring(
    index: Index,
    asks: Ints,
    least: Ints,
    skill: Whole,
    r: Whole,
    job: Longs,
    slots: Whole,
    keys: Longs,
) -> None:
    side = index.side[skill]
    edge = index.metres[skill]
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
            entry = index.offset[skill] + row * side + col
            if np.int64(least[entry]) << SHIFT >= keys[0]:
                continue
            dx = outside(x, col * edge, col * edge + edge - 1)
            away = metres(dx, dy) * TRAVEL
            if (away + np.int64(least[entry])) << SHIFT < keys[0]:
                look(index, asks, index.cell[entry], index.cell[entry + 1], away, job, slots, keys)


@spread
def gains(
    index: Index, jobs: Jobs, rows: Ints, u: Ints, asks: Ints, least: Ints, most: Whole
) -> Longs:
    """For each of `rows` up to `most` keys (priced cost << 32 | person) below its u; else u << 32.

    Pairs already in the plan may be among them (their priced cost is ≤ u by the certificate).
    """
    found = np.empty((len(rows), most), np.int64)
    for k in parallel_range(len(rows)):
        i = rows[k]
        keys = found[k]
        keys[:] = np.int64(u[i]) << SHIFT
        job = np.empty(2, np.int64)
        job[0] = jobs.x[i]
        job[1] = jobs.y[i]
        skill = jobs.skill[i]
        for r in range(index.side[skill]):
            if r > 0 and (ring_distance(index, skill, r, job) * TRAVEL) << SHIFT >= keys[0]:
                break
            ring(index, asks, least, skill, r, job, jobs.slots[i], keys)
        keys.sort()
    return found


@compiled
def merge(
    start: Longs,
    col: Ints,
    cost: Ints,
    who: Ints,
    rows: Ints,
    u: Ints,
    v: Ints,
    found: Longs,
    local: Ints,
    epoch: Whole,
) -> tuple[Longs, Ints, Ints, Ints, Whole]:
    """The arcs with what `gains` found put among them, each row still cheapest first."""
    extra = found.size
    n = len(start) - 1
    total = len(local) // 2
    people = np.empty(len(who) + extra, np.int32)
    people[: len(who)] = who
    known = np.int64(len(who))
    start2 = np.empty(n + 1, np.int64)
    col2 = np.empty(len(col) + extra, np.int32)
    cost2 = np.empty(len(col) + extra, np.int32)
    arc = np.int64(0)
    added = 0
    at_row = 0
    for i in range(n):
        start2[i] = arc
        size = start[i + 1] - start[i]
        col2[arc : arc + size] = col[start[i] : start[i + 1]]
        cost2[arc : arc + size] = cost[start[i] : start[i + 1]]
        arc += size
        if at_row < len(rows) and rows[at_row] == i:
            for key in found[at_row]:
                if key >> SHIFT >= u[i]:
                    break
                person = key & POSITION
                if local[total + person] != epoch:
                    local[total + person] = epoch
                    local[person] = known
                    people[known] = person
                    known += 1
                j = local[person]
                double = False
                for other in range(start2[i], start2[i] + size):
                    if col2[other] == j:
                        double = True
                if double:
                    continue
                real = np.int32((key >> SHIFT) - v[person])
                at = arc
                while at > start2[i] and cost2[at - 1] > real:
                    cost2[at] = cost2[at - 1]
                    col2[at] = col2[at - 1]
                    at -= 1
                cost2[at] = real
                col2[at] = j
                arc += 1
                size += 1
                added += 1
            at_row += 1
    start2[n] = arc
    return start2, col2[:arc].copy(), cost2[:arc].copy(), people[:known].copy(), added
