"""出行: day routes for carers who serve several visits in one trip, some of them two together.

Documents in and out: `from_hhcrsp` reads a source's instance, `solve_json` answers a problem with
a plan, `check_json` judges a plan. `warm` makes the machine code ahead of need.
"""

from __future__ import annotations

from typing import Any

from diandan.engine.routes.check import check as judged
from diandan.engine.routes.convert import from_hhcrsp
from diandan.engine.routes.problem import FORMAT, KIND, VERSION, read
from diandan.engine.routes.solve import solve as solved

__all__ = ["check_json", "from_hhcrsp", "solve_json", "warm"]


def solve_json(
    problem: dict[str, Any], seconds: float, seed: int, *, moves: int | None = None
) -> dict[str, Any]:
    """The plan of a problem document; stops after `seconds`, or after `moves` tried by a hand."""
    return solved(read(problem), seconds, seed, moves=moves)


def check_json(problem: dict[str, Any], plan: dict[str, Any]) -> list[str]:
    """What is wrong with a plan, in words; empty when nothing is."""
    return judged(problem, plan).faults


def warm() -> None:
    """Compile every kernel by solving a day of two visits, so that nobody waits for it later."""
    task = {"skill": "s", "duration": 1}
    visit = {"id": "v", "place": 0, "window": [0, 0], "tasks": [task, task]}
    carers = [{"id": name, "skills": ["s"]} for name in ("a", "b")]
    day = {"format": FORMAT, "version": VERSION, "kind": KIND, "travel": [[0]], "carers": carers}
    for windows in ("soft", "hard"):
        visits = [visit, {**visit, "id": "w", "tasks": [task]}]
        solve_json({**day, "windows": windows, "visits": visits}, 10, 1, moves=1)
