"""用时: a plan with the time it took, measured where it was made."""

from __future__ import annotations

import time
from dataclasses import dataclass

from diandan.engine.plan import Plan
from diandan.engine.problem import Problem

from .solve import solve


@dataclass(frozen=True, slots=True)
class Timed:
    """`micros`: microseconds."""

    plan: Plan
    micros: int


def solve_timed(problem: Problem) -> Timed:
    """`solve`, in whatever process this is called."""
    began = time.perf_counter_ns()
    plan = solve(problem)
    return Timed(plan, (time.perf_counter_ns() - began) // 1000)
