"""修补: `diandan prove repair`, a million random changes that each keep the plan proven."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any

from diandan.config import env

HELP = "一百万次随机变动:每次之后计划仍被证明最优,每一千次与重新求解比较;两万单时一次变动要几微秒"
EVENTS, SEED = 1_000_000, 20261122


def run(tell: Callable[[str], None]) -> tuple[bool, dict[str, Any]]:
    """Whether the certificate held throughout and every comparison agreed, and the figures."""
    if str(env.root()) not in sys.path:
        sys.path.insert(0, str(env.root()))
    bench = importlib.import_module("bench.dispatch.repairs")
    figures = bench.fuzz(EVENTS, SEED, tell)
    figures["at_city"] = city = bench.at_city(tell)
    good = not figures["broken"] and not figures["differing"]
    for regime in ("surplus", "tight"):
        good = good and not city[regime]["faults"] and not city[regime]["gap"]
    return good, figures
