"""增广路: one more head for a job, or a priced column handed on, each along one cheapest path.

`augment` searches from a row (shortest paths on reduced costs, until nothing can beat the best end
met); `release` searches backwards from a column that has room but still a price. Both leave the
certificate of `graph` intact, so any number of events can follow each other.
"""

from __future__ import annotations

import numpy as np

from diandan.engine.assign.buckets import NONE, begin, empty, filled, label, put, take_out, wipe
from diandan.engine.assign.graph import (
    FAR,
    PATHS,
    RELEASES,
    SCANS,
    SOME,
    TRIES,
    Graph,
    Paper,
)
from diandan.engine.assign.lists import link as link  # to be called before the first repair
from diandan.engine.compiled import ONE, Ints, Whole, compiled, inlined, soon, spot

#: A search first looks this far, then so many times as far, until it meets an end.
NEAR, FARTHER = 512, 2
#: So many numbers come from memory at once.
LINE = spot(16)


@compiled
def take(graph: Graph, arc: Whole) -> None:
    """Put an arc into the plan."""
    col = graph.col[arc]
    row = graph.row[arc]
    at = graph.base[col] + graph.used[col]
    graph.taken[arc] = 1
    graph.slot[at] = arc
    graph.whose[at] = row
    graph.paid[at] = graph.cost[arc]
    graph.used[col] += 1
    graph.got[row] += 1


@compiled
def drop(graph: Graph, arc: Whole) -> None:
    """Take an arc out of the plan."""
    col = graph.col[arc]
    slot, whose, paid = graph.slot, graph.whose, graph.paid
    first = graph.base[col]
    last = first + graph.used[col] - 1
    for at in range(first, last):
        if slot[at] == arc:
            slot[at], whose[at], paid[at] = slot[last], whose[last], paid[last]
            break
    graph.taken[arc] = 0
    graph.used[col] -= 1
    graph.got[graph.row[arc]] -= 1


@compiled
def find(graph: Graph, row: Whole, col: Whole) -> Whole:
    """The row's arc to the column, −1 if it has none."""
    col_of = graph.col
    first = spot(graph.start[row])
    for arc in range(first, first + spot(graph.length[row])):
        if col_of[arc] == col:
            return np.int64(arc)
    return np.int64(NONE)


@compiled
def augment(graph: Graph, paper: Paper, row: Whole) -> bool:
    """One more head for `row` along a cheapest path, which may end by leaving another row short.

    False when staying short is the cheapest: the row keeps what it has. Looks near first: most
    paths are short, and what lies farther need not even be labelled.
    """
    worst = np.int64(graph.price[row]) - graph.u[row]
    reach = np.int64(NEAR)
    best, end, count = search_forward(graph, paper, row, min(worst, reach))
    while best >= reach and reach < worst:
        wipe(paper, count)
        reach *= FARTHER
        best, end, count = search_forward(graph, paper, row, min(worst, reach))
    reprice(graph, paper, count, best, 1)
    flip_forward(graph, paper, row, end)
    return bool(end != row)


@inlined
def both_soon(one: Whole, two: Whole, at: Whole) -> None:
    """Entries of two arrays that will be read together."""
    soon(one, at)
    soon(two, at)


@inlined
def promising(
    first: Whole, last: Whole, far: Whole, best: Whole, cost: Ints, to: Ints, price: Ints,
    dist: Ints, shift: Whole, some: Ints,
) -> Whole:  # fmt: skip
    """Which of these entries (into `some`) lead nearer than `best` and than is known; how many.

    No question inside, so the processor does several at a time.
    """
    found = spot(0)
    for at in range(first, last):
        other = spot(to[at])
        new = far + cost[at] + price[other]
        some[found] = at
        found += spot((new < best) & (new < dist[shift + other]))
    return found


