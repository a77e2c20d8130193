"""备好: the kernels of a round loaded from their cache, so that no round waits for them."""

from __future__ import annotations

from diandan.engine import problem
from diandan.engine.compiled import loading
from diandan.engine.staffing.solve import solve


def be_ready() -> None:
    """One tiny round, which calls what every round calls."""
    one = problem.Job("j", (0, 60), 60, 10)
    with loading():
        solve(problem.Problem(people=(problem.Person("p"),), jobs=(one,)))
