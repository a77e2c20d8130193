"""修补台架: what one change costs on a solved city, and whether a million of them keep the proof.

Events: add, cancel, a refusal (forbid), withdraw, return, cost. A repaired plan is compared with a
fresh solve of the same graph; the microseconds are one event's, called from compiled code as the
dispatch process does it in bulk.
"""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from bench.dispatch import city, judges
from bench.dispatch.ours import kept_graph
from diandan.engine.assign import cold, proof, repair
from diandan.engine.assign.graph import Graph, Pairs, Paper, Room
from diandan.engine.assign.paths import link
from diandan.engine.city import round as one_round
from diandan.engine.compiled import Ints, Longs, Whole, compiled

#: The clock, callable from compiled code.
CLOCK = ctypes.CDLL(None).clock_gettime
CLOCK.argtypes = [ctypes.c_int, ctypes.c_void_p]
EVENTS = ("add", "cancel", "refuse", "withdraw", "return", "cost")


@compiled
def happen(graph: Graph, paper: Paper, event: Whole, row: Whole, pick: Whole, pool: Longs) -> None:
    """One event about `row`, or about a column that it knows; `pool`: first free arc and row."""
    size = graph.length[row]
    if size == 0:
        return
    first = graph.start[row]
    col = np.int64(graph.col[first + pick % size])
    if event == 0:
        fits = pool[0] + size <= len(graph.col) and pool[1] < len(graph.need)
        if fits:  # a new job beside an old one, a little dearer
            cols = graph.col[first : first + size].copy()
            costs = graph.cost[first : first + size] + np.int32(pick % 50)
            repair.add(graph, paper, pool[1], pool[0], cols, costs, 1, graph.price[row])
            pool[0] += size
            pool[1] += 1
    elif event == 1:
        repair.cancel(graph, paper, row)
    elif event == 2:
        repair.forbid(graph, paper, row, col)
    elif event == 3:
        repair.set_capacity(graph, paper, col, 0)
    elif event == 4:
        repair.set_capacity(graph, paper, col, graph.base[col + 1] - graph.base[col])
    else:
        cost = graph.cost[first + pick % size] + pick % 2001 - 1000
        repair.set_cost(graph, paper, row, col, max(0, cost))


def present(graph: Graph) -> Pairs:
    """The graph's problem as it now stands, written out anew."""
    size = graph.length
    arcs = np.concatenate(
        [np.arange(first, first + n) for first, n in zip(graph.start, size, strict=True)]
    ).astype(np.int64)
    start = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    col, cost = graph.col[arcs], graph.cost[arcs]
    return Pairs(start, col, cost, graph.need.copy(), graph.price.copy(), graph.cap.copy())