@compiled
def search_forward(
    graph: Graph, paper: Paper, row: Whole, best: Whole
) -> tuple[Whole, Whole, Whole]:
    """From `row` to the cheapest end nearer than `best`: how far, which node, nodes labelled.

    Buckets hold rows only: a full column's holders are labelled as soon as it is.
    """
    start, length, _, _, price, u, _, col_of, cost, taken = graph[:10]
    cap, used, v, base, slot, whose, paid = graph[11:18]
    dist, via, ahead, behind, seen, some, tally = paper
    rows, end = spot(len(length)), spot(row)
    ends, bits, last_end = begin(dist, via, ahead, behind, seen, end, best)
    count = ONE
    bucket = ends
    while True:
        bucket = filled(ahead, bucket, last_end)
        if (np.int64(bucket - ends) << bits) >= best or spot(ahead[bucket]) == bucket:
            break
        node = spot(ahead[bucket])
        take_out(ahead, behind, node)
        tally[SCANS] += 1
        far: Whole = np.int64(dist[node]) - u[node]
        at = spot(start[node])
        last = at + spot(length[node])
        while at < last and far + cost[at] < best:
            stop = min(at + spot(SOME), last)
            found = promising(at, stop, far, best, cost, col_of, v, dist, rows, some)
            at = stop
            for k in range(found):
                arc = spot(some[k])
                col = spot(col_of[arc])
                to = far + cost[arc] + v[col]
                if to >= best or taken[arc] == 1:
                    continue
                count = label(dist, via, ahead, behind, seen, count, rows + col, to, arc)
                if used[col] < cap[col]:
                    best = to
                    end = rows + col
                    continue
                first = spot(base[col])
                for held in range(first, first + spot(used[col])):
                    other = spot(whose[held])
                    then = to - v[col] - paid[held] + u[other]
                    if then >= best or then >= dist[other]:
                        continue
                    by = spot(slot[held])
                    count = label(dist, via, ahead, behind, seen, count, other, then, by)
                    put(ahead, behind, ends + spot(then >> bits), other)
                    both_soon(cost, col_of, spot(start[other]))
                    both_soon(cost, col_of, spot(start[other]) + LINE)
                    if then + price[other] - u[other] < best:
                        best = then + price[other] - u[other]
                        end = other
    empty(ahead, behind, bucket, last_end)
    tally[TRIES] += 1
    return best, np.int64(end), np.int64(count)


@compiled
def reprice(graph: Graph, paper: Paper, count: Whole, best: Whole, sign: Whole) -> None:
    """Shift the prices of every node nearer than the path's end, and wipe the labels."""
    u, v = graph.u, graph.v
    dist, ahead, behind, seen = paper.dist, paper.ahead, paper.behind, paper.seen
    rows = spot(len(u))
    paper.tally[PATHS] += 1
    for at in range(spot(count)):
        node = spot(seen[at])
        shift = sign * max(best - dist[node], np.int64(0))
        if node < rows:
            u[node] += shift
        else:
            v[node - rows] += shift
        dist[node] = FAR
        ahead[node] = node
        behind[node] = node


@compiled
def flip_forward(graph: Graph, paper: Paper, row: Whole, end: Whole) -> None:
    rows = len(graph.need)
    node = end
    while node != row:
        arc = paper.via[node]
        if node >= rows:
            take(graph, arc)
            node = np.int64(graph.row[arc])
        else:
            drop(graph, arc)
            node = np.int64(rows + graph.col[arc])


@compiled
def fill(graph: Graph, paper: Paper, row: Whole) -> None:
    """Every head of `row` that is worth its price."""
    cost, col, taken, v = graph.cost, graph.col, graph.taken, graph.v
    first = spot(graph.start[row])
    least: Whole = np.int64(graph.price[row])
    for arc in range(first, first + spot(graph.length[row])):
        if cost[arc] >= least:
            break
        if taken[arc] == 0:
            least = min(least, np.int64(cost[arc]) + v[spot(col[arc])])
    graph.u[row] = max(least, graph.u[row])
    while graph.got[row] < graph.need[row] and augment(graph, paper, row):
        pass
    if graph.got[row] < graph.need[row]:
        graph.u[row] = graph.price[row]


@compiled
def release(graph: Graph, paper: Paper, col: Whole) -> None:
    """`col` has room but a price: hand it to whoever gains most, or let the price fall."""
    while graph.used[col] < graph.cap[col] and graph.v[col] > 0:
        hand_on(graph, paper, col)


