"""松弛: the model without ties, solved to its proven optimum with prices.

A person with load bands becomes one column a band; the compiled core does the rest. A job's
arcs are laid out once and shared by every model in which that job's row is the same, since a
search solves hundreds of models that differ in a pair or two.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

import numpy as np

from diandan.engine.assign import cold
from diandan.engine.assign.graph import COST_LIMIT, Pairs
from diandan.engine.staffing import plain
from diandan.engine.staffing.offer import Model, Row


@dataclass(slots=True)
class Relaxed:
    """`holds`: job → [(person, band)]. `u`, `v`: prices of jobs, and of each band of a person."""

    cost: int
    holds: dict[int, list[tuple[int, int]]]
    u: dict[int, int] = field(default_factory=dict)
    v: dict[int, list[int]] = field(default_factory=dict)


@dataclass(slots=True)
class _Sheet:
    """`kept`: how many of a row's arcs, cheapest first, can be in an optimum at all."""

    jobs: list[int]
    rows: list[Row]
    kept: list[int]
    need: list[int]
    price: list[int]
    cap: list[int]


def relax(model: Model) -> Relaxed | None:
    """The cheapest plan of the model; None when a job that must be filled cannot be."""
    jobs = sorted(model.need)
    if any(job in model.must and model.need[job] > len(model.cost[job]) for job in jobs):
        return None
    rows = [_row(model, job) for job in jobs]
    sheet = _Sheet(jobs, rows, [], [model.need[job] for job in jobs], [], [])
    # One more than can ever be used says the same as any more, and keeps the arrays short.
    sheet.cap = [min(model.bands[who][band][0], len(jobs) + 1) for who, band in model.slots]
    for job, row in zip(jobs, rows, strict=True):
        price = model.price[job] + row.shift
        sheet.price.append(price)
        sheet.kept.append(len(row.costs) if job in model.must else bisect_right(row.costs, price))
    _make_dear(model, sheet)
    if max(sheet.price, default=0) < COST_LIMIT:
        taken, u, v = _by_core(sheet)
    else:
        taken, u, v = _by_plain(sheet)
    return _read(model, sheet, taken, u, v)


def prepare(model: Model) -> None:
    """Lay out every row once, for all the models that will be cut from this one."""
    for job in model.need:
        _row(model, job)


def _row(model: Model, job: int) -> Row:
    """The job's arcs, cheapest first, costs shifted to be no less than zero."""
    known = model.ready.get(job)
    if known is not None:
        return known
    found = sorted(
        (cost + model.bands[who][band][1], col)
        for who, cost in model.cost[job].items()
        for band, col in enumerate(model.columns(who))
        if (job, who, band) not in model.shut
    )
    shift = max(0, -found[0][0]) if found else 0
    costs = [cost + shift for cost, _ in found]
    row = Row(
        costs,
        np.array([col for _, col in found], np.int32),
        np.array([min(cost, COST_LIMIT) for cost in costs], np.int32),
        shift,
    )
    model.ready[job] = row
    return row


def _make_dear(model: Model, sheet: _Sheet) -> None:
    """A job that must be filled: leaving one head costs more than any plan does."""
    if not model.must:
        return
    dear = 1
    for at, job in enumerate(sheet.jobs):
        kept = sheet.kept[at]
        worst = sheet.rows[at].costs[kept - 1] if kept else 0
        dear += sheet.need[at] * max(worst, 0 if job in model.must else sheet.price[at])
    for at, job in enumerate(sheet.jobs):
        if job in model.must:
            sheet.price[at] = dear


#: Row → places of its arcs in the plan; prices of rows; prices of columns.
Prices = tuple[list[list[int]], list[int], list[int]]


def _by_core(sheet: _Sheet) -> Prices:
    start = np.zeros(len(sheet.rows) + 1, np.int64)
    np.cumsum(sheet.kept, out=start[1:])
    none = [np.zeros(0, np.int32)]
    pieces = list(zip(sheet.rows, sheet.kept, strict=True))
    graph, _ = cold.solve(
        Pairs(
            start,
            np.concatenate(none + [row.cols[:kept] for row, kept in pieces]),
            np.concatenate(none + [row.short[:kept] for row, kept in pieces]),
            np.array(sheet.need, np.int32),
            np.array(sheet.price, np.int32),
            np.array(sheet.cap, np.int32),
        )
    )
    taken: list[list[int]] = [[] for _ in sheet.rows]
    arcs = np.flatnonzero(graph.taken[: int(start[-1])])
    for row, arc in zip(np.searchsorted(start, arcs, "right") - 1, arcs, strict=True):
        taken[int(row)].append(int(arc - start[row]))
    # A job without takers leaves its price unset; it is worth its whole unmet price.
    u = [
        min(value, price) if kept else price
        for value, price, kept in zip(graph.u.tolist(), sheet.price, sheet.kept, strict=True)
    ]
    return taken, u, graph.v.tolist()


def _by_plain(sheet: _Sheet) -> Prices:
    arcs = [
        list(zip(row.cols[:kept].tolist(), row.costs[:kept], strict=True))
        for row, kept in zip(sheet.rows, sheet.kept, strict=True)
    ]
    full = plain.Sheet(arcs, sheet.need, sheet.price, sheet.cap)
    plain.solve(full)
    taken = [
        [at for at, (col, _) in enumerate(row) if col in held]
        for row, held in zip(arcs, full.held, strict=True)
    ]
    return taken, full.u, full.v


def _read(
    model: Model, sheet: _Sheet, taken: list[list[int]], u: list[int], v: list[int]
) -> Relaxed | None:
    cost = model.constant
    holds: dict[int, list[tuple[int, int]]] = {}
    for at, job in enumerate(sheet.jobs):
        row, mine = sheet.rows[at], taken[at]
        short = sheet.need[at] - len(mine)
        if short and job in model.must:
            return None
        cost += sum(row.costs[arc] for arc in mine) - row.shift * len(mine)
        cost += short * model.price[job]
        holds[job] = [model.slots[int(row.cols[arc])] for arc in mine]
    prices: dict[int, list[int]] = {who: [0] * len(model.bands[who]) for who, _ in model.slots}
    for col, (who, band) in enumerate(model.slots):
        prices[who][band] = v[col]
    jobs = {job: u[at] - sheet.rows[at].shift for at, job in enumerate(sheet.jobs)}
    return Relaxed(cost, holds, jobs, prices)
