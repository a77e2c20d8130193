"""先问最稳的: of jobs that wait together, the asks that can hardly turn out wrong.

A plan names one person a job, but some will say no, and who has said yes is not moved again. So
the answers nobody has given yet are drawn many times over, each such world is solved exactly, and
a pair is sure in the measure in which the worlds where that person would say yes choose it. The
surest are asked first; what they answer is known when the others are asked.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from diandan.engine.assign import cold
from diandan.engine.assign.graph import Pairs
from diandan.engine.compiled import Ints, Longs

from .acceptance import Floats

#: So many worlds are drawn; fewer are not calm enough to tell close pairs apart.
WORLDS = 32


class Options(NamedTuple):
    """Who could be asked about each job: pairs by job (`start` has one more entry than jobs)."""

    start: Longs
    person: Ints
    cost: Ints
    chance: Floats  # of a yes
    price: Ints  # by job: what leaving it empty costs
    people: int  # persons are numbered below this


def sureness(options: Options, seed: int, *, worlds: int = WORLDS) -> Floats:
    """Of each pair, the share of worlds with her yes in which it is in the optimal plan.

    The same options and seed give the same shares.
    """
    jobs = len(options.start) - 1
    job_of = np.repeat(np.arange(jobs, dtype=np.int64), np.diff(options.start))
    keys = job_of * options.people + options.person
    order = np.argsort(keys, kind="stable")
    rng = np.random.default_rng([seed, len(keys)])
    chosen, could = np.zeros(len(keys)), np.zeros(len(keys))
    for _world in range(worlds):
        yes = rng.random(len(keys)) < options.chance
        could += yes
        taken = _plan(options, yes, job_of, jobs)
        chosen[order[np.searchsorted(keys, taken, sorter=order)]] += 1
    return np.asarray(chosen / np.maximum(could, 1))


def _plan(options: Options, yes: npt.NDArray[np.bool_], job_of: Longs, jobs: int) -> Longs:
    """Keys of the pairs in the optimal plan of one world."""
    start = np.concatenate([[0], np.cumsum(np.bincount(job_of[yes], minlength=jobs))])
    pairs = Pairs(
        start.astype(np.int64),
        options.person[yes],
        options.cost[yes],
        np.ones(jobs, np.int32),
        options.price,
        np.ones(options.people, np.int32),
    )
    graph, _paper = cold.solve(pairs)
    held = np.flatnonzero(graph.taken[: len(pairs.col)])
    return np.asarray(graph.row[held].astype(np.int64) * options.people + graph.col[held])
