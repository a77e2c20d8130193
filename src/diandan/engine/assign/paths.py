"""增广路: one more head for a job, or a priced column handed on, each along one cheapest path.

`augment` searches from a row (Dijkstra on reduced costs, stopped at the first end that nothing
can beat); `release` searches backwards from a column that has room but still a price. Both leave
the certificate of `graph` intact, so any number of events can follow each other.
"""

from __future__ import annotations

import numpy as np

from diandan.engine.assign.graph import HEAP, PATHS, RELEASES, SCANS, TICK, UNSET, Graph, Paper
from diandan.engine.assign.heap import pop, push
from diandan.engine.compiled import ONE, Ints, Longs, Whole, compiled, inlined, spot

#: A search first looks this far, then so many times as far, until it meets an end.
NEAR, FARTHER = 400, 4


@compiled
def take(graph: Graph, arc: Whole) -> None:
    """Put an arc into the plan."""
    col = graph.col[arc]
    graph.taken[arc] = 1
    graph.slot[graph.base[col] + graph.used[col]] = arc
    graph.used[col] += 1
    graph.got[graph.row[arc]] += 1


@compiled
def drop(graph: Graph, arc: Whole) -> None:
    """Take an arc out of the plan."""
    col = graph.col[arc]
    first = graph.base[col]
    last = graph.used[col] - 1
    for at in range(first, first + last):
        if graph.slot[at] == arc:
            graph.slot[at] = graph.slot[first + last]
            break
    graph.taken[arc] = 0
    graph.used[col] = last
    graph.got[graph.row[arc]] -= 1


@inlined
def begin(paper: Paper, node: Whole) -> Whole:
    """A fresh search from `node`; what it labels bears the returned tick."""
    node = spot(node)
    paper.tally[TICK] += 1
    paper.tally[HEAP] = 1
    tick = np.int32(paper.tally[TICK])
    paper.dist[node] = 0
    paper.via[node] = -1
    paper.stamp[node] = tick
    paper.heap_key[0] = 0
    paper.heap_node[0] = node
    paper.place[node] = 0
    return tick


@compiled
def augment(graph: Graph, paper: Paper, row: Whole) -> bool:
    """One more head for `row` along a cheapest path, which may end by leaving another row short.

    False when staying short is the cheapest: the row keeps what it has. Looks near first: most
    paths are short, and what lies farther need not even be put on the heap.
    """
    worst = np.int64(graph.price[row]) - graph.u[row]
    reach = np.int64(NEAR)
    best, end, count = search_forward(graph, paper, row, min(worst, reach))
    while best >= reach and reach < worst:
        reach *= FARTHER
        best, end, count = search_forward(graph, paper, row, min(worst, reach))
    reprice(graph, paper, count, best, 1)
    flip_forward(graph, paper, row, end)
    return bool(end != row)


@compiled
def search_forward(
    graph: Graph, paper: Paper, row: Whole, best: Whole
) -> tuple[Whole, Whole, Whole]:
    """From `row` to the cheapest end nearer than `best`: how far, which node, nodes settled."""
    start, length, _, _, price, u, row_of, col_of, cost, taken = graph[:10]
    cap, used, v, base, slot = graph[11:16]
    dist, via, stamp, keys, nodes, place, seen, tally = paper
    rows = spot(len(length))
    tick = begin(paper, row)
    end = spot(row)
    count = spot(0)
    while tally[HEAP] > 0 and keys[0] < best:
        far: Whole = np.int64(keys[0])
        node = pop(keys, nodes, place, tally)
        seen[count] = node
        count += ONE
        if node < rows:
            first = spot(start[node])
            far -= u[node]
            for arc in range(first, first + spot(length[node])):
                if far + cost[arc] >= best:
                    break
                col = spot(col_of[arc])
                to = far + cost[arc] + v[col]
                if to >= best or taken[arc] == 1:
                    continue
                known = stamp[rows + col] == tick
                if not known or to < dist[rows + col]:
                    stamp[rows + col] = tick
                    dist[rows + col] = to
                    via[rows + col] = arc
                    if used[col] < cap[col]:
                        best = to
                        end = rows + col
                    else:
                        push(keys, nodes, place, tally, rows + col, to, known)
        else:
            full = node - rows
            first = spot(base[full])
            far -= v[full]
            for at in range(first, first + spot(used[full])):
                held = spot(slot[at])
                other = spot(row_of[held])
                to = far - cost[held] + u[other]
                known = stamp[other] == tick
                if to < best and (not known or to < dist[other]):
                    stamp[other] = tick
                    dist[other] = to
                    via[other] = held
                    push(keys, nodes, place, tally, other, to, known)
                    if to + price[other] - u[other] < best:
                        best = to + price[other] - u[other]
                        end = other
    return best, np.int64(end), np.int64(count)


