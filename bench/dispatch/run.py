"""派单台架: our round against every judge on one generated city.

    python -m bench.dispatch.run [--quick] [--limit SECONDS] [--sizes 1000,5000] [--seed N]
        [--json FILE]

Everything is solved on the same graph of kept candidates; the judges' seconds are processor
seconds of their solve alone, ours from plain arrays to the plan. `diandan prove dispatch` runs all.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.dispatch import city
from bench.dispatch.judges import JUDGES

ROOT = Path(__file__).resolve().parents[2]
SIZES = (1_000, 5_000, 20_000, 100_000)
REGIMES = ("surplus", "tight", "short", "teams")
#: A judge is stopped after so many seconds a solve (the issue would wait for 600).
REPEATS, LIMIT = 5, 90
#: From this many jobs on a judge is asked once, those called slow already from the other on.
LARGE, SLOW_FROM = 100_000, 5_000
SLOW = ("scipy", "highs")


def call(*words: str, limit: float | None = None) -> dict[str, Any] | None:
    """What a module of the bench prints; None when it was stopped at `limit`."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, timeout=limit
        )
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        raise RuntimeError(f"{words[:2]}: {done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def asked(name: str, jobs: int, repeats: int) -> int:
    """How often a judge solves: a slow one's time needs no median to be told from ours."""
    if name in ("ours", "fifo"):
        return repeats
    once = jobs >= LARGE or (jobs >= SLOW_FROM and name in SLOW)
    return 1 if once else repeats


def one_case(
    people: Path, regime: str, jobs: int, asks: tuple[int, float, int], room: Path
) -> dict[str, Any]:
    """One size of one regime: ours, then every judge. `asks`: repeats, limit, seed."""
    repeats, limit, seed = asks
    graph = room / f"{regime}-{jobs}.npz"
    load = os.getloadavg()[0]
    ours = call(
        "bench.dispatch.ours", str(people), regime, str(jobs), str(repeats), str(graph), str(seed)
    )
    assert ours is not None
    judged: dict[str, Any] = {}
    for name in JUDGES:
        times = asked(name, jobs, repeats)
        said = call("bench.dispatch.judges", name, str(graph), str(times), limit=limit * times)
        judged[name] = (said or {"stopped_after_seconds": limit * times}) | {"repeats": times}
    best = judged["ours"]["cost"]
    for said in judged.values():
        if "cost" in said:
            said["gap"] = said["cost"] - best
            said["times_ours"] = round(said["seconds"] / max(judged["ours"]["seconds"], 1e-6), 1)
    graph.unlink()
    loads = [round(load, 2), round(os.getloadavg()[0], 2)]
    return {"regime": regime, "jobs": jobs, "load": loads, "round": ours, "judges": judged}


def line(case: dict[str, Any]) -> str:
    """One case in one line."""
    spent, judged = case["round"]["time"], case["judges"]
    words = [
        f"{case['regime']:8}{case['jobs']:7}",
        f"round {spent['round_over_kept']['wall_ms']:.1f} ms",
        f"certified {spent['round_over_every_pair']['wall_ms']:.1f} ms",
        f"solve {judged['ours']['seconds'] * 1000:.1f} ms",
    ]
    for name, said in judged.items():
        if name != "ours" and "times_ours" in said:
            gap = f" gap {said['gap']}" if said["gap"] else ""
            words.append(f"{name} {said['times_ours']}×{gap}")
        elif name != "ours":
            words.append(f"{name} {'stopped' if 'stopped_after_seconds' in said else 'left out'}")
    return " · ".join(words)


def good(case: dict[str, Any]) -> bool:
    """Proven, and no judge that ended found anything else (FIFO is no judge of the optimum)."""
    exact = [said for name, said in case["judges"].items() if name != "fifo"]
    gaps = [said["gap"] for said in exact if "gap" in said]
    return not any(gaps) and case["round"]["unproven"] == case["round"]["faults"] == 0


def run(
    tell: Callable[[str], None],
    sizes: tuple[int, ...] = SIZES,
    people: int = city.PEOPLE,
    repeats: int = REPEATS,
    limit: float = LIMIT,
    regimes: tuple[str, ...] = REGIMES,
    seed: int = city.MEASURED_ON,
) -> tuple[bool, dict[str, Any]]:
    """All cases; whether every one is good, and the figures."""
    parameters = {
        "people": people, "sites": city.SITES, "skills": city.SKILLS, "slots": city.SLOTS,
        "side_m": city.SIDE, "idle_share": city.IDLE, "repeats": repeats, "limit_s": limit,
        "sizes": list(sizes), "regimes": list(regimes), "seconds": "processor", "seed": seed,
        "tuned_on_seed": city.TUNED_ON, "judges_asked_once": {"from_jobs": LARGE, **dict.fromkeys(SLOW, SLOW_FROM)},
    }  # fmt: skip
    tell(json.dumps(parameters))
    cases = []
    with tempfile.TemporaryDirectory() as name:
        folk = Path(name) / "people.npz"
        np.savez(folk, **city.people(people, seed)._asdict())
        for jobs in sizes:
            for regime in regimes:
                asks = (repeats, limit, seed)
                cases.append(one_case(folk, regime, jobs, asks, Path(name)))
                tell(line(cases[-1]))
    return all(map(good, cases)), {"parameters": parameters, "cases": cases}


def main() -> int:
    words = argparse.ArgumentParser()
    words.add_argument("--quick", action="store_true")
    words.add_argument("--limit", type=float, default=LIMIT)
    words.add_argument("--sizes", default=",".join(map(str, SIZES)))
    words.add_argument("--seed", type=int, default=city.MEASURED_ON)
    words.add_argument("--json", type=Path)
    said = words.parse_args()
    if said.quick:
        held, figures = run(print, (300,), 6_000, 1, 60)
    else:
        sizes = tuple(map(int, said.sizes.split(",")))
        held, figures = run(print, sizes, limit=said.limit, seed=said.seed)
    if said.json:
        said.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
