"""大数求解: the same assignment with integers of any size, in plain Python.

For what the compiled core cannot hold (costs beyond 28 bits: imported problems with many
decimals). One cheapest path a head, prices kept so that reduced costs stay at or above zero.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

Arc = tuple[int, int]  # column, cost


@dataclass(slots=True)
class Sheet:
    """Rows want `need` columns each, at most `price` a head; columns take up to `cap` rows."""

    arcs: list[list[Arc]]
    need: list[int]
    price: list[int]
    cap: list[int]
    u: list[int] = field(default_factory=list)
    v: list[int] = field(default_factory=list)
    held: list[dict[int, int]] = field(default_factory=list)  # row → column → cost
    users: list[dict[int, int]] = field(default_factory=list)  # column → row → cost


def solve(sheet: Sheet) -> None:
    """Fill the sheet; optimal, with its prices, on return."""
    sheet.u = [
        min([price, *(cost for _, cost in row)])
        for row, price in zip(sheet.arcs, sheet.price, strict=True)
    ]
    sheet.v = [0] * len(sheet.cap)
    sheet.held = [{} for _ in sheet.need]
    sheet.users = [{} for _ in sheet.cap]
    for row, need in enumerate(sheet.need):
        while len(sheet.held[row]) < need and _augment(sheet, row):
            pass
        if len(sheet.held[row]) < need:
            sheet.u[row] = sheet.price[row]


@dataclass(slots=True)
class _Search:
    """Labels of one search: nodes are rows ≥ 0 and columns ~col < 0."""

    best: int
    end: int
    dist: dict[int, int] = field(default_factory=dict)
    via: dict[int, int] = field(default_factory=dict)
    done: dict[int, int] = field(default_factory=dict)
    heap: list[tuple[int, int]] = field(default_factory=list)

    def label(self, node: int, dist: int, via: int) -> None:
        """A better way to `node`, if it is one."""
        if dist < self.best and dist < self.dist.get(node, self.best):
            self.dist[node] = dist
            self.via[node] = via
            heapq.heappush(self.heap, (dist, node))


def _augment(sheet: Sheet, start: int) -> bool:
    """One more head for `start`, or proof that leaving it is cheapest."""
    search = _Search(sheet.price[start] - sheet.u[start], start)
    search.dist[start] = 0
    search.heap.append((0, start))
    while search.heap:
        dist, node = heapq.heappop(search.heap)
        if dist >= search.best:
            break
        if node in search.done:
            continue
        search.done[node] = dist
        if node < 0:
            _from_column(sheet, search, ~node, dist)
        else:
            _from_row(sheet, search, node, dist)
    for node, dist in search.done.items():
        if node < 0:
            sheet.v[~node] += search.best - dist
        else:
            sheet.u[node] += search.best - dist
    _flip(sheet, search, start)
    return search.end != start


def _from_row(sheet: Sheet, search: _Search, row: int, dist: int) -> None:
    base = dist - sheet.u[row]
    held = sheet.held[row]
    for col, cost in sheet.arcs[row]:
        to = base + cost + sheet.v[col]
        if to >= search.best or col in held:
            continue
        search.label(~col, to, row)
        if len(sheet.users[col]) < sheet.cap[col]:
            search.best, search.end = to, ~col


def _from_column(sheet: Sheet, search: _Search, col: int, dist: int) -> None:
    for row, cost in sheet.users[col].items():
        to = dist - (cost - sheet.u[row] + sheet.v[col])
        search.label(row, to, ~col)
        short = to + sheet.price[row] - sheet.u[row]
        if to < search.best and short < search.best:
            search.best, search.end = short, row


def _flip(sheet: Sheet, search: _Search, start: int) -> None:
    node = search.end
    while node != start:
        before = search.via[node]
        if node < 0:
            cost = dict(sheet.arcs[before])[~node]
            sheet.held[before][~node] = cost
            sheet.users[~node][before] = cost
        else:
            del sheet.held[node][~before]
            del sheet.users[~before][node]
        node = before
