"""PyVRP: the day's routes where no two carers meet and a window's end is a rule.

PyVRP knows windows only as rules and has no visit of two carers; where a problem has soft windows
or such visits, `fits` says no and our own search takes it.
"""

from __future__ import annotations

from typing import Any

from diandan.engine.routes.columns import (
    ABLE,
    EARLY,
    LASTS,
    LATE,
    NEVER,
    SINCE,
    UNMET_PRICE,
    UNTIL,
    Day,
)
from diandan.engine.routes.problem import Problem
from diandan.engine.routes.schedule import (
    CARER,
    FOLLOWS,
    ON_ROAD,
    PRECEDES,
    SUM_UNMET,
    SUM_WAY,
    Tour,
    empty_tour,
    timed,
)

LARGEST = 1 << 40  # PyVRP adds prices up in 64 bits


def fits(problem: Problem) -> bool:
    """Is the problem one PyVRP can state?"""
    dear = max((visit.unmet_price for visit in problem.visits), default=0)
    return (
        problem.strict
        and not problem.in_step
        and bool(problem.visits)
        and bool(problem.carers)
        and dear < LARGEST
    )


def by_pyvrp(day: Day, seconds: float, seed: int) -> Tour | None:
    """PyVRP's routes as a tour of ours, or None where it found none that hold."""
    from pyvrp import stop

    model = _stated(day)
    result = model.solve(stop.MaxRuntime(seconds), seed=seed, display=False)
    if not result.is_feasible():
        return None
    tour = empty_tour(day)
    for route in result.best.routes():
        before = day.size + int(route.vehicle_type())
        for node in _visited(route):
            _append(day, tour, node, before)
            before = node
    return tour if timed(day, tour, NEVER) == 0 else None


def _stated(day: Day) -> Any:
    """The problem in PyVRP's words: a place of its own for every node and for every gate."""
    from pyvrp import Model

    model = Model()
    rows = range(day.size + day.crew)
    places = [model.add_location(0, 0) for _ in rows]
    for node in range(day.size):
        early, late, lasts, prize = (
            int(day.node[node, column]) for column in (EARLY, LATE, LASTS, UNMET_PRICE)
        )
        model.add_client(
            places[node],
            service_duration=lasts,
            tw_early=early,
            tw_late=late,
            prize=prize,
            required=False,
        )
    for carer in range(day.crew):
        gate = day.size + carer
        profile = model.add_profile()
        depot = model.add_depot(places[gate])
        able = [node for node in range(day.size) if day.node[node, ABLE + carer] == 1]
        for one in [*able, gate]:
            for two in [*able, gate]:
                if one != two:
                    model.add_edge(
                        places[one],
                        places[two],
                        distance=int(day.way[one, two]),
                        duration=int(day.travel[one, two]),
                        profile=profile,
                    )
        until = int(day.node[gate, UNTIL])
        model.add_vehicle_type(
            1,
            start_depot=depot,
            end_depot=depot,
            tw_early=int(day.node[gate, SINCE]),
            profile=profile,
            tw_late=until,
        )
    return model


def _visited(route: Any) -> list[int]:
    """The nodes a PyVRP route visits, in order."""
    return [int(stop.idx) for stop in route if stop.is_client()]


def _append(day: Day, tour: Tour, node: int, before: int) -> None:
    """Put a node last in a route."""
    gate = int(tour.row[before, FOLLOWS])
    tour.row[before, FOLLOWS], tour.row[node, PRECEDES] = node, before
    tour.row[node, FOLLOWS], tour.row[gate, PRECEDES] = gate, node
    tour.row[node, CARER] = tour.row[before, CARER]
    tour.sums[SUM_WAY] += day.way[before, node] + day.way[node, gate] - day.way[before, gate]
    tour.sums[SUM_UNMET] -= day.node[node, UNMET_PRICE]
    tour.sums[ON_ROAD] += 1
