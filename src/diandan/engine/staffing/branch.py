"""分支定界: ties made whole by trying decisions, the most promising first, below a proven bound.

Every node is the relaxed model after some decisions; its cost bounds every plan that obeys them.
The search is the same for the same problem: it stops by counting nodes, unless seconds are given.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass

from diandan.engine.staffing.broken import Staff, branches, staff_of
from diandan.engine.staffing.offer import Cut, Model, Pair, Ties, cut_down
from diandan.engine.staffing.relax import Relaxed, prepare, relax

Cuts = tuple[Cut, ...]
Stop = Callable[[], bool]


@dataclass(slots=True)
class Found:
    """The best plan met so far (None: there is none) and what nothing can be cheaper than."""

    cost: int | None
    staff: Staff
    bound: int
    nodes: int


@dataclass(slots=True)
class _Node:
    cost: int
    cuts: Cuts
    relaxed: Relaxed
    children: list[Cuts]


def search(model: Model, ties: Ties, limit: int, stop: Stop, first: Cuts = ()) -> Found:
    """The cheapest plan that breaks no tie, within `limit` nodes; `first` holds throughout."""
    prepare(model)
    root = _node(model, ties, first)
    if root is None:
        return Found(None, {}, 0, 1)
    found = Found(None, {}, root.cost, 1)
    _dive(model, ties, root, found, cautious=True)
    _dive(model, ties, root, found, cautious=False)
    heap: list[tuple[int, int, _Node]] = [(root.cost, 0, root)]
    pushed = 0
    while heap:
        cost, _, node = heap[0]
        if found.cost is not None and cost >= found.cost:
            heap.clear()
            break
        if not node.children:
            _keep(found, node)
            continue
        if found.nodes >= limit or stop():
            break
        heapq.heappop(heap)
        for child in node.children:
            found.nodes += 1
            new = _node(model, ties, node.cuts + child)
            if new is None or (found.cost is not None and new.cost >= found.cost):
                continue
            if not new.children:
                _keep(found, new)
                continue
            pushed += 1
            heapq.heappush(heap, (new.cost, pushed, new))
    found.bound = _bound(found, heap)
    return found


def _bound(found: Found, heap: list[tuple[int, int, _Node]]) -> int:
    """What is still open could cost as little as its relaxation; nothing else could."""
    if heap:
        return heap[0][0] if found.cost is None else min(heap[0][0], found.cost)
    return found.bound if found.cost is None else found.cost


def _node(model: Model, ties: Ties, cuts: Cuts) -> _Node | None:
    small = cut_down(model, cuts)
    relaxed = None if small is None else relax(small)
    if relaxed is None:
        return None
    return _Node(relaxed.cost, cuts, relaxed, branches(model, ties, relaxed, forced_by(cuts)))


def forced_by(cuts: Cuts) -> set[Pair]:
    """The pairs that the decisions put into the plan."""
    return {(cut.job, cut.person) for cut in cuts if cut.kind == "force"}


def _keep(found: Found, node: _Node) -> None:
    if found.cost is None or node.cost < found.cost:
        found.cost = node.cost
        found.staff = staff_of(node.relaxed, forced_by(node.cuts))


def _dive(model: Model, ties: Ties, node: _Node, found: Found, *, cautious: bool) -> None:
    """Straight down to some whole plan: by the safest decision, or by the cheapest."""
    while node.children and (found.cost is None or node.cost < found.cost):
        new = None
        for child in node.children:
            found.nodes += 1
            tried = _node(model, ties, node.cuts + child)
            if tried is not None and (new is None or tried.cost < new.cost):
                new = tried
            if new is not None and cautious:
                break
        if new is None:
            return
        node = new
    if not node.children:
        _keep(found, node)
