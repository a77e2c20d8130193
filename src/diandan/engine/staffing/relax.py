"""松弛: the model without ties, solved to its proven optimum with prices.

A person with load bands becomes one column a band; the compiled core does the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from diandan.engine.assign import cold
from diandan.engine.assign.graph import COST_LIMIT, Pairs
from diandan.engine.staffing import plain
from diandan.engine.staffing.offer import Model

Rows = list[list[tuple[int, int]]]


@dataclass(slots=True)
class Relaxed:
    """`holds`: job → [(person, band)]. `u`, `v`: prices of jobs, and of each band of a person."""

    cost: int
    holds: dict[int, list[tuple[int, int]]]
    u: dict[int, int] = field(default_factory=dict)
    v: dict[int, list[int]] = field(default_factory=dict)


@dataclass(slots=True)
class _Sheet:
    jobs: list[int]
    slots: list[tuple[int, int]]
    arcs: Rows  # row → (column, cost), cheapest first; costs are shifted to be ≥ 0
    need: list[int]
    price: list[int]
    cap: list[int]
    shift: list[int]


def relax(model: Model) -> Relaxed | None:
    """The cheapest plan of the model; None when a job that must be filled cannot be."""
    sheet = _sheet(model)
    if sheet is None:
        return None
    if max(sheet.price, default=0) < COST_LIMIT:
        taken, u, v = _by_core(sheet)
    else:
        taken, u, v = _by_plain(sheet)
    return _read(model, sheet, taken, u, v)


def _sheet(model: Model) -> _Sheet | None:
    jobs = sorted(model.need)
    slots = [
        (who, band)
        for who in sorted({person for row in model.cost.values() for person in row})
        for band, (count, _) in enumerate(model.bands[who])
        if count > 0
    ]
    of_person: dict[int, list[int]] = {}
    for col, (who, _) in enumerate(slots):
        of_person.setdefault(who, []).append(col)
    extra = [model.bands[who][band][1] for who, band in slots]
    sheet = _Sheet(jobs, slots, [], [], [], [model.bands[w][b][0] for w, b in slots], [])
    for job in jobs:
        if job in model.must and model.need[job] > len(model.cost[job]):
            return None
        row = [
            (col, cost + extra[col])
            for who, cost in model.cost[job].items()
            for col in of_person.get(who, ())
            if (job, who, slots[col][1]) not in model.shut
        ]
        shift = max(0, -min((cost for _, cost in row), default=0))
        if job not in model.must:
            row = [one for one in row if one[1] <= model.price[job]]
        sheet.arcs.append(sorted(((c, k + shift) for c, k in row), key=lambda a: (a[1], a[0])))
        sheet.need.append(model.need[job])
        sheet.price.append(model.price[job] + shift)
        sheet.shift.append(shift)
    _make_dear(model, sheet)
    return sheet


def _make_dear(model: Model, sheet: _Sheet) -> None:
    """A job that must be filled: leaving one head costs more than any plan does."""
    if not model.must:
        return
    dear = 1
    for at, job in enumerate(sheet.jobs):
        worst = max((cost for _, cost in sheet.arcs[at]), default=0)
        dear += sheet.need[at] * max(worst, 0 if job in model.must else sheet.price[at])
    for at, job in enumerate(sheet.jobs):
        if job in model.must:
            sheet.price[at] = dear


Prices = tuple[list[list[int]], list[int], list[int]]


def _by_core(sheet: _Sheet) -> Prices:
    start = np.zeros(len(sheet.arcs) + 1, np.int64)
    np.cumsum([len(row) for row in sheet.arcs], out=start[1:])
    flat = [arc for row in sheet.arcs for arc in row]
    graph, _ = cold.solve(
        Pairs(
            start,
            np.array([col for col, _ in flat], np.int32),
            np.array([cost for _, cost in flat], np.int32),
            np.array(sheet.need, np.int32),
            np.array(sheet.price, np.int32),
            np.array(sheet.cap, np.int32),
        )
    )
    taken: list[list[int]] = []
    for row, arcs in enumerate(sheet.arcs):
        first = int(start[row])
        taken.append([col for at, (col, _) in enumerate(arcs, first) if graph.taken[at]])
    # A job without takers leaves its price unset; it is worth its whole unmet price.
    u = [min(int(graph.u[row]), sheet.price[row]) for row in range(len(sheet.need))]
    for row, arcs in enumerate(sheet.arcs):
        if not arcs:
            u[row] = sheet.price[row]
    return taken, u, [int(value) for value in graph.v]


def _by_plain(sheet: _Sheet) -> Prices:
    full = plain.Sheet(sheet.arcs, sheet.need, sheet.price, sheet.cap)
    plain.solve(full)
    return [sorted(row) for row in full.held], full.u, full.v


def _read(
    model: Model, sheet: _Sheet, taken: list[list[int]], u: list[int], v: list[int]
) -> Relaxed | None:
    cost = model.constant
    holds: dict[int, list[tuple[int, int]]] = {}
    for row, job in enumerate(sheet.jobs):
        short = sheet.need[row] - len(taken[row])
        if short and job in model.must:
            return None
        of = dict(sheet.arcs[row])
        cost += sum(of[col] - sheet.shift[row] for col in taken[row])
        cost += short * model.price[job]
        holds[job] = [sheet.slots[col] for col in taken[row]]
    prices: dict[int, list[int]] = {who: [0] * len(model.bands[who]) for who, _ in sheet.slots}
    for col, (who, band) in enumerate(sheet.slots):
        prices[who][band] = v[col]
    jobs = {job: u[row] - sheet.shift[row] for row, job in enumerate(sheet.jobs)}
    return Relaxed(cost, holds, jobs, prices)
