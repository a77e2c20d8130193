"""Small days for the tests: random problems, and every plan of one by brute force."""

from __future__ import annotations

import itertools
from graphlib import CycleError, TopologicalSorter
from typing import Any

from hypothesis import strategies as st

from diandan.engine.routes.problem import Problem

SKILLS = ("a", "b")


@st.composite
def days(draw: st.DrawFn, *, windows: str = "soft", pairs: bool = True) -> dict[str, Any]:
    """Two or three carers, up to four tasks, small whole numbers, sometimes nobody able."""
    size = draw(st.integers(2, 4))
    number = st.integers(0, 20)
    travel = [[0 if a == b else draw(number) for b in range(size)] for a in range(size)]
    carers = [
        {
            "id": f"c{at}",
            "skills": draw(st.lists(st.sampled_from(SKILLS), min_size=1, unique=True)),
            "from": draw(st.integers(0, size - 1)),
            "shift": [draw(st.integers(0, 5)), draw(st.none() | st.integers(30, 80))],
        }
        for at in range(draw(st.integers(2, 3)))
    ]
    visits: list[dict[str, Any]] = []
    tasks = 0
    while tasks < 4 and len(visits) < draw(st.integers(1, 3)):
        two = pairs and tasks <= 2 and draw(st.booleans())
        opens = draw(st.integers(0, 40))
        least = draw(st.integers(0, 10))
        visits.append(
            {
                "id": f"v{len(visits)}",
                "place": draw(st.integers(0, size - 1)),
                "window": [opens, opens + draw(st.integers(0, 20))],
                "tasks": [
                    {"skill": draw(st.sampled_from(SKILLS)), "duration": draw(st.integers(1, 9))}
                    for _ in range(2 if two else 1)
                ],
                "sync": {"min": least, "max": least + draw(st.integers(0, 10))},
            }
        )
        tasks += 2 if two else 1
    return {
        "format": "diandan.problem",
        "version": 1,
        "kind": "routes",
        "windows": windows,
        "travel": travel,
        "carers": carers,
        "visits": visits,
        "weights": {"unmet": draw(st.sampled_from([3, 1000]))},
    }


def cheapest(problem: Problem) -> int:
    """The least objective of any plan, by trying every share-out and every order."""
    nodes = [(v, t) for v, visit in enumerate(problem.visits) for t in range(len(visit.tasks))]
    best = sum(visit.unmet_price for visit in problem.visits)
    who = [*range(len(problem.carers)), None]
    for share in itertools.product(who, repeat=len(nodes)):
        if not _allowed(problem, nodes, share):
            continue
        out = sum(
            problem.visits[v].unmet_price
            for (v, t), carer in zip(nodes, share, strict=True)
            if carer is None and t == 0
        )
        hands = [
            [node for node, carer in zip(nodes, share, strict=True) if carer == one]
            for one in range(len(problem.carers))
        ]
        for orders in itertools.product(*(list(itertools.permutations(h)) for h in hands)):
            value = _value(problem, orders)
            if value is not None:
                best = min(best, value + out)
    return best


def _allowed(problem: Problem, nodes: list[tuple[int, int]], share: Any) -> bool:
    taken: dict[int, list[Any]] = {}
    for (v, t), carer in zip(nodes, share, strict=True):
        taken.setdefault(v, []).append(carer)
        skill = problem.visits[v].tasks[t].skill
        if carer is not None and skill not in problem.carers[carer].skills:
            return False
    pairs = [both for both in taken.values() if len(both) == 2 and both != [None, None]]
    return all(None not in both and both[0] != both[1] for both in pairs)


def _value(problem: Problem, orders: Any) -> int | None:
    """Earliest starts by raising them until nothing changes; None when they never settle."""
    if _tangled(orders):
        return None
    starts = {node: problem.visits[node[0]].opens for order in orders for node in order}
    for _ in range(200):
        before = dict(starts)
        for carer, order in zip(problem.carers, orders, strict=True):
            here, free = carer.leaves, carer.since
            for node in order:
                visit = problem.visits[node[0]]
                free += problem.travel[here][visit.place]
                starts[node] = free = max(starts[node], free)
                here, free = visit.place, free + visit.tasks[node[1]].duration
        for v, visit in enumerate(problem.visits):
            if (v, 1) in starts:
                starts[v, 1] = max(starts[v, 1], starts[v, 0] + visit.gap[0])
                starts[v, 0] = max(starts[v, 0], starts[v, 1] - visit.gap[1])
        if starts == before:
            return _price(problem, orders, starts)
    return None


def _tangled(orders: Any) -> bool:
    """Do visits lie across each other? Such plans the search does not look at (see its README)."""
    order_of: TopologicalSorter[int] = TopologicalSorter()
    for order in orders:
        for (before, _), (after, _) in itertools.pairwise(order):
            order_of.add(after, before)
    try:
        order_of.prepare()
    except CycleError:
        return True
    return False


def _price(problem: Problem, orders: Any, starts: dict[tuple[int, int], int]) -> int | None:
    way = 0
    for carer, order in zip(problem.carers, orders, strict=True):
        here, free = carer.leaves, 0
        for node in order:
            visit = problem.visits[node[0]]
            way += problem.distance[here][visit.place]
            here, free = visit.place, starts[node] + visit.tasks[node[1]].duration
        if order:
            way += problem.distance[here][carer.returns]
            free += problem.travel[here][carer.returns]
            if carer.until is not None and free > carer.until:
                return None
    late = [max(0, at - problem.visits[v].shuts) for (v, _), at in starts.items()]
    if problem.strict and any(late):
        return None
    weights = problem.weights
    return (
        way * weights.distance
        + sum(late) * weights.total_tardiness
        + max(late, default=0) * weights.max_tardiness
    )
