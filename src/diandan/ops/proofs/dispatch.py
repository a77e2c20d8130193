"""派单: `diandan prove dispatch`, our round against every judge on one generated city.

The bench stands in `bench/dispatch` at the root of the repository, where its parameters are.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any

from diandan.config import env

HELP = "全市派单一轮:各种规模与供给,与 OR-Tools、SciPy、HiGHS 同图比较(一至两小时)"


def run(tell: Callable[[str], None]) -> tuple[bool, dict[str, Any]]:
    """Whether every plan is proven and no judge found a cheaper one, and the figures."""
    if str(env.root()) not in sys.path:
        sys.path.insert(0, str(env.root()))
    held, figures = importlib.import_module("bench.dispatch.run").run(tell)
    return bool(held), figures
