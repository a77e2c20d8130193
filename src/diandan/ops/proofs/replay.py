"""复盘: `diandan prove replay`, all policies, three presets, two districts, ten seeds each.

A seed that was lived through is kept, so that a run that was stopped goes on where it was; what
is kept belongs to one state of the engine and the presets and is not used by another.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from diandan.config import env
from diandan.engine.replay.frontier import KNOBS
from diandan.engine.replay.run import NAMES
from diandan.ops import replay as command
from diandan.ops.replaying import gaps, presets
from diandan.ops.replaying.page import page
from diandan.ops.replaying.seeds import Done, Task, do_all
from diandan.ops.replaying.words import AIMS

HELP = "一个月的点单按各派法重演:三种应答率、两个区、十个种子"
Figures = dict[str, float]
SEEDS, DISTRICTS = 10, ("jiangning", "gusu")
#: No new seed is begun after so long; what is there is reported, and the next run goes on.
MINUTES_MAX = 40
#: Source on which a generated month's figures do not depend.
APART = {"summary.py", "facts.py", "hindsight.py", "next_asks.py", "surest.py", "frontier.py"}
#: The frontier is drawn of one seed in one district, for every preset.
SWEPT = ("jiangning", 1)


def run(tell: Callable[[str], None]) -> tuple[bool, dict[str, Any]]:
    """Whether every aim is met everywhere (it need not be), and all means with intervals."""
    made: dict[str, Any] = {}
    good = True
    kept = env.root() / ".diandan" / "replay" / _state()
    kept.mkdir(parents=True, exist_ok=True)
    tasks = [
        Task(preset, district, seed, NAMES)
        for seed in range(1, SEEDS + 1)
        for district in DISTRICTS
        for preset in presets.NAMES
    ]
    sweeps = [Task(p, *SWEPT, (), (knob,)) for p in presets.NAMES for knob in KNOBS]
    _live(tasks + sweeps, kept, tell)
    for district in DISTRICTS:
        for preset in presets.NAMES:
            done = [
                found
                for task in tasks
                if (task.district, task.preset) == (district, preset)
                and (found := _kept(kept, task)) is not None
            ]
            good = good and len(done) == SEEDS
            if not done:
                continue
            if (district, done[0].seed) == SWEPT:
                done[0] = replace(done[0], frontier=_swept(kept, sweeps, preset))
            data = command.said(preset, district, done)
            made[f"{district}_{preset}"] = data
            _draw(district, preset, done)
            for name, reached in dict(data["aims"]).items():  # type: ignore[call-overload]
                for aim in reached:
                    good = good and (aim["met"] or name != "ours_settled")
                    tell(f"{district} {preset} {name} {AIMS[aim['name']]}:{aim['reached']:.4g}")
    made["hindsight"] = gaps.said(gaps.levels(2 * SEEDS))
    for level in made["hindsight"]:
        good = good and level["met"]
        tell(f"{level['supply']}:与事后最优的差距补上 {level['gap_closed']:.3f}")
    return good, made


def _live(tasks: list[Task], kept: Path, tell: Callable[[str], None]) -> None:
    """Live through what is not kept yet, in small batches so that little is lost when stopped."""
    waiting = [task for task in tasks if _kept(kept, task) is None]
    cores = os.cpu_count() or 1
    until = time.monotonic() + 60 * MINUTES_MAX
    for first in range(0, len(waiting), cores):
        if time.monotonic() > until:
            tell(f"{MINUTES_MAX} 分钟到了,还差 {len(waiting) - first} 个种子;再运行一次就接着做")
            return
        batch = waiting[first : first + cores]
        for task, done in zip(batch, do_all(batch, _quiet), strict=True):
            _file(kept, task).write_bytes(pickle.dumps(done))
            what = f"只动 {task.knobs[0]}" if task.knobs else f"种子 {task.seed}"
            tell(f"{task.district} {task.preset} {what} 完成")


def _swept(kept: Path, sweeps: list[Task], preset: str) -> dict[str, dict[float, Figures]]:
    """What was found of each knob so far."""
    made: dict[str, dict[float, Figures]] = {}
    for task in sweeps:
        if task.preset == preset and (found := _kept(kept, task)) is not None:
            made |= found.frontier
    return made


def _quiet(done: Done) -> None:
    """The batch is told as a whole."""


def _file(kept: Path, task: Task) -> Path:
    return kept / ("-".join([task.district, task.preset, str(task.seed), *task.knobs]) + ".pickle")


def _kept(kept: Path, task: Task) -> Done | None:
    file = _file(kept, task)
    if not file.exists():
        return None
    found = pickle.loads(file.read_bytes())  # noqa: S301 (our own file, of this run)
    if not isinstance(found, Done):
        return None
    whole = all(tuple(found.frontier.get(knob, ())) == KNOBS[knob][1] for knob in task.knobs)
    return found if whole else None


def _state() -> str:
    """A short name for the engine's source and the presets as they stand."""
    here = env.root()
    files = [
        *sorted((here / "src/diandan/engine/waves").glob("*.py")),
        *sorted((here / "src/diandan/engine/replay").rglob("*.py")),
        *sorted(presets.folder().glob("*.toml")),
    ]
    digest = hashlib.sha256()
    for file in files:
        if file.name not in APART:
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _draw(district: str, preset: str, done: list[Done]) -> None:
    folder = env.root() / "docs" / "proof"
    folder.mkdir(parents=True, exist_ok=True)
    title = f"复盘推演:{district},{preset}"
    said = f"{len(done)} 个种子;参数见 bench/replay/{preset}.toml 与 base.toml。"
    (folder / f"replay-{district}-{preset}.html").write_text(
        page(title, said, done), encoding="utf-8"
    )
