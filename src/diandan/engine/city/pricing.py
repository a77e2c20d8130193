"""全对定价: which pairs outside the kept candidates could still better a plan.

A plan found on K candidates a job is optimal over *all* eligible pairs when no pair left out has
cost + v < u (column generation's pricing step). The search walks the same grid as `search`,
but by priced cost; a cell whose cheapest priced person is no help is skipped unseen.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diandan.engine.assign import growth
from diandan.engine.assign.graph import SHUT, Graph
from diandan.engine.city.columns import TRAVEL, Jobs
from diandan.engine.city.index import Index
from diandan.engine.city.search import POSITION, SHIFT, keep, metres, outside, ring_distance
from diandan.engine.compiled import (
    ONE,
    Bits,
    Flags,
    Ints,
    Longs,
    Whole,
    compiled,
    inlined,
    parallel_range,
    spot,
    spread,
)


@spread
def priced(index: Index, v: Ints) -> tuple[Ints, Ints]:
    """Record → bias + price of its person; cell entry → least of its records (SHUT if empty)."""
    bias, person, cell = index.bias, index.person, index.cell
    asks = np.empty(len(person), np.int32)
    for at in parallel_range(len(asks)):
        asks[at] = min(bias[at] + v[spot(person[at])], SHUT)
    least = np.empty(len(cell), np.int32)
    for entry in parallel_range(len(least)):
        best = np.int32(SHUT)
        if entry + 1 < len(least):
            for at in range(spot(cell[entry]), spot(cell[entry + 1])):
                best = min(best, asks[at])
        least[entry] = best
    return asks, least


@inlined
def look(
    x: Ints,
    y: Ints,
    free: Bits,
    bias: Ints,
    person: Ints,
    asks: Ints,
    first: Whole,
    last: Whole,
    away: Whole,
    job: tuple[Whole, Whole],
    slots: Whole,
    keys: Longs,
) -> None:
    """One cell's people by priced cost."""
    end = spot(len(keys)) - ONE
    for at in range(first, last):
        if (away + np.int64(bias[at])) << SHIFT > keys[end]:
            break
        price = np.int64(asks[at])
        if (away + price) << SHIFT < keys[end] and free[at] & slots:
            far = metres(x[at] - job[0], y[at] - job[1])
            key = ((far * TRAVEL + price) << SHIFT) | np.int64(person[at])
            if key < keys[end]:
                keep(keys, end, key)


@inlined
def ring(
    index: Index,
    asks: Ints,
    least: Ints,
    skill: Whole,
    r: Whole,
    job: tuple[Whole, Whole],
    slots: Whole,
    keys: Longs,
) -> None:
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
            cheap = np.int64(least[entry])
            if cheap << SHIFT >= keys[-1]:
                continue
            dx = outside(x, col * edge, col * edge + edge - 1)
            away = metres(dx, dy) * TRAVEL
            if (away + cheap) << SHIFT < keys[-1]:
                first, last = spot(cell[entry]), spot(cell[entry + ONE])
                look(px, py, free, bias, person, asks, first, last, away, job, slots, keys)


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
        job = (np.int64(jobs.x[i]), np.int64(jobs.y[i]))
        skill = jobs.skill[i]
        for r in range(index.side[skill]):
            if r > 0 and (ring_distance(index, skill, r, job) * TRAVEL) << SHIFT >= keys[-1]:
                break
            ring(index, asks, least, skill, r, job, jobs.slots[i], keys)
    return found


class Town(NamedTuple):
    """Who is a column of the graph, kept while it grows."""

    who: Ints  # column → person, with room
    local: Ints  # person → column; behind it person → epoch in which that was written
    cap: Ints  # person →
    reached: Longs  # columns so far, first free arc, arcs added
    changed: Flags  # row → 1 when it was enlarged since this was last wiped


@compiled
def admit(
    graph: Graph, town: Town, rows: Ints, u: Ints, v: Ints, found: Longs, epoch: Whole
) -> Whole:
    """Enlarge each row by what `gains` found at prices u, v. How many rows; stops for want of room.

    The rows that changed are told by `Town.changed`; `growth.settle` or `cold.plan` is to follow.
    """
    who, local, caps, reached, changed = town
    total = len(local) // 2
    cols = np.empty(found.shape[1], np.int32)
    costs = np.empty(found.shape[1], np.int32)
    for at in range(len(rows)):
        row = rows[at]
        first = graph.start[row]
        size = graph.length[row]
        room = reached[1] + size + len(cols) <= len(graph.col)
        if not room or reached[0] + len(cols) > len(who):
            return at
        new = 0
        for key in found[at]:
            if key >> SHIFT >= u[row]:
                break
            person = key & POSITION
            if local[total + person] != epoch:
                local[total + person] = epoch
                local[person] = reached[0]
                who[reached[0]] = person
                graph.cap[reached[0]] = caps[person]
                graph.v[reached[0]] = 0
                reached[0] += 1
            double = False
            for arc in range(first, first + size):
                if graph.col[arc] == local[person]:
                    double = True
            if not double:
                cols[new] = local[person]
                costs[new] = np.int32((key >> SHIFT) - v[person])
                new += 1
        if new > 0:
            in_order(cols, costs, new)
            growth.enlarge(graph, row, reached[1], cols[:new], costs[:new])
            changed[row] = 1
            reached[1] += size + new
            reached[2] += new
    return len(rows)


@inlined
def in_order(cols: Ints, costs: Ints, size: Whole) -> None:
    """Cheapest first: what was found stood by priced cost."""
    for k in range(1, size):
        cost = costs[k]
        col = cols[k]
        at = k
        while at > 0 and costs[at - 1] > cost:
            costs[at] = costs[at - 1]
            cols[at] = cols[at - 1]
            at -= 1
        costs[at] = cost
        cols[at] = col
