"""多种子: the same comparison for several seeds, side by side on the machine's cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from diandan.engine.many import HERE, PROCESSES, crew
from diandan.engine.replay import facts as own
from diandan.engine.replay.curves import Curves
from diandan.engine.replay.frontier import frontier
from diandan.engine.replay.run import live, month
from diandan.engine.replay.simulator import Month
from diandan.engine.replay.world import World

from .presets import preset


@dataclass(frozen=True, slots=True)
class Task:
    """What one process does: a seed of a world, with these policies."""

    preset: str
    district: str
    seed: int
    names: tuple[str, ...]
    knobs: tuple[str, ...] = ()
    facts: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """Figures and curves by policy, and figures by knob and position."""

    seed: int
    figures: dict[str, dict[str, float]]
    curves: dict[str, Curves]
    frontier: dict[str, dict[float, dict[str, float]]]


def do(task: Task) -> Done:
    """Live one seed through, policy after policy."""
    given = _given(task)
    made = {name: live(given, name) for name in task.names}
    return Done(
        task.seed,
        {name: outcome.figures for name, outcome in made.items()},
        {name: outcome.curves for name, outcome in made.items()},
        frontier(given, task.knobs),
    )


def world_for(task: Task) -> World:
    """The world a task runs in."""
    made = preset(task.preset, task.district)
    return own.world_of(_facts(task.facts), made) if task.facts else made


def _given(task: Task) -> Month:
    world = world_for(task)
    if not task.facts:
        return month(world, task.seed)
    facts = _facts(task.facts)
    crowd = own.crowd_of(facts, world, task.seed)
    return month(world, task.seed, crowd, own.requests_of(facts, world))


def _facts(path: str) -> own.Facts:
    with Path(path).open(encoding="utf-8") as lines:
        return own.read(lines)


def do_all(
    tasks: Sequence[Task], tell: Callable[[Done], None], cores: int = 0, on: str = ""
) -> list[Done]:
    """In the order of the tasks, whatever finishes first; the numbers do not depend on where.

    `on`: one of engine.many.KINDS; by itself the machine's cores, where there is more than one
    task. Raises NoCrew.
    """
    count = min(len(tasks), cores or os.cpu_count() or 1)
    with crew(on or (PROCESSES if count > 1 else HERE), count) as hands:
        return [_told(done, tell) for done in hands.map(do, tasks)]


def _told(done: Done, tell: Callable[[Done], None]) -> Done:
    tell(done)
    return done
