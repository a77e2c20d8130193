"""出行单: the routes found, as a document people and programs can read."""

from __future__ import annotations

from typing import Any

import numpy as np

from diandan.engine.routes.columns import ABLE, MATE, SINCE, Day
from diandan.engine.routes.problem import Problem
from diandan.engine.routes.schedule import (
    CARER,
    FOLLOWS,
    START,
    SUM_LATE,
    SUM_UNMET,
    SUM_WAY,
    Tour,
    timed,
)

FORMAT = "diandan.plan"
VERSION = 1
NO_LIMIT = 1 << 60


def write(
    problem: Problem, day: Day, tour: Tour, floor: int, how: dict[str, Any]
) -> dict[str, Any]:
    """The plan of a tour; `floor` is a proven lower bound of the objective."""
    late = int(timed(day, tour, NO_LIMIT))
    if late < 0:
        raise AssertionError("the search handed over routes that cannot be timed")
    names = [(visit, at) for visit in problem.visits for at in range(len(visit.tasks))]
    objective = int(tour.sums[SUM_WAY] + tour.sums[SUM_LATE] + tour.sums[SUM_UNMET])
    out = [
        {"visit": visit.key, "why": _why(day, node)}
        for node, (visit, at) in enumerate(names)
        if at == 0 and tour.row[node, CARER] == day.crew
    ]
    return {
        "format": FORMAT,
        "version": VERSION,
        "kind": "routes",
        "name": problem.name,
        "how": how,
        "routes": [_route(problem, day, tour, names, at) for at in range(day.crew)],
        "left_out": out,
        "objective": objective,
        "lateness": late,
        "source_value": objective / problem.value_scale,
        "matched": len(problem.visits) - len(out),
        "unmet": len(out),
        "optimal": objective <= floor,
        "bound": floor / problem.value_scale,
    }


def _route(
    problem: Problem, day: Day, tour: Tour, names: list[tuple[Any, int]], carer: int
) -> dict[str, Any]:
    """One carer's day: when she leaves at the latest, each stop, when she is back."""
    gate = day.size + carer
    stops: list[dict[str, Any]] = []
    node, before, free = int(tour.row[gate, FOLLOWS]), gate, int(day.node[gate, SINCE])
    leaves_at = free
    while node < day.size:
        visit, at = names[node]
        way = int(day.travel[before, node])
        start = int(tour.row[node, START])
        if before == gate:
            leaves_at = start - way
        end = start + visit.tasks[at].duration
        stops.append(
            {
                "visit": visit.key,
                "task": at,
                "skill": visit.tasks[at].skill,
                "arrival": start if before == gate else free + way,
                "start": start,
                "end": end,
            }
        )
        before, free, node = node, end, int(tour.row[node, FOLLOWS])
    back = free + int(day.travel[before, gate]) if stops else free
    return {
        "carer": problem.carers[carer].key,
        "leaves_at": leaves_at,
        "stops": stops,
        "back_at": back,
    }


def _why(day: Day, node: int) -> str:
    """Why a visit was left out, as far as it can be said of the visit alone."""
    mate = int(day.node[node, MATE])
    tasks = [node] if mate < 0 else [node, mate]
    if any(not day.node[one, ABLE:].any() for one in tasks):
        return "没有人会这项服务"
    if mate >= 0:
        both = np.flatnonzero(day.node[tasks, ABLE:].any(axis=0))
        if len(both) < len(tasks):
            return "需要两个人,会的只有一个"
    return "在班次与时间之内排不进"
