"""列的名册: for each column the rows that list it and at what cost, side by side.

What `release` and the repairs walk from a column to those who want it. An entry names the row, not
the arc, so arcs may move inside their row and no list need hear of it. A list that outgrows its
room moves to the end of the space; when the space is at an end all are written anew.
"""

from __future__ import annotations

import numpy as np

from diandan.engine.assign.graph import Graph
from diandan.engine.compiled import ONE, Ints, Whole, compiled, spot

#: A list has room for so much of itself again, and a little.
SPARE, LITTLE = 8, 2


@compiled
def link(graph: Graph) -> None:
    """(Re)write every column's list; a row's arcs must all be in the graph."""
    start, length, col_of, cost_of = graph.start, graph.length, graph.col, graph.cost
    first, size, room, row_of, cost, end = graph.lists
    size[:] = 0
    for row in range(len(length)):
        begin = spot(start[row])
        for arc in range(begin, begin + spot(length[row])):
            size[spot(col_of[arc])] += 1
    at = np.int64(0)
    for col in range(len(size)):
        first[col] = at
        room[col] = size[col] + size[col] // SPARE + LITTLE
        at += room[col]
        size[col] = 0
    end[0] = at
    for row in range(len(length)):
        begin = spot(start[row])
        for arc in range(begin, begin + spot(length[row])):
            whose = spot(col_of[arc])
            to = spot(first[whose]) + spot(size[whose])
            size[whose] += 1
            row_of[to] = row
            cost[to] = cost_of[arc]


@compiled
def enter(graph: Graph, row: Whole, col: Whole, costs: Whole) -> None:
    """The row lists the column from now on."""
    first, size, room, row_of, cost, end = graph.lists
    if size[col] == room[col]:
        wanted = 2 * np.int64(size[col]) + LITTLE
        if end[0] + wanted > len(row_of):
            close_up(graph)
        if end[0] + wanted <= len(row_of):
            move(graph, col, wanted)
    to = first[col] + size[col]
    size[col] += 1
    row_of[to] = row
    cost[to] = costs


@compiled
def move(graph: Graph, col: Whole, wanted: Whole) -> None:
    """The list goes to the end of the space, with that much room."""
    first, size, room, row_of, cost, end = graph.lists
    for k in range(size[col]):
        row_of[end[0] + k] = row_of[first[col] + k]
        cost[end[0] + k] = cost[first[col] + k]
    first[col] = end[0]
    room[col] = wanted
    end[0] += wanted


@compiled
def close_up(graph: Graph) -> None:
    """All lists side by side again, each with a little room: twice the arcs always suffice."""
    first, size, room, row_of, cost, end = graph.lists
    rows, costs = row_of.copy(), cost.copy()
    at = np.int64(0)
    for col in range(len(size)):
        for k in range(size[col]):
            row_of[at + k] = rows[first[col] + k]
            cost[at + k] = costs[first[col] + k]
        first[col] = at
        room[col] = size[col] + LITTLE
        at += room[col]
    end[0] = at


@compiled
def entry(graph: Graph, row: Whole, col: Whole) -> Whole:
    """Where the row stands in the column's list."""
    at = spot(graph.lists.first[col])
    while graph.lists.row[at] != row:
        at += ONE
    return at


@compiled
def strike(graph: Graph, row: Whole, col: Whole) -> None:
    """The row lists the column no longer; the last of the list takes its place."""
    at = entry(graph, row, col)
    graph.lists.size[col] -= 1
    last = graph.lists.first[col] + graph.lists.size[col]
    graph.lists.row[at] = graph.lists.row[last]
    graph.lists.cost[at] = graph.lists.cost[last]


@compiled
def strike_row(graph: Graph, row: Whole) -> None:
    """The row leaves every list it is in."""
    col: Ints = graph.col
    first = graph.start[row]
    for arc in range(first, first + graph.length[row]):
        strike(graph, row, np.int64(col[arc]))
