"""裁判: the same graph solved by others, each in a process of its own.

    python -m bench.dispatch.judges NAME GRAPH.npz REPEATS

prints one JSON line: the least cost it found, and its seconds (median; its own solve only, what it
takes to hand the graph over apart). Whoever runs it stops it when it takes too long.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import numpy as np

from diandan.engine.assign import cold, proof
from diandan.engine.assign.graph import Pairs
from diandan.engine.compiled import Ints, compiled

#: Cost, seconds to hand the graph over, seconds to solve.
Verdict = tuple[int, float, float]
clock = time.process_time


def load(path: str) -> Pairs:
    """A graph as `run` wrote it."""
    with np.load(path) as kept:
        return Pairs(*(kept[name] for name in Pairs._fields))


def rows_of(pairs: Pairs) -> Ints:
    """Arc → its row."""
    return np.repeat(np.arange(len(pairs.need), dtype=np.int32), np.diff(pairs.start))


def ours(pairs: Pairs) -> Verdict:
    """`assign.cold`, from the plain arrays to the proven plan."""
    began = clock()
    graph, _ = cold.solve(pairs)
    spent = clock() - began
    assert proof.faults(graph) == 0
    return int(proof.cost_of(graph)), 0.0, spent


def flow(pairs: Pairs, folded: bool) -> Verdict:
    """OR-Tools' minimum-cost flow; `folded`: a column in one row's list only needs no node."""
    from ortools.graph.python import min_cost_flow

    rows, cols, row = len(pairs.need), len(pairs.cap), rows_of(pairs)
    lists = np.bincount(pairs.col, minlength=cols)
    alone = (lists[pairs.col] == 1) & folded
    shared = np.flatnonzero((lists > 1) | (not folded))
    node = np.zeros(cols, np.int64)
    node[shared] = rows + np.arange(len(shared))
    sink = rows + len(shared)
    began = clock()
    network = min_cost_flow.SimpleMinCostFlow()
    add = network.add_arcs_with_capacity_and_unit_cost
    one = np.ones(len(row), np.int64)
    add(row[~alone], node[pairs.col[~alone]], one[~alone], pairs.cost[~alone])
    if alone.any():
        fits = np.minimum(pairs.cap[pairs.col[alone]], 1)
        add(row[alone], np.full(alone.sum(), sink), fits, pairs.cost[alone])
    add(np.arange(rows), np.full(rows, sink), pairs.need, pairs.price)
    add(node[shared], np.full(len(shared), sink), pairs.cap[shared], np.zeros(len(shared)))
    network.set_nodes_supplies(np.arange(rows), pairs.need)
    network.set_node_supply(sink, -int(pairs.need.sum()))
    handed = clock()
    assert network.solve() == network.OPTIMAL
    return int(network.optimal_cost()), handed - began, clock() - handed


def scipy_matching(pairs: Pairs) -> Verdict:
    """SciPy's sparse matching: a row a head, a column a place, and one to stay without."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    if int(pairs.cap.max(initial=0)) > 1:
        raise ValueError("two heads of a job could get the same team: not this problem")
    began = clock()
    head_row = np.repeat(np.arange(len(pairs.need)), pairs.need)
    size = np.diff(pairs.start)[head_row]
    heads = len(head_row)
    head = np.repeat(np.arange(heads), size)
    arc = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    arc += np.repeat(pairs.start[:-1][head_row], size)
    cols = len(pairs.cap)
    at = np.concatenate([head, np.arange(heads)])
    to = np.concatenate([pairs.col[arc], cols + np.arange(heads)])
    # a weight of 0 would be no arc at all: everything costs one more
    weight = np.concatenate([pairs.cost[arc], pairs.price[head_row]]).astype(float) + 1
    table = coo_array((weight, (at, to)), (heads, cols + heads)).tocsr()
    handed = clock()
    found = min_weight_full_bipartite_matching(table)
    spent = clock() - handed
    return int(table[found].sum()) - heads, handed - began, spent


def highs(pairs: Pairs) -> Verdict:
    """The linear program by HiGHS (as SciPy ships it)."""
    from scipy.optimize import linprog
    from scipy.sparse import coo_array, vstack

    began = clock()
    arcs, rows, cols = len(pairs.col), len(pairs.need), len(pairs.cap)
    row = rows_of(pairs)
    every = np.arange(arcs)
    # serving a head saves its price: minimise sum (cost − price) over what is taken
    gain = pairs.cost.astype(float) - pairs.price[row]
    by_row = coo_array((np.ones(arcs), (row, every)), (rows, arcs))
    by_col = coo_array((np.ones(arcs), (pairs.col, every)), (cols, arcs))
    table = vstack([by_row, by_col]).tocsr()
    limit = np.concatenate([pairs.need, pairs.cap])
    handed = clock()
    done = linprog(gain, A_ub=table, b_ub=limit, bounds=(0, 1), method="highs")
    unmet = int((pairs.need.astype(np.int64) * pairs.price).sum())
    return unmet + round(float(done.fun)), handed - began, clock() - handed


@compiled
def first_come(pairs: Pairs) -> int:
    """Each job in turn takes the cheapest who are left."""
    left = pairs.cap.copy()
    total = np.int64(0)
    for row in range(len(pairs.need)):
        lacking = np.int64(pairs.need[row])
        for arc in range(pairs.start[row], pairs.start[row + 1]):
            if lacking == 0:
                break
            if left[pairs.col[arc]] > 0:
                left[pairs.col[arc]] -= 1
                lacking -= 1
                total += pairs.cost[arc]
        total += lacking * pairs.price[row]
    return total  # type: ignore[return-value]


def fifo(pairs: Pairs) -> Verdict:
    """First come, first served, nearest first: no optimum, but what is done by hand."""
    began = clock()
    cost = int(first_come(pairs))
    return cost, 0.0, clock() - began


JUDGES: dict[str, Callable[[Pairs], Verdict]] = {
    "ours": ours,
    "or_tools_folded": lambda pairs: flow(pairs, folded=True),
    "or_tools": lambda pairs: flow(pairs, folded=False),
    "scipy": scipy_matching,
    "highs": highs,
    "fifo": fifo,
}


def main(name: str, path: str, repeats: int) -> None:
    """Judge and print."""
    pairs = load(path)
    judge = JUDGES[name]
    try:
        if name in ("ours", "fifo"):
            judge(pairs)  # reads the compiled kernel from its cache
        told = [judge(pairs) for _ in range(repeats)]
    except ValueError as why:
        print(json.dumps({"left_out": str(why)}))
        return
    handed, spent = np.median([said[1:] for said in told], axis=0)
    costs = {said[0] for said in told}
    assert len(costs) == 1
    said = {"cost": costs.pop(), "seconds": round(float(spent), 5), "hand_over": round(handed, 5)}
    print(json.dumps(said))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
