"""Repairs: after any string of changes the plan is proven, and costs what a fresh solve costs."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from diandan.engine.assign import cold, proof, repair
from diandan.engine.assign.graph import COST_LIMIT, Graph, Pairs, Room
from diandan.engine.assign.paths import link
from tests.engine.test_assign import draw

EVENTS = ("cancel", "add", "widen", "withdraw", "return", "cost", "forbid", "price", "pin")


def as_pairs(graph: Graph, cols: int) -> Pairs:
    """The graph's present problem, written out anew."""
    rows = len(graph.need)
    size = [int(graph.length[row]) for row in range(rows)]
    arcs = np.concatenate(
        [np.arange(graph.start[row], graph.start[row] + size[row]) for row in range(rows)]
    ).astype(np.int64)
    start = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    return Pairs(
        start,
        graph.col[arcs],
        graph.cost[arcs],
        graph.need.copy(),
        graph.price.copy(),
        graph.cap[:cols].copy(),
    )


class Day:
    """A solved graph to which things happen."""

    def __init__(self, seed: int, rows: int, cols: int, shape: str) -> None:
        self.rng = np.random.default_rng(seed)
        pairs = draw(seed, rows, cols, 0.5, shape)
        self.rows, self.cols = rows, cols
        self.most = pairs.cap.copy()
        self.graph, self.paper = cold.solve(pairs, Room(40, 40_000))
        link(self.graph)
        self.pool = len(pairs.col)

    def some(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        cols = self.rng.permutation(self.cols)[:count].astype(np.int32)
        cost = np.sort(self.rng.integers(0, 12, len(cols)).astype(np.int32))
        return cols, cost

    def happen(self, event: str) -> None:
        graph, paper, rng = self.graph, self.paper, self.rng
        row, col = int(rng.integers(self.rows)), int(rng.integers(self.cols))
        if event == "cancel":
            repair.cancel(graph, paper, row)
        elif event == "add" and self.rows < len(graph.need):
            cols, costs = self.some(int(rng.integers(1, 6)))
            need, price = int(rng.integers(1, 4)), int(rng.integers(1, 20))
            repair.add(graph, paper, self.rows, self.pool, cols, costs, need, price)
            self.pool += len(cols)
            self.rows += 1
        elif event == "widen":
            self.widen(row)
        elif event == "withdraw":
            self.most[col] = max(self.most[col], graph.cap[col])
            repair.set_capacity(graph, paper, col, 0)
        elif event == "return":
            repair.set_capacity(graph, paper, col, int(rng.integers(0, self.most[col] + 1)))
        elif event == "cost":
            repair.set_cost(graph, paper, row, col, int(rng.integers(0, 20)))
        elif event == "forbid":
            repair.forbid(graph, paper, row, col)
        elif event == "price":
            repair.set_price(graph, paper, row, int(rng.integers(1, 25)))
        elif event == "pin" and repair.pin(graph, row, col):
            self.most[col] -= 1

    def widen(self, row: int) -> None:
        graph = self.graph
        first = int(graph.start[row])
        known = set(graph.col[first : first + graph.length[row]].tolist())
        cols, costs = self.some(4)
        new = np.array([c not in known for c in cols], bool)
        if graph.need[row] == 0 or not new.any():
            return
        size = int(graph.length[row]) + int(new.sum())
        repair.widen(graph, self.paper, row, self.pool, cols[new], costs[new])
        self.pool += size


def judged(graph: Graph, cols: int) -> tuple[int, int]:
    fresh, _ = cold.solve(as_pairs(graph, cols))
    return proof.faults(graph), proof.cost_of(graph) - proof.cost_of(fresh)


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(1, 14),
    cols=st.integers(1, 14),
    shape=st.sampled_from(["ties", "single"]),
    events=st.lists(st.sampled_from(EVENTS), max_size=25),
)
def test_after_every_event_the_plan_is_proven(
    seed: int, rows: int, cols: int, shape: str, events: list[str]
) -> None:
    day = Day(seed, rows, cols, shape)
    for event in events:
        day.happen(event)
        assert proof.faults(day.graph) == 0, event
        assert judged(day.graph, cols) == (0, 0), event


def test_the_proof_sees_a_wrong_price_and_a_wrong_plan() -> None:
    day = Day(7, 12, 12, "ties")
    assert proof.faults(day.graph) == 0
    day.graph.u[0] += 1
    assert proof.faults(day.graph) > 0
    day.graph.u[0] -= 1
    arc = int(np.flatnonzero(day.graph.taken)[0])
    day.graph.cost[arc] = COST_LIMIT
    assert proof.faults(day.graph) > 0