@compiled
def reprice(graph: Graph, paper: Paper, count: Whole, best: Whole, sign: Whole) -> None:
    """Shift the prices of every node settled nearer than the path's end."""
    u, v, dist, seen = graph.u, graph.v, paper.dist, paper.seen
    rows = spot(len(u))
    paper.tally[SCANS] += count
    paper.tally[PATHS] += 1
    for at in range(spot(count)):
        node = spot(seen[at])
        shift = sign * (best - dist[node])
        if node < rows:
            u[node] += shift
        else:
            v[node - rows] += shift


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
def link(graph: Graph) -> None:
    """(Re)build each column's list of arcs, which `release` and the repairs walk."""
    start, length, col_of, after, head = (
        graph.start, graph.length, graph.col, graph.after, graph.head,
    )  # fmt: skip
    head[:] = -1
    for row in range(len(length)):
        first = spot(start[row])
        for arc in range(first, first + spot(length[row])):
            col = spot(col_of[arc])
            after[arc] = head[col]
            head[col] = arc


@inlined
def lives(start: Longs, length: Ints, row: Whole, arc: Whole) -> bool:
    """Whether the arc still belongs to its row (rows move and shrink; lists are not cleaned)."""
    return bool(0 <= np.int64(arc) - start[row] < length[row])


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
        reach *= FARTHER
        best, end, count = search_backward(graph, paper, free, min(worst, reach))
    paper.tally[RELEASES] += 1
    reprice(graph, paper, count, best, -1)
    flip_backward(graph, paper, np.int64(len(graph.need) + free), end)


@compiled
def search_backward(
    graph: Graph, paper: Paper, free: Whole, best: Whole
) -> tuple[Whole, Whole, Whole]:
    """From the free column to whoever gains most by it, nearer than `best`."""
    start, length, need, got, _, u, row_of, col_of, cost, taken, after = graph[:11]
    v, head = graph.v, graph.head
    dist, via, stamp, keys, nodes, place, seen, tally = paper
    rows = spot(len(need))
    source = rows + spot(free)
    tick = begin(paper, source)
    end = source
    count = spot(0)
    while tally[HEAP] > 0 and keys[0] < best:
        far: Whole = np.int64(keys[0])
        node = pop(keys, nodes, place, tally)
        seen[count] = node
        count += ONE
        if node >= rows:
            far += v[node - rows]
            follow = head[node - rows]
            while follow >= 0:
                listed = spot(follow)
                row = spot(row_of[listed])
                to = far + cost[listed] - u[row]
                known = stamp[row] == tick
                better = to < best and taken[listed] == 0 and (not known or to < dist[row])
                if better and lives(start, length, row, listed):
                    stamp[row] = tick
                    dist[row] = to
                    via[row] = listed
                    push(keys, nodes, place, tally, row, to, known)
                    if got[row] < need[row]:
                        best = to
                        end = row
                follow = after[listed]
        else:
            far += u[node]
            first = spot(start[node])
            for arc in range(first, first + spot(length[node])):
                if taken[arc] == 0:
                    continue
                col = spot(col_of[arc])
                to = far - cost[arc] - v[col]
                known = stamp[rows + col] == tick
                if to < best and (not known or to < dist[rows + col]):
                    stamp[rows + col] = tick
                    dist[rows + col] = to
                    via[rows + col] = arc
                    push(keys, nodes, place, tally, rows + col, to, known)
                    if to + v[col] < best:
                        best = to + v[col]
                        end = rows + col
    return best, np.int64(end), np.int64(count)


@compiled
def flip_backward(graph: Graph, paper: Paper, source: Whole, end: Whole) -> None:
    """Each take waits for the drop that makes its room."""
    rows = len(graph.need)
    node = end
    waiting = np.int64(UNSET)
    while node != source:
        arc = np.int64(paper.via[node])
        if node >= rows:
            drop(graph, arc)
            node = np.int64(graph.row[arc])
        else:
            if waiting >= 0:
                take(graph, waiting)
            waiting = arc
            node = np.int64(rows + graph.col[arc])
    if waiting >= 0:
        take(graph, waiting)
