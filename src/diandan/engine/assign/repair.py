"""修补: one change at a time on a solved graph; after each the plan is again proven optimal.

A change touches one row or one column, frees what no longer holds, and lets `fill` and `release`
find the cheapest way back. Nothing is solved again: the cost is a few augmenting paths.
Needs the column lists of `lists.link`. An accepted pair is `pin`ned: it leaves the graph with its
head and its slot, so no later repair can move it.
"""

from __future__ import annotations

import numpy as np

from diandan.engine.assign.auction import weakest
from diandan.engine.assign.graph import SHUT, UNSET, Graph, Paper
from diandan.engine.assign.lists import enter, entry, strike, strike_row
from diandan.engine.assign.paths import drop, fill, find, holds, release
from diandan.engine.compiled import Ints, Whole, compiled, spot


@compiled
def let_go(graph: Graph, row: Whole, cols: Ints) -> Whole:
    """Take the row's arcs out of the plan; the freed columns go to `cols`. How many."""
    count = 0
    first = graph.start[row]
    for arc in range(first, first + graph.length[row]):
        if graph.taken[arc] == 1:
            cols[count] = graph.col[arc]
            count += 1
            drop(graph, arc)
    return count


@compiled
def place_again(graph: Graph, paper: Paper, row: Whole) -> None:
    """The row starts from nothing; what it leaves behind is handed on."""
    cols = np.empty(graph.got[row] + 1, np.int32)
    count = let_go(graph, row, cols)
    graph.u[row] = UNSET
    fill(graph, paper, row)
    for at in range(count):
        release(graph, paper, cols[at])


@compiled
def cancel(graph: Graph, paper: Paper, row: Whole) -> None:
    """The job is gone."""
    cols = np.empty(graph.got[row] + 1, np.int32)
    count = let_go(graph, row, cols)
    strike_row(graph, row)
    graph.need[row] = 0
    graph.length[row] = 0
    graph.u[row] = graph.price[row]
    for at in range(count):
        release(graph, paper, cols[at])


@compiled
def write(graph: Graph, row: Whole, arc: Whole, col: Whole, cost: Whole) -> None:
    """A fresh arc in the pool."""
    graph.row[arc] = row
    graph.col[arc] = col
    graph.cost[arc] = cost
    graph.taken[arc] = 0


@compiled
def add(
    graph: Graph,
    paper: Paper,
    row: Whole,
    at: Whole,
    cols: Ints,
    costs: Ints,
    need: Whole,
    price: Whole,
) -> None:
    """A new job in an empty row; its arcs (cheapest first) go into the pool from `at` on."""
    graph.start[row] = at
    graph.length[row] = len(cols)
    graph.need[row] = need
    graph.got[row] = 0
    graph.price[row] = price
    graph.u[row] = UNSET
    for k in range(len(cols)):
        write(graph, row, at + k, cols[k], costs[k])
        enter(graph, row, cols[k], costs[k])
    fill(graph, paper, row)


@compiled
def widen(graph: Graph, paper: Paper, row: Whole, at: Whole, cols: Ints, costs: Ints) -> None:
    """More candidates for a row: its arcs move to the pool from `at` on, the new among them."""
    held = np.empty(graph.got[row] + 1, np.int32)
    count = let_go(graph, row, held)
    first = graph.start[row]
    size = graph.length[row]
    old = 0
    new = 0
    for k in range(size + len(cols)):
        mine = old < size and (new == len(cols) or graph.cost[first + old] <= costs[new])
        if mine:
            write(graph, row, at + k, graph.col[first + old], graph.cost[first + old])
            old += 1
        else:
            write(graph, row, at + k, cols[new], costs[new])
            enter(graph, row, cols[new], costs[new])
            new += 1
    graph.start[row] = at
    graph.length[row] = size + len(cols)
    graph.u[row] = UNSET
    fill(graph, paper, row)
    for k in range(count):
        release(graph, paper, held[k])


@compiled
def set_capacity(graph: Graph, paper: Paper, col: Whole, cap: Whole) -> None:
    """A person withdraws (0) or returns, a team grows or shrinks, within the slots it was given.

    Its holders beyond the new capacity, those who value it least, are placed again.
    """
    rows = np.empty(graph.used[col] + 1, np.int32)
    count = 0
    graph.cap[col] = cap
    while graph.used[col] > cap:
        first = spot(graph.base[col])
        last = first + spot(graph.used[col])
        worst, _ = weakest(first, last, graph.whose, graph.paid, graph.u)
        rows[count] = graph.whose[worst]
        count += 1
        drop(graph, np.int64(graph.slot[worst]))
    if cap == 0:
        graph.v[col] = SHUT
    else:
        graph.v[col] = max(dearest_bid(graph, col), np.int64(0))
    for k in range(count):
        if graph.got[rows[k]] < graph.need[rows[k]]:
            fill(graph, paper, rows[k])
    if cap > 0:
        release(graph, paper, col)


