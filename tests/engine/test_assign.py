"""The exact assignment against judges that share nothing with it: OR-Tools and SciPy."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.graph.python import min_cost_flow

from diandan.engine.assign import cold, proof
from diandan.engine.assign.graph import Pairs


def draw(seed: int, rows: int, cols: int, dense: float, shape: str) -> Pairs:
    """A random problem: headcounts 0–4, capacities 0–3, ties on purpose (few distinct costs)."""
    rng = np.random.default_rng(seed)
    chosen = rng.random((rows, cols)) < dense
    spread = 12 if shape == "ties" else 10_000
    cost = rng.integers(0, spread, (rows, cols))
    start = np.concatenate([[0], np.cumsum(chosen.sum(1))]).astype(np.int64)
    col, of_arc = [], []
    for row in range(rows):
        mine = np.flatnonzero(chosen[row])
        mine = mine[np.argsort(cost[row, mine], kind="stable")]
        col.append(mine)
        of_arc.append(cost[row, mine])
    most = 1 if shape == "single" else 4
    return Pairs(
        start,
        np.concatenate(col).astype(np.int32) if rows else np.zeros(0, np.int32),
        np.concatenate(of_arc).astype(np.int32) if rows else np.zeros(0, np.int32),
        rng.integers(1 if shape == "single" else 0, most + 1, rows).astype(np.int32),
        rng.integers(1, spread + spread // 2 + 1, rows).astype(np.int32),
        rng.integers(0, 2 if shape == "single" else 4, cols).astype(np.int32),
    )


def by_flow(pairs: Pairs) -> int:
    """The least cost by OR-Tools' minimum-cost flow."""
    rows, cols = len(pairs.need), len(pairs.cap)
    flow = min_cost_flow.SimpleMinCostFlow()
    source, sink, spare = rows + cols, rows + cols + 1, rows + cols + 2
    of_row = np.repeat(np.arange(rows), np.diff(pairs.start))
    ones = np.ones(len(pairs.col), np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(of_row, rows + pairs.col, ones, pairs.cost)
    every = np.arange(rows)
    flow.add_arcs_with_capacity_and_unit_cost(
        np.full(rows, source), every, pairs.need, np.zeros(rows)
    )
    flow.add_arcs_with_capacity_and_unit_cost(every, np.full(rows, spare), pairs.need, pairs.price)
    flow.add_arcs_with_capacity_and_unit_cost(
        rows + np.arange(cols), np.full(cols, sink), pairs.cap, np.zeros(cols)
    )
    heads = int(pairs.need.sum())
    flow.add_arc_with_capacity_and_unit_cost(spare, sink, heads, 0)
    flow.set_node_supply(source, heads)
    flow.set_node_supply(sink, -heads)
    assert flow.solve() == flow.OPTIMAL
    return int(flow.optimal_cost())


@settings(max_examples=300, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(1, 24),
    cols=st.integers(1, 24),
    dense=st.floats(0.05, 1.0),
    shape=st.sampled_from(["wide", "ties", "single"]),
)
def test_the_plan_costs_what_min_cost_flow_says(
    seed: int, rows: int, cols: int, dense: float, shape: str
) -> None:
    pairs = draw(seed, rows, cols, dense, shape)
    graph, _ = cold.solve(pairs)
    assert proof.faults(graph) == 0
    assert proof.cost_of(graph) == proof.dual_cost(graph) == by_flow(pairs)
