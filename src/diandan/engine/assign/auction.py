"""竞价: rows bid for columns; the fast way to almost all of a plan and to good prices.

Bertsekas' auction with headcounts and capacities. With ``eps`` 0 (Jonker and Volgenant's
augmenting row reduction) it keeps the certificate and leaves ties for `paths.augment`; with
``eps`` > 0 only its prices are of use, and `forget` throws its plan away.
"""

from __future__ import annotations

import numpy as np

from diandan.engine.assign.graph import BIDS, SHUT, UNSET, Graph, Paper
from diandan.engine.compiled import ONE, Flags, Ints, Whole, compiled, inlined, spot

#: More than any bid.
ENDLESS = 1 << 30
#: An asking price and an arc in one number.
WIDE = 32
ARC = (1 << WIDE) - 1
#: Parts of a row's arcs.
ALL = 8
#: So many arcs are priced at once before the scan asks whether the next can matter.
AT_ONCE = np.uint64(8)


@inlined
def weakest(first: Whole, last: Whole, whose: Ints, paid: Ints, u: Ints) -> tuple[Whole, Whole]:
    """Of these slots the one whose row gives the column up most easily, and how keen it is."""
    worst = first
    least = np.int64(u[spot(whose[first])]) - paid[first]
    for at in range(first + ONE, last):
        keen = np.int64(u[spot(whose[at])]) - paid[at]
        if keen < least:
            least = keen
            worst = at
    return worst, least


@inlined
def two_best(
    first: Whole, last: Whole, cost: Ints, col: Ints, taken: Flags, v: Ints, price: Whole
) -> tuple[Whole, Whole, Whole]:
    """The cheapest open arc (−1: none below the row's price), its price, and the runner-up's.

    Price and arc are one number, and between two looks at the end no branch: the processor prices
    several arcs at a time.
    """
    none = np.int64(price) << WIDE
    best = none
    second = none
    at = first
    while at < last and np.int64(cost[at]) << WIDE < second:
        stop = min(at + AT_ONCE, last)
        for arc in range(at, stop):
            asks = np.int64(cost[arc]) + v[spot(col[arc])] + (np.int64(taken[arc]) << 29)
            key = (asks << WIDE) | np.int64(arc)
            second = min(second, max(best, key))
            best = min(best, key)
        at = stop
    if best == none:
        return np.int64(-1), np.int64(price), np.int64(price)
    return best & ARC, best >> WIDE, second >> WIDE


@compiled
def bid(
    graph: Graph, paper: Paper, rows: Ints, most: Whole, eps: Whole, parts: Whole = ALL
) -> Whole:
    """Let `rows` bid, at most `most` bids. How many rows still wait.

    `parts`: of each row so many eighths of the arcs, the cheapest, are looked at; for rough prices
    they suffice.
    """
    start, length, need, got, price, u, _, col_of, cost, taken = graph[:10]
    # arrays by name: a tuple's field costs a count each
    cap, used, v, base, slot, whose, paid = graph[11:18]
    stack = rows[::-1].copy()  # a stack: an evicted row's data is still near
    waits = np.zeros(len(need), np.uint8)
    waits[rows] = 1
    height = len(rows)
    bids = 0
    while height > 0 and bids < most:
        height -= 1
        row = spot(stack[spot(height)])
        waits[row] = 0
        first = spot(start[row])
        last = first + spot((np.int64(length[row]) * parts + ALL - 1) // ALL)
        while got[row] < need[row]:
            bids += 1
            chosen, best, second = two_best(first, last, cost, col_of, taken, v, price[row])
            if chosen < 0:
                u[row] = price[row]  # priced out: stays (partly) without
                break
            arc = spot(chosen)
            col = spot(col_of[arc])
            floor = spot(base[col])
            if used[col] == cap[col]:
                worst, now = weakest(floor, floor + spot(used[col]), whose, paid, u)
                loser = spot(whose[worst])
                if now > v[col]:
                    v[col] = now  # its holders have become keener: bid again
                    continue
                if second + eps == best:
                    u[row] = max(u[row], best)  # a tie: `augment` settles it
                    break
                used[col] -= 1
                taken[spot(slot[worst])] = 0
                behind = floor + spot(used[col])
                slot[worst], whose[worst], paid[worst] = slot[behind], whose[behind], paid[behind]
                got[loser] -= 1
                if waits[loser] == 0:
                    stack[spot(height)] = loser
                    height += 1
                    waits[loser] = 1
            u[row] = max(u[row], second + eps)
            taken[arc] = 1
            to = floor + spot(used[col])
            slot[to], whose[to], paid[to] = arc, row, cost[arc]
            used[col] += 1
            got[row] += 1
            if used[col] == cap[col]:
                _, now = weakest(floor, floor + spot(used[col]), whose, paid, u)
                v[col] = max(v[col], now)
    paper.tally[BIDS] += bids
    return height


@compiled
def forget(graph: Graph, rows: Ints, less: Whole) -> None:
    """Throw the plan away and keep the prices, each lower by `less`."""
    got, u, taken = graph.got, graph.u, graph.taken
    cap, used, v = graph.cap, graph.used, graph.v
    taken[:] = 0
    for row in rows:
        got[row] = 0
        u[row] = UNSET
    for col in range(len(cap)):
        used[col] = 0
        if cap[col] > 0:
            v[col] = max(0, v[col] - less)
        else:
            v[col] = SHUT


def all_rows(graph: Graph) -> Ints:
    """Every row of the graph, in order."""
    return np.arange(len(graph.need), dtype=np.int32)
