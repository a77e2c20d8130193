"""配对图: who could do which job at what price, as arrays; and the search's scratch paper.

    minimise  sum cost[a]·x[a]  +  sum price[i]·(need[i] − got[i])
    subject to  x in {0, 1},  row i holds ≤ need[i] arcs,  column j holds ≤ cap[j] arcs

A row is a job with a headcount, a column a person (or one band of a team's load), an arc a pair
that every hard rule allows. Leaving one head of job i empty costs ``price[i]``. All integers.

``u[i]`` is the price of one more head for job i, ``v[j]`` what one more slot of j would save.
The plan is proven optimal (``proof.faults``) when, with r = cost − u + v:

    x = 0 → r ≥ 0      x = 1 → r ≤ 0      v ≥ 0      v > 0 → column full
    u ≤ price          u < price → row full

Complementary slackness of the transportation linear program; its basic solutions are integer.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diandan.engine.compiled import Flags, Ints, Longs, compiled, spot

#: Costs and prices stay below this, so that sums along a path fit 32 bits.
COST_LIMIT = 1 << 28
UNSET = -(1 << 30)
#: The price of a column that takes nobody: no row finds it worth the asking.
SHUT = 1 << 29


class Columns(NamedTuple):
    """The rows that list each column, side by side (kept after `lists.link`)."""

    first: Longs  # column → its first entry
    size: Ints  # column → entries
    room: Ints  # column → entries that fit before it must move
    row: Ints  # entry →
    cost: Ints
    end: Longs  # one number: the first entry that is nobody's; 0: the lists are not written


class Graph(NamedTuple):
    """Rows, arcs and columns. Arcs of a row lie together, cheapest first."""

    start: Longs  # row → its first arc
    length: Ints  # row → how many arcs
    need: Ints
    got: Ints
    price: Ints
    u: Ints
    row: Ints  # arc →
    col: Ints
    cost: Ints
    taken: Flags
    lists: Columns
    cap: Ints  # column →
    used: Ints
    v: Ints
    base: Longs  # column → its first slot
    slot: Ints  # slots: the arcs a column holds
    whose: Ints  # slot → the arc's row, and what it costs: an arc lies far from the next,
    paid: Ints  # a column's slots lie together


class Paper(NamedTuple):
    """Scratch of a search; node i is row i, node len(need)+j is column j."""

    dist: Ints  # `FAR` between searches
    via: Ints
    ahead: Ints  # node → the next in its bucket; behind the nodes the buckets' own ends
    behind: Ints  # node → the one before; a node in no bucket is a ring by itself
    seen: Ints  # all that bear a label
    some: Ints  # a few arcs
    tally: Longs  # see the names below


TRIES, PATHS, SCANS, BIDS, RELEASES = range(5)
#: No label.
FAR = (1 << 31) - 1
#: Buckets of a search, and arcs looked at before it asks whether the next can matter.
BUCKETS, SOME = 2048, 16


class Pairs(NamedTuple):
    """A problem as plain arrays: arcs by row (``start`` has one more entry than rows)."""

    start: Longs
    col: Ints
    cost: Ints
    need: Ints
    price: Ints
    cap: Ints


def room(values: Ints, size: int) -> Ints:
    """The same values with zeros behind them."""
    wide = np.zeros(size, np.int32)
    wide[: len(values)] = values
    return wide


class Room(NamedTuple):
    """Space for what may come later; a later column takes at most ``most``."""

    rows: int = 0
    arcs: int = 0
    cols: int = 0
    most: int = 1


NO_ROOM = Room()


def rooms(*sizes: int) -> list[Ints]:
    """Arrays of these sizes out of one block, not wiped.

    One large block comes in pages of two megabytes, many small ones in pages of four kilobytes:
    asking for those one by one took longer than an uncontested city's whole plan.
    """
    ends = np.cumsum(sizes)
    return np.split(np.empty(ends[-1], np.int32), ends[:-1])


def put(space: Ints, values: Ints) -> None:
    """The values, and zeros behind them."""
    space[: len(values)] = values
    space[len(values) :] = 0


@compiled
def number(start: Longs, row: Ints) -> None:
    """Arc → its row."""
    for at in range(len(start) - 1):
        row[spot(start[at]) : spot(start[at + 1])] = at


def build(pairs: Pairs, more: Room = NO_ROOM) -> tuple[Graph, Paper]:
    """Arrays for a problem, with room for rows, arcs and (shut) columns that come later."""
    known, held, seen = len(pairs.need), len(pairs.col), len(pairs.cap)
    rows, arcs, cols = known + more.rows, held + more.arcs, seen + more.cols
    base = np.zeros(cols + 1, np.int64)
    base[1 : seen + 1] = pairs.cap
    base[seen + 1 :] = more.most
    np.cumsum(base, out=base)
    start = np.zeros(rows, np.int64)
    start[:known] = pairs.start[:known]
    slots = int(base[-1])
    length, need, got, price, u, row, col, cost, cap, used, v, slot, whose, paid = rooms(
        *[rows] * 5, *[arcs] * 3, *[cols] * 3, *[slots] * 3
    )
    put(length, np.diff(pairs.start[: known + 1]))
    put(need, pairs.need)
    put(price, pairs.price)
    put(cap, pairs.cap)
    col[:held], cost[:held] = pairs.col, pairs.cost
    number(pairs.start, row)
    got[:] = 0
    used[:] = 0
    v[:] = 0
    u[:] = UNSET
    taken = np.zeros(arcs, np.uint8)
    graph = Graph(
        start, length, need, got, price, u, row, col, cost, taken, columns(arcs, cols),
        cap, used, v, base, slot, whose, paid,
    )  # fmt: skip
    return graph, paper(rows + cols)


def columns(arcs: int, cols: int) -> Columns:
    """Space for lists of columns, not written yet; memory that nobody touches costs nothing."""
    size, room, row, cost = rooms(cols, cols, *[2 * arcs + 8 * cols] * 2)
    return Columns(np.empty(cols, np.int64), size, room, row, cost, np.zeros(1, np.int64))


def wider(graph: Graph, most: int) -> tuple[Graph, Paper]:
    """The same graph and plan with twice the room for arcs and columns."""
    arcs, cols = len(graph.col), len(graph.cap)
    taken = np.zeros(2 * arcs, np.uint8)
    taken[:arcs] = graph.taken
    base = np.full(2 * cols + 1, most, np.int64)
    base[: cols + 1] = graph.base
    base[cols:] = np.cumsum(base[cols:])
    slots = int(base[-1])
    grown = graph._replace(
        row=room(graph.row, 2 * arcs),
        col=room(graph.col, 2 * arcs),
        cost=room(graph.cost, 2 * arcs),
        lists=columns(2 * arcs, 2 * cols),
        cap=room(graph.cap, 2 * cols),
        used=room(graph.used, 2 * cols),
        v=room(graph.v, 2 * cols),
        taken=taken,
        base=base,
        slot=room(graph.slot, slots),
        whose=room(graph.whose, slots),
        paid=room(graph.paid, slots),
    )
    return grown, paper(len(graph.need) + 2 * cols)


def paper(nodes: int) -> Paper:
    """Fresh scratch for a graph of so many rows and columns together."""
    dist = np.full(nodes, FAR, np.int32)
    via, seen = np.zeros((2, nodes + 1), np.int32)
    ahead = np.arange(nodes + BUCKETS, dtype=np.int32)
    return Paper(
        dist, via, ahead, ahead.copy(), seen, np.zeros(SOME, np.int32), np.zeros(8, np.int64)
    )
