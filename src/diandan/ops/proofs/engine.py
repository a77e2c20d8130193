"""派单引擎: `diandan prove engine`, random rounds against judges that share nothing with it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from diandan.ops.engining import trials

HELP = "一万轮随机派单与 OR-Tools、SciPy、穷举逐一对代价;三千个“为什么不是他”按说的改,就派得上"
SEED = 20261122
FLOWS, MATRICES, TRIED, CASES = 10_000, 2_000, 5_000, 3_000

Tell = Callable[[str], None]


def run(tell: Tell) -> tuple[bool, dict[str, Any]]:
    """Whether every cost agreed and every named change worked; and how many there were."""
    figures = {
        "ortools": _rounds(tell, "OR-Tools 最小费用流", trials.against_flow, FLOWS),
        "scipy_dense": _rounds(tell, "SciPy 稠密指派", trials.against_matrix, MATRICES),
        "every_plan_tried": _rounds(tell, "穷举(整组、同组、分开)", trials.against_trying, TRIED),
        "why_not_pairs": _cases(tell, "这一对为什么不行", trials.why_not_pairs),
        "why_not_jobs": _cases(tell, "这一单为什么没派出去", trials.why_not_jobs),
        "differences": _cases(tell, "换一个人要多多少", trials.instead),
    }
    return all(not one["wrong"] for one in figures.values()), figures


def _rounds(tell: Tell, name: str, trial: Callable[[int], str], many: int) -> dict[str, Any]:
    began = time.monotonic()
    wrong = [said for seed in range(SEED, SEED + many) if (said := trial(seed))]
    return _told(tell, name, {"rounds": many, "wrong": wrong[:5]}, began)


def _cases(tell: Tell, name: str, trial: Callable[[int], tuple[int, str]]) -> dict[str, Any]:
    began, wrong, cases, seed = time.monotonic(), [], 0, SEED
    while cases < CASES:
        more, said = trial(seed)
        seed, cases = seed + 1, cases + more
        if said:
            wrong.append(said)
    return _told(tell, name, {"cases": cases, "rounds": seed - SEED, "wrong": wrong[:5]}, began)


def _told(tell: Tell, name: str, figures: dict[str, Any], began: float) -> dict[str, Any]:
    figures["seconds"] = round(time.monotonic() - began, 1)
    count = figures.get("cases", figures["rounds"])
    tell(f"{name}:{count} 例,{'都对' if not figures['wrong'] else figures['wrong'][0]}")
    return figures
