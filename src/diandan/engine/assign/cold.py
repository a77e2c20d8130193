"""全量求解: from nothing to a proven optimum.

A cheap pass of bids serves everyone whom nobody contests. If some contest remains, prices are
scaled down from coarse to fine (`auction.bid`), and shortest paths make the rest exact. When
heads outnumber places the columns bid instead: the scarce side should choose.
"""

from __future__ import annotations

import numpy as np

from diandan.engine.assign.auction import ALL, ENDLESS, all_rows, bid, forget
from diandan.engine.assign.graph import (
    COST_LIMIT,
    NO_ROOM,
    SHUT,
    UNSET,
    Graph,
    Pairs,
    Paper,
    Room,
    build,
)
from diandan.engine.assign.lists import link
from diandan.engine.assign.paths import fill, release, take
from diandan.engine.compiled import ONE, Ints, Longs, Whole, compiled, inlined, spot

#: Steps of the price scaling (cost units), coarse to fine, and by how many steps prices fall
#: after each, and how many parts of a row's arcs are looked at. Measured on the bench's city; any
#: values give the same plan cost.
STEPS = np.array([[400, 3, ALL], [20, 5, ALL]])
STEPS_WARM = np.array([[20, 5, ALL]])
#: Of teams the first is the mean price of a head over these. Chosen on six seeds for the worst of
#: them; a quarter more or less makes no difference.
SHARES, FALLS, PARTS = (18, 90, 660, 2860), (2, 4, 4, 6), (5, 6, 7, ALL)
#: Bids a hundred heads that are tried before contest is taken for certain.
HOPE = 150
#: With fewer places for every head than this a contest is certain.
AMPLE = 1.5
#: A column's arcs up to this many are sorted by counting the lesser ones.
FEW = 96


