"""证明: `diandan prove [NAME]` runs a proof at full size and keeps what it measured.

A proof is a module of `ops/proofs` with `HELP` and `run(tell) -> (ok, figures)`. Its figures go to
docs/proof/NAME.json with the day, the machine and the commit they were measured on.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import platform
import subprocess
import time
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

from diandan.config import env

from . import proofs
from .house import NOTHING

HELP = "现场证明一件事,并把数字写进 docs/proof/"
NEEDS = NOTHING


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words after `diandan prove`."""
    parser.add_argument("name", nargs="?", help="哪一项;不写则列出全部")


def run(args: argparse.Namespace) -> int:
    """0: it holds; 1: it does not; 2: no such proof."""
    known = {m.name: m.name for m in pkgutil.iter_modules(proofs.__path__)}
    if not args.name:
        for name in known:
            print(f"{name:12} {_module(name).HELP}")
        return 0
    if args.name not in known:
        print(f"没有这一项:{args.name};可选:{' '.join(known)}")
        return 2
    began, source = time.monotonic(), _source()
    good, figures = _module(args.name).run(_say)
    _keep(args.name, good, figures, round(time.monotonic() - began, 1), source)
    _say("成立 (holds)" if good else "不成立 (does not hold)")
    return 0 if good else 1


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{proofs.__name__}.{name}")


def _say(text: str) -> None:
    print(text, flush=True)


def _source() -> dict[str, Any]:
    """The commit the proof runs on, and whether files differ from it: read before it begins."""
    return {
        "commit": _git("rev-parse", "--short", "HEAD"),
        "changed_since": bool(_git("status", "--porcelain", "--untracked-files=no")),
    }


def _keep(
    name: str, good: bool, figures: dict[str, Any], seconds: float, source: dict[str, Any]
) -> None:
    folder = env.root() / "docs" / "proof"
    folder.mkdir(parents=True, exist_ok=True)
    said = {
        "proof": name,
        "holds": good,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": seconds,
        **source,
        "machine": {
            "system": platform.platform(terse=True),
            "processor": platform.machine(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
        },
        "figures": figures,
    }
    target = folder / f"{name}.json"
    target.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    _say(f"已写入 {target.relative_to(env.root())}")


def _git(*words: str) -> str:
    done = subprocess.run(
        ["git", *words], cwd=env.root(), capture_output=True, text=True, check=False
    )
    return done.stdout.strip()