@compiled
def dearest_bid(graph: Graph, col: Whole) -> Whole:
    """The least price at which no row outside would rather have the column; keeps a fair one."""
    u, whose = graph.u, graph.whose
    listed, size, _, row_of, cost, _ = graph.lists
    best = np.int64(0) if graph.v[col] == SHUT else np.int64(graph.v[col])
    mine = spot(graph.base[col])
    behind = mine + spot(graph.used[col])
    first = spot(listed[col])
    for at in range(first, first + spot(size[col])):
        row = spot(row_of[at])
        keen = np.int64(u[row]) - cost[at]
        if keen > best and not holds(whose, mine, behind, row):
            best = keen
    return best


@compiled
def shift(graph: Graph, arc: Whole, to: Whole) -> None:
    """The arc's place in its row is now `to`; whatever stood there must have gone."""
    col = graph.col[arc]
    graph.col[to] = col
    graph.cost[to] = graph.cost[arc]
    graph.taken[to] = graph.taken[arc]
    if graph.taken[arc] == 1:
        called(graph, col, arc, to)


@compiled
def called(graph: Graph, col: Whole, was: Whole, now: Whole) -> None:
    """In the column's slots the arc `was` is now `now`."""
    first = graph.base[col]
    for held in range(first, first + graph.used[col]):
        if graph.slot[held] == was:
            graph.slot[held] = now
            graph.paid[held] = graph.cost[now]
            break


@compiled
def set_cost(graph: Graph, paper: Paper, row: Whole, col: Whole, cost: Whole) -> bool:
    """One pair's cost changes. False when the row has no such arc."""
    arc = find(graph, row, col)
    if arc < 0:
        return False
    held = graph.taken[arc]
    reduced = np.int64(cost) - graph.u[row] + graph.v[col]
    broken = (held == 1 and reduced > 0) or (held == 0 and reduced < 0)
    first = graph.start[row]
    last = first + graph.length[row] - 1
    to = arc
    while to > first and graph.cost[to - 1] > cost:
        shift(graph, to - 1, to)
        to -= 1
    while to < last and graph.cost[to + 1] < cost:
        shift(graph, to + 1, to)
        to += 1
    graph.col[to], graph.cost[to], graph.taken[to] = col, cost, held
    graph.lists.cost[entry(graph, row, col)] = cost
    if held == 1:
        called(graph, col, arc, to)
    if broken:
        place_again(graph, paper, row)
    return True


@compiled
def forbid(graph: Graph, paper: Paper, row: Whole, col: Whole) -> bool:
    """A refusal: this pair is never again. False when the row has no such arc."""
    arc = find(graph, row, col)
    if arc < 0:
        return False
    held = graph.taken[arc] == 1
    if held:
        drop(graph, arc)
    remove(graph, row, arc)
    if held:
        place_again(graph, paper, row)
        release(graph, paper, col)
    return True


@compiled
def remove(graph: Graph, row: Whole, arc: Whole) -> None:
    """The row forgets the arc, and the column's list the row; the fewer arcs close up."""
    strike(graph, row, np.int64(graph.col[arc]))
    first = graph.start[row]
    last = first + graph.length[row] - 1
    if arc - first < last - arc:
        for at in range(arc, first, -1):
            shift(graph, at - 1, at)
        graph.start[row] += 1
    else:
        for at in range(arc, last):
            shift(graph, at + 1, at)
    graph.length[row] -= 1


@compiled
def pin(graph: Graph, row: Whole, col: Whole) -> bool:
    """An accepted pair leaves the graph with its head and its slot. False when not in the plan."""
    arc = find(graph, row, col)
    if arc < 0 or graph.taken[arc] == 0:
        return False
    drop(graph, arc)
    remove(graph, row, arc)
    graph.need[row] -= 1
    graph.cap[col] -= 1
    if graph.cap[col] == 0:
        graph.v[col] = SHUT
    if graph.need[row] == 0:
        strike_row(graph, row)
        graph.length[row] = 0
        graph.u[row] = graph.price[row]
    return True


@compiled
def set_price(graph: Graph, paper: Paper, row: Whole, price: Whole) -> None:
    """What leaving the job unmet costs changes, as its promise comes nearer."""
    lower = price < graph.price[row]
    graph.price[row] = price
    if graph.got[row] == graph.need[row] and graph.u[row] <= price:
        return
    if lower:
        place_again(graph, paper, row)
    else:
        fill(graph, paper, row)