@compiled
def settle_all(graph: Graph, paper: Paper, rows: Ints, steps: Longs, hope: Whole) -> None:
    """Solve `rows` on an empty plan; optimal on return.

    `hope` bids a hundred heads are tried before contest is taken for certain. Below 0 the prices
    that the graph has are believed: they are the last round's.
    """
    heads = np.int64(0)
    for row in rows:
        heads += graph.need[row]
    most = 60 * heads + 1000
    forget(graph, rows, ENDLESS if hope >= 0 else 0)
    if hope <= 0 or bid(graph, paper, rows, heads * hope // 100, 0) > 0:
        if hope > 0:
            forget(graph, rows, ENDLESS)
        for step in range(len(steps)):
            bid(graph, paper, rows, most, steps[step, 0], steps[step, 2])
            forget(graph, rows, steps[step, 0] * steps[step, 1])
        bid(graph, paper, rows, most, 0)
    finish(graph, paper, rows)


@compiled
def finish(graph: Graph, paper: Paper, rows: Ints) -> None:
    """Exact ending: what bids left open is filled, what stayed priced but free is released."""
    need, got, cap, used, v = graph.need, graph.got, graph.cap, graph.used, graph.v
    for row in rows:
        if got[row] < need[row]:
            fill(graph, paper, row)
    idle = np.int32(0)
    for col in range(len(cap)):
        if v[col] > 0 and used[col] < cap[col]:
            idle += 1
    if idle > 0:
        if graph.lists.end[0] == 0:
            link(graph)
        for col in range(len(cap)):
            if v[col] > 0 and used[col] < cap[col]:
                release(graph, paper, col)


@compiled
def turned(graph: Graph, limit: Whole) -> tuple[Longs, Ints, Ints, Ints]:
    """Columns as bidders: arcs by column, cost' = limit − price + cost, and whence each came."""
    first_of, length, price = graph.start, graph.length, graph.price
    col_of, cost = graph.col, graph.cost
    cols = len(graph.cap)
    start = np.zeros(cols + 1, np.int64)
    for row in range(len(length)):
        first = spot(first_of[row])
        for arc in range(first, first + spot(length[row])):
            start[spot(col_of[arc]) + ONE] += 1
    for col in range(cols):
        start[col + 1] += start[col]
    total = start[cols]
    free = start[:-1].copy()
    keys = np.empty(total, np.int64)
    for row in range(len(length)):
        less = np.int64(limit) - price[row]
        first = spot(first_of[row])
        for arc in range(first, first + spot(length[row])):
            whose = spot(col_of[arc])
            at = spot(free[whose])
            free[whose] += 1
            keys[at] = ((less + cost[arc]) << 32) | np.int64(arc)
    whence = np.empty(total, np.int32)
    asks = np.empty(total, np.int32)
    row_of = np.empty(total, np.int32)
    for col in range(cols):
        begin = spot(start[col])
        mine = keys[begin : spot(start[col + 1])]
        few = len(mine) <= FEW
        if not few:
            mine.sort()
        for k in range(spot(len(mine))):
            to = begin + (rank(mine, mine[k]) if few else k)
            whence[to] = mine[k] & 0xFFFFFFFF
            asks[to] = mine[k] >> 32
            row_of[to] = graph.row[spot(whence[to])]
    return start, row_of, asks, whence


@inlined
def rank(keys: Longs, key: Whole) -> Whole:
    """How many of the keys are less: for a few dozen the fastest sort, for it has no branches."""
    less = spot(0)
    for other in keys:
        less += spot(other < key)
    return less


@compiled
def tighten(graph: Graph) -> None:
    """Full rows ask no more than what they hold costs them: the least `u` that proves the plan.

    Pricing a city's other pairs then finds only those that could truly better it.
    """
    start, length, need, got, _, u, _, col_of, cost, taken = graph[:10]
    v = graph.v
    for row in range(len(length)):
        if got[row] < need[row] or need[row] == 0:
            continue
        most = np.int64(UNSET)
        first = spot(start[row])
        for arc in range(first, first + spot(length[row])):
            if taken[arc] == 1:
                most = max(most, np.int64(cost[arc]) + v[spot(col_of[arc])])
        u[row] = most


@compiled
def adopt(graph: Graph, other: Graph, whence: Ints, limit: Whole) -> None:
    """Take over the plan and the prices found with the columns bidding."""
    u, v, price, taken = graph.u, graph.v, graph.price, other.taken
    graph.taken[:] = 0
    graph.used[:] = 0
    graph.got[:] = 0
    tighten(other)
    for row in range(len(other.v)):
        u[row] = price[row] - other.v[row]
    for col in range(len(other.u)):
        v[col] = limit - other.u[col] if graph.cap[col] > 0 else SHUT
    for at in range(len(whence)):
        if taken[at] == 1:
            take(graph, whence[at])


def solve(pairs: Pairs, more: Room = NO_ROOM, warm: Ints | None = None) -> tuple[Graph, Paper]:
    """The proven optimum of `pairs`, ready for repairs; of people the scarcer side bids.

    `warm`: prices of the columns from an earlier round; they save time and change no cost. Where
    the columns bid they are not used: from prices a little too high the way back is longer than
    from none (measured, twice the time).
    """
    graph, paper = build(pairs, more)
    if warm is not None:
        graph.v[: len(warm)] = np.clip(warm, 0, COST_LIMIT)
    plan(graph, paper, fresh=warm is None)
    return graph, paper


def steps_of_teams(price: Ints) -> Longs:
    """Price steps as fine as what is at stake: a team's price is fought over far longer."""
    mean = int(price.mean()) if len(price) else 0
    return np.array(
        [
            [max(mean // share, 1), fall, parts]
            for share, fall, parts in zip(SHARES, FALLS, PARTS, strict=True)
        ]
    )


def plan(graph: Graph, paper: Paper, fresh: bool = True) -> None:
    """The optimum of the graph as it now is; unless `fresh` its prices are a first guess."""
    places, heads = int(graph.cap.sum()), int(graph.need.sum())
    teams = places > 2 * int((graph.cap > 0).sum())
    if teams or heads <= places:
        steps, hope = STEPS_WARM, -1
        if fresh:
            steps = steps_of_teams(graph.price) if teams else STEPS
            hope = HOPE if places > AMPLE * heads else 0
        settle_all(graph, paper, all_rows(graph), steps, hope)
        return
    limit = int(graph.price.max(initial=0))
    start, row_of, cost_of, whence = turned(graph, limit)
    price = np.full(len(graph.cap), limit, np.int32)
    other, sheet = build(Pairs(start, row_of, cost_of, graph.cap, price, graph.need))
    settle_all(other, sheet, all_rows(other), STEPS, 0)
    adopt(graph, other, whence, limit)
    paper.tally[:] = sheet.tally