def opened(pairs: Pairs, events: int) -> tuple[Graph, Paper, Longs]:
    """A solved graph with room for so many events."""
    widest = int(np.diff(pairs.start).max(initial=1))
    graph, paper = cold.solve(pairs, Room(events, events * widest // 4))
    link(graph)
    return graph, paper, np.array([len(pairs.col), len(pairs.need)], np.int64)


def timed(
    graph: Graph, paper: Paper, events: Ints, rows: Ints, picks: Ints, pool: Longs, spent: Longs
) -> None:
    """A run of events, and each one's nanoseconds of this thread's processor time."""
    now = np.zeros(2, np.int64)
    for k in range(len(events)):
        CLOCK(time.CLOCK_THREAD_CPUTIME_ID, now.ctypes.data)
        began = now[0] * 1_000_000_000 + now[1]
        happen(graph, paper, events[k], rows[k] % pool[1], picks[k], pool)
        CLOCK(time.CLOCK_THREAD_CPUTIME_ID, now.ctypes.data)
        spent[k] = now[0] * 1_000_000_000 + now[1] - began


def measure(pairs: Pairs, each: int, seed: int) -> dict[str, Any]:
    """Median and 99th percentile of every kind of event, against a fresh solve."""
    rng = np.random.default_rng(seed)
    graph, paper, pool = opened(pairs, 4 * each)
    fresh = []
    for _ in range(5):
        began = time.process_time()
        cold.solve(pairs)
        fresh.append(time.process_time() - began)
    events = np.tile(np.arange(len(EVENTS), dtype=np.int32), each)
    rows, picks = rng.integers(0, 1 << 20, (2, len(events))).astype(np.int32)
    spent = np.zeros(len(events), np.int64)
    # a C function's address cannot be kept between runs: compiled anew, outside the time
    run = numba.njit(timed)
    run(graph, paper, events[:0], rows[:0], picks[:0], pool, spent)
    run(graph, paper, events, rows, picks, pool, spent)
    every = spent / 1000
    told: dict[str, Any] = {
        name: {"p50_us": at(every[k :: len(EVENTS)], 50), "p99_us": at(every[k :: len(EVENTS)], 99)}
        for k, name in enumerate(EVENTS)
    }
    again, _ = cold.solve(present(graph))
    gap = int(proof.cost_of(graph) - proof.cost_of(again))
    return {
        "events": len(every), "p50_us": at(every, 50), "p99_us": at(every, 99), "by_event": told,
        "fresh_solve_ms": round(float(np.median(fresh)) * 1000, 2), "faults": int(proof.faults(graph)),
        "gap": gap,
    }  # fmt: skip


def at_city(
    tell: Callable[[str], None],
    jobs: int = 20_000,
    each: int = 5_000,
    people: int = city.PEOPLE,
    seed: int = city.MEASURED_ON,
) -> dict[str, Any]:
    """`measure` on the bench's city, with so many jobs open, where people abound and where not."""
    everyone, open_jobs = city.people(people, seed), city.jobs(jobs, seed)
    told: dict[str, Any] = {"seed": seed, "open_jobs": jobs, "call_us": a_call_us()}
    for regime in ("surplus", "tight"):
        folk = city.regime(regime, everyone, int(open_jobs.need.sum()), seed)
        pairs = kept_graph(one_round.city(folk, city.SKILLS), open_jobs)
        others = round(judges.flow(pairs, folded=True)[2] * 1000, 1)
        told[regime] = measure(pairs, each, seed) | {
            "or_tools_folded_ms": others,
            "load": round(os.getloadavg()[0], 2),
        }
        tell(f"{regime}: p50 {told[regime]['p50_us']} µs, p99 {told[regime]['p99_us']} µs")
    return told


def a_call_us() -> float:
    """What calling an event from Python costs on top; the figures are taken in compiled code."""
    graph, paper, pool = opened(small(np.random.default_rng(1)), 10)
    graph.length[0] = 0
    spent = []
    for _ in range(2000):
        began = time.thread_time_ns()
        happen(graph, paper, 1, 0, 0, pool)
        spent.append(time.thread_time_ns() - began)
    return at(np.array(spent) / 1000, 50)


def at(values: Any, share: int) -> float:
    return round(float(np.percentile(values, share)), 2)


@compiled
def many(graph: Graph, paper: Paper, events: Ints, rows: Ints, picks: Ints, pool: Longs) -> Whole:
    """A run of events; the certificate is counted anew after each. How many broke it."""
    broken = 0
    for k in range(len(events)):
        happen(graph, paper, events[k], rows[k] % pool[1], picks[k], pool)
        if proof.faults(graph) > 0:
            broken += 1
    return broken


def fuzz(events: int, seed: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """So many events on small graphs: proven after each, a fresh solve after every thousandth."""
    rng = np.random.default_rng(seed)
    broken = compared = differing = done = 0
    while done < events:
        pairs = small(rng)
        graph, paper, pool = opened(pairs, 4000)
        for _ in range(4):
            event = rng.integers(0, len(EVENTS), 1000).astype(np.int32)
            # as many come as go, so that the graph stays busy
            event[rng.random(1000) < 0.15] = 0
            rows, picks = rng.integers(0, 1 << 30, (2, 1000)).astype(np.int32)
            broken += int(many(graph, paper, event, rows, picks, pool))
            done += 1000
            again, _ = cold.solve(present(graph))
            differing += int(proof.cost_of(graph) != proof.cost_of(again))
            compared += 1
        if done % 100_000 == 0:
            tell(f"{done:,} / {events:,}")
    return {"events": done, "broken": broken, "compared": compared, "differing": differing}


def small(rng: np.random.Generator) -> Pairs:
    """A random problem with ties, headcounts and capacities."""
    rows, cols = (int(n) for n in rng.integers(5, 40, 2))
    size = rng.integers(1, min(cols, 8) + 1, rows)
    col = np.concatenate([rng.choice(cols, n, replace=False) for n in size])
    cost = np.concatenate([np.sort(rng.integers(0, 60, n)) for n in size])
    start = np.concatenate([[0], np.cumsum(size)])
    need, cap = rng.integers(1, 4, rows), rng.integers(0, 4, cols)
    price = rng.integers(20, 90, rows)
    ints = [a.astype(np.int32) for a in (col, cost, need, price, cap)]
    return Pairs(start.astype(np.int64), *ints)
