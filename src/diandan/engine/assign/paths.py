"""增广路: one more head for a job, or a priced column handed on, each along one cheapest path.

`augment` searches from a row (Dijkstra on reduced costs, stopped at the first end that nothing
can beat); `release` searches backwards from a column that has room but still a price. Both leave
the certificate of `graph` intact, so any number of events can follow each other.
"""

from __future__ import annotations

import numpy as np

from diandan.engine.assign.graph import HEAP, PATHS, RELEASES, SCANS, TICK, UNSET, Graph, Paper
from diandan.engine.assign.heap import label, pop
from diandan.engine.compiled import Whole, compiled, inlined


@inlined
def take(graph: Graph, arc: Whole) -> None:
    """Put an arc into the plan."""
    col = graph.col[arc]
    graph.taken[arc] = 1
    graph.slot[graph.base[col] + graph.used[col]] = arc
    graph.used[col] += 1
    graph.got[graph.row[arc]] += 1


@inlined
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
    paper.tally[TICK] += 1
    paper.tally[HEAP] = 0
    tick = np.int32(paper.tally[TICK])
    label(paper, tick, node, 0, -1, True)
    return tick


@compiled
def augment(graph: Graph, paper: Paper, row: Whole) -> bool:
    """One more head for `row` along a cheapest path, which may end by leaving another row short.

    False when staying short is the cheapest: the row keeps what it has.
    """
    rows = len(graph.need)
    tick = begin(paper, row)
    best = np.int64(graph.price[row] - graph.u[row])
    end = np.int64(row)
    seen = 0
    while paper.tally[HEAP] > 0:
        dist = np.int64(paper.heap_key[0])
        if dist >= best:
            break
        node = np.int64(pop(paper))
        paper.seen[seen] = node
        seen += 1
        if node < rows:
            first = graph.start[node]
            base = dist - graph.u[node]
            for arc in range(first, first + graph.length[node]):
                if base + graph.cost[arc] >= best:
                    break
                col = graph.col[arc]
                to = base + graph.cost[arc] + graph.v[col]
                if to < best and graph.taken[arc] == 0:
                    free = graph.used[col] < graph.cap[col]
                    if label(paper, tick, rows + col, to, arc, not free) and free:
                        best = to
                        end = np.int64(rows + col)
        else:
            first = graph.base[node - rows]
            for at in range(first, first + graph.used[node - rows]):
                arc = graph.slot[at]
                other = graph.row[arc]
                to = dist - (graph.cost[arc] - graph.u[other] + graph.v[node - rows])
                if to < best and label(paper, tick, other, to, arc, True):
                    short = to + graph.price[other] - graph.u[other]
                    if short < best:
                        best = short
                        end = np.int64(other)
    reprice(graph, paper, seen, best, 1)
    flip_forward(graph, paper, row, end)
    return bool(end != row)


@inlined
def reprice(graph: Graph, paper: Paper, seen: Whole, best: Whole, sign: Whole) -> None:
    """Shift the prices of every node settled nearer than the path's end."""
    rows = len(graph.need)
    paper.tally[SCANS] += seen
    paper.tally[PATHS] += 1
    for at in range(seen):
        node = paper.seen[at]
        shift = sign * (best - paper.dist[node])
        if node < rows:
            graph.u[node] += shift
        else:
            graph.v[node - rows] += shift


@inlined
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
    first = graph.start[row]
    least = graph.price[row]
    for arc in range(first, first + graph.length[row]):
        if graph.taken[arc] == 0:
            least = min(least, graph.cost[arc] + graph.v[graph.col[arc]])
    graph.u[row] = max(least, graph.u[row])
    while graph.got[row] < graph.need[row] and augment(graph, paper, row):
        pass
    if graph.got[row] < graph.need[row]:
        graph.u[row] = graph.price[row]


@compiled
def link(graph: Graph) -> None:
    """(Re)build each column's list of arcs, which `release` and the repairs walk."""
    graph.head[:] = -1
    for row in range(len(graph.need)):
        first = graph.start[row]
        for arc in range(first, first + graph.length[row]):
            graph.after[arc] = graph.head[graph.col[arc]]
            graph.head[graph.col[arc]] = arc


@inlined
def lives(graph: Graph, arc: Whole) -> bool:
    """Whether the arc still belongs to its row (rows move and shrink; lists are not cleaned)."""
    at = arc - graph.start[graph.row[arc]]
    return bool(0 <= at < graph.length[graph.row[arc]])


@compiled
def release(graph: Graph, paper: Paper, col: Whole) -> None:
    """`col` has room but a price: hand it to whoever gains most, or let the price fall."""
    while graph.used[col] < graph.cap[col] and graph.v[col] > 0:
        hand_on(graph, paper, col)


@compiled
def hand_on(graph: Graph, paper: Paper, free: Whole) -> None:
    """One backward search from the free column, and the flip of its path."""
    rows = len(graph.need)
    source = np.int64(rows + free)
    tick = begin(paper, source)
    paper.tally[RELEASES] += 1
    best = np.int64(graph.v[free])
    end = source
    seen = 0
    while paper.tally[HEAP] > 0:
        dist = np.int64(paper.heap_key[0])
        if dist >= best:
            break
        node = np.int64(pop(paper))
        paper.seen[seen] = node
        seen += 1
        if node >= rows:
            base = dist + graph.v[node - rows]
            arc = graph.head[node - rows]
            while arc >= 0:
                row = graph.row[arc]
                to = base + graph.cost[arc] - graph.u[row]
                if to < best and graph.taken[arc] == 0 and lives(graph, arc):
                    better = label(paper, tick, row, to, arc, True)
                    if better and graph.got[row] < graph.need[row]:
                        best = to
                        end = np.int64(row)
                arc = graph.after[arc]
        else:
            first = graph.start[node]
            for arc in range(first, first + graph.length[node]):
                if graph.taken[arc] == 1:
                    col = graph.col[arc]
                    to = dist - (graph.cost[arc] - graph.u[node] + graph.v[col])
                    nearer = to < best and label(paper, tick, rows + col, to, arc, True)
                    if nearer and to + graph.v[col] < best:
                        best = to + graph.v[col]
                        end = np.int64(rows + col)
    reprice(graph, paper, seen, best, -1)
    flip_backward(graph, paper, source, end)


@inlined
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