@compiled
def hand_on(graph: Graph, paper: Paper, free: Whole) -> None:
    """One backward search from the free column, near first, and the flip of its path."""
    worst = np.int64(graph.v[free])
    reach = np.int64(NEAR)
    best, end, count = search_backward(graph, paper, free, min(worst, reach))
    while best >= reach and reach < worst:
        wipe(paper, count)
        reach *= FARTHER
        best, end, count = search_backward(graph, paper, free, min(worst, reach))
    paper.tally[RELEASES] += 1
    reprice(graph, paper, count, best, -1)
    flip_backward(graph, paper, np.int64(len(graph.need) + free), end)


@inlined
def holds(whose: Ints, first: Whole, last: Whole, row: Whole) -> bool:
    """Whether one of these slots is the row's."""
    mine = False
    for at in range(first, last):
        mine = mine or spot(whose[at]) == row
    return mine


@inlined
def wanting(
    first: Whole, last: Whole, far: Whole, best: Whole, asks: Ints, row_of: Ints, u: Ints,
    dist: Ints, some: Ints,
) -> Whole:  # fmt: skip
    """`promising` for a column's list."""
    found = spot(0)
    for at in range(first, last):
        row = spot(row_of[at])
        new = far + asks[at] - u[row]
        some[found] = at
        found += spot((new < best) & (new < dist[row]))
    return found


@compiled
def search_backward(
    graph: Graph, paper: Paper, free: Whole, best: Whole
) -> tuple[Whole, Whole, Whole]:
    """From the free column to whoever gains most by it, nearer than `best`."""
    start, _, need, got, _, u, _, col_of, cost, taken = graph[:10]
    _, used, v, base, _, whose, _ = graph[11:18]
    listed, size, _, row_of, asks, _ = graph.lists
    dist, via, ahead, behind, seen, some, tally = paper
    rows = spot(len(need))
    end = rows + spot(free)
    ends, bits, last_end = begin(dist, via, ahead, behind, seen, end, best)
    count = ONE
    bucket = ends
    while True:
        bucket = filled(ahead, bucket, last_end)
        if (np.int64(bucket - ends) << bits) >= best or spot(ahead[bucket]) == bucket:
            break
        node = spot(ahead[bucket])
        take_out(ahead, behind, node)
        tally[SCANS] += 1
        far: Whole = np.int64(dist[node])
        if node < rows:
            far += u[node]
            left = got[node]
            arc = spot(start[node])
            while left > 0:
                if taken[arc] == 1:
                    left -= 1
                    col = spot(col_of[arc])
                    to = far - cost[arc] - v[col]
                    if to < best and to < dist[rows + col]:
                        count = label(dist, via, ahead, behind, seen, count, rows + col, to, arc)
                        put(ahead, behind, ends + spot(to >> bits), rows + col)
                        both_soon(asks, row_of, spot(listed[col]))
                        if to + v[col] < best:
                            best, end = to + v[col], rows + col
                arc += ONE
            continue
        col = node - rows
        far += v[col]
        at, mine = spot(listed[col]), spot(base[col])
        last = at + spot(size[col])
        while at < last:
            stop = min(at + spot(SOME), last)
            found = wanting(at, stop, far, best, asks, row_of, u, dist, some)
            at = stop
            for k in range(found):
                row = spot(row_of[spot(some[k])])
                to = far + asks[spot(some[k])] - u[row]
                if to >= best or holds(whose, mine, mine + spot(used[col]), row):
                    continue
                count = label(dist, via, ahead, behind, seen, count, row, to, col)
                put(ahead, behind, ends + spot(to >> bits), row)
                both_soon(taken, col_of, spot(start[row]))
                if got[row] < need[row]:
                    best, end = to, row
    empty(ahead, behind, bucket, last_end)
    tally[TRIES] += 1
    return best, np.int64(end), np.int64(count)


@compiled
def flip_backward(graph: Graph, paper: Paper, source: Whole, end: Whole) -> None:
    """Each take waits for the drop that makes its room."""
    rows = len(graph.need)
    node = end
    waiting = np.int64(NONE)
    while node != source:
        if node >= rows:
            arc = np.int64(paper.via[node])
            drop(graph, arc)
            node = np.int64(graph.row[arc])
        else:
            if waiting >= 0:
                take(graph, waiting)
            col = np.int64(paper.via[node])
            waiting = find(graph, node, col)
            node = rows + col
    if waiting >= 0:
        take(graph, waiting)
