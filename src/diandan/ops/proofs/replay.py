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
from diandan.engine.replay.hindsight import Gap, gap
from diandan.engine.replay.run import NAMES, SETTLED
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
#: `told` and `ours_settled` only explain what learning costs: they are lived with the first seed.
RIVALS = tuple(name for name in NAMES if name not in ("told", SETTLED))
#: A month in which few say yes takes as long as three of the others; it comes last.
_BY_COST = (("high", "middle"), ("low",))
#: The frontier is drawn of one seed in one district, for every preset.
SWEPT = ("jiangning", 1)


def run(tell: Callable[[str], None]) -> tuple[bool, dict[str, Any]]:
    """Whether every aim is met everywhere (it need not be), and all means with intervals."""
    made: dict[str, Any] = {}
    good = True
    kept = _months()
    tasks, sweeps = _tasks()
    _live([task for some in _BY_COST for task in tasks + sweeps if task.preset in some], kept, tell)
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
    made["hindsight"] = gaps.said(_mornings(tell))
    good = good and len(made["hindsight"]) > 0
    for level in made["hindsight"]:
        good = good and level["met"] and level["seeds"] == 2 * SEEDS
        tell(f"{level['supply']}:与事后最优的差距补上 {level['gap_closed']:.3f}")
    return good, made


def _tasks() -> tuple[list[Task], list[Task]]:
    """Every month, and the sweeps of the frontier."""
    months = [
        Task(preset, district, seed, NAMES if seed == 1 else RIVALS)
        for seed in range(1, SEEDS + 1)
        for district in DISTRICTS
        for preset in presets.NAMES
    ]
    return months, [Task(p, *SWEPT, (), (knob,)) for p in presets.NAMES for knob in KNOBS]


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


def _mornings(tell: Callable[[str], None]) -> list[gaps.Level]:
    """First-come, ours and hindsight; a seed's three levels together, kept like the months."""
    folder = _folder([*_sources("hindsight.py", "surest.py"), presets.folder() / "hindsight.toml"])
    morning, supply = gaps.supplies()
    until = time.monotonic() + 60 * MINUTES_MAX
    found: dict[str, list[Gap]] = {name: [] for name in supply}
    for seed in range(1, 2 * SEEDS + 1):
        file = folder / f"morning-{seed}.pickle"
        if not file.exists() and time.monotonic() > until:
            tell(f"{MINUTES_MAX} 分钟到了,早晨只比到第 {seed - 1} 个种子")
            break
        if not file.exists():
            one = {name: gap(morning, people, seed) for name, people in supply.items()}
            file.write_bytes(pickle.dumps(one))
        for name, made in pickle.loads(file.read_bytes()).items():  # noqa: S301 (our own file)
            found[name].append(made)
    return [gaps.level(name, people, found[name]) for name, people in supply.items() if found[name]]


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


def _months() -> Path:
    """Where months are kept that were lived through with the source and presets as they stand."""
    sources = [file for file in _sources() if file.name not in APART]
    return _folder([*sources, *sorted(presets.folder().glob("*.toml"))])


def _sources(*names: str) -> list[Path]:
    """The engine's source a replay rests on, or only the files of these names."""
    here = env.root() / "src/diandan/engine"
    files = [*sorted((here / "waves").glob("*.py")), *sorted((here / "replay").rglob("*.py"))]
    return [file for file in files if not names or file.name in names]


def _folder(files: list[Path]) -> Path:
    """A place that belongs to these files' content and is not used with another."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    folder = env.root() / ".diandan" / "replay" / digest.hexdigest()[:12]
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _draw(district: str, preset: str, done: list[Done]) -> None:
    folder = env.root() / "docs" / "proof"
    folder.mkdir(parents=True, exist_ok=True)
    title = f"复盘推演:{district},{preset}"
    said = f"{len(done)} 个种子;参数见 bench/replay/{preset}.toml 与 base.toml。"
    (folder / f"replay-{district}-{preset}.html").write_text(
        page(title, said, done), encoding="utf-8"
    )
