"""预编译: every kernel of a round compiled once, so that no person and no test waits for it.

    python -m diandan.engine.warm

`make setup` runs it after the packages. Kernels are called on a tiny city with the very types a
real one has; numba keeps the machine code beside the source, for every later process.
"""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Callable

import numpy as np

from diandan.engine.assign import cold, growth, proof, repair
from diandan.engine.assign.graph import Pairs, Room
from diandan.engine.assign.paths import link
from diandan.engine.city import round as one_round
from diandan.engine.city.columns import Jobs, People

#: Rooms of the engine that bring kernels of their own and a `warm()` for them.
ROOMS = ("diandan.engine.routes", "diandan.engine.waves")


def some(rows: int, cols: int) -> Pairs:
    """A contested problem: more rows than places when `cols` is small."""
    rng = np.random.default_rng(1)
    col = np.concatenate([rng.permutation(cols)[:3] for _ in range(rows)]).astype(np.int32)
    cost = np.sort(rng.integers(0, 9, (rows, 3)).astype(np.int32), axis=1).ravel()
    start = np.arange(0, 3 * rows + 1, 3, dtype=np.int64)
    ones = np.ones(max(rows, cols), np.int32)
    return Pairs(start, col, cost, ones[:rows], 20 * ones[:rows], ones[:cols])


def warm_plans() -> None:
    """`assign`: both sides bidding, and the proof."""
    for cols in (12, 4):
        graph, _ = cold.solve(some(8, cols))
        cold.solve(some(8, cols), warm=graph.v)
        proof.cost_of(graph)
        proof.dual_cost(graph)
        proof.faults(graph)


def warm_repairs() -> None:
    """`assign.repair`: every event."""
    graph, paper = cold.solve(some(8, 9), Room(4, 100))
    link(graph)
    col, cost = np.array([0], np.int32), np.array([3], np.int32)
    repair.add(graph, paper, 8, 24, col, cost, 1, 20)
    repair.cancel(graph, paper, 0)
    repair.set_capacity(graph, paper, 2, 0)
    repair.set_price(graph, paper, 3, 5)
    first = int(graph.col[graph.start[1]])
    repair.set_cost(graph, paper, 1, first, 1)
    repair.pin(graph, 1, first)
    repair.forbid(graph, paper, 2, int(graph.col[graph.start[2]]))


def warm_rounds() -> None:
    """`city`: a round over a dozen people, priced over every pair."""
    rng = np.random.default_rng(2)
    people, jobs = 40, 30
    ones = np.ones(people, np.int32)
    x, y, bias = rng.integers(0, 50, (3, people)).astype(np.int32)
    bits = np.ones(people, np.uint64)
    town = one_round.city(People(x, y, bits, bits, ones, bias), 1)
    at, to = rng.integers(0, 50, (2, jobs)).astype(np.int32)
    price = 200 * ones[:jobs]
    open_jobs = Jobs(at, to, 0 * ones[:jobs], bits[:jobs], ones[:jobs], price)
    made = one_round.plan(town, open_jobs, most=1)
    one_round.plan(town, open_jobs, most=1, warm=made.prices(town))
    one_round.unproven(town, open_jobs, made)
    growth.settle(made.graph, made.paper, np.zeros(1, np.int32))


def warm_room(name: str) -> None:
    """A room's own `warm`, where it has one."""
    if importlib.util.find_spec(name) is not None:
        told = getattr(importlib.import_module(name), "warm", None)
        if told is not None:
            told()


def main() -> int:
    """Compile everything, one line for each part."""
    parts: list[tuple[str, Callable[[], None]]] = [
        ("配对 (assignment)", warm_plans),
        ("修补 (repair)", warm_repairs),
        ("全市一轮 (city round)", warm_rounds),
        *((name, lambda name=name: warm_room(name)) for name in ROOMS),
    ]
    for says, work in parts:
        began = time.monotonic()
        work()
        sys.stdout.write(f"{says} {time.monotonic() - began:.1f} s\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
