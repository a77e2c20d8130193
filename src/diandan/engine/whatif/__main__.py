"""推演进程: one slice asked for on standard input, its result on standard output, both JSON.

    {"lines": […], "policy": "ours", "seed": 1}   →  {"figures": …, "curves": …}
    {"rows": [{"ours": {…}, …}, …]}               →  {"means": …, "worse": …}

A process of its own, so that what takes minutes holds up neither pages nor asking; it takes what
processor time others leave. Input that is no month comes back as {"trouble": …}.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from diandan.engine.replay.facts import FactTrouble
from diandan.engine.replay.world import WorldTrouble

from .month import live_slice, together

NICE = 10


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """What was asked for, or what was wrong with it."""
    if "rows" in asked:
        return together(asked["rows"])
    try:
        return live_slice(asked["lines"], asked["policy"], int(asked["seed"]))
    except (FactTrouble, WorldTrouble) as trouble:
        return {"trouble": str(trouble)}


def main() -> int:
    """One question, one answer."""
    os.nice(NICE)
    json.dump(answer(json.load(sys.stdin)), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
