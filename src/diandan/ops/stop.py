"""停下: `diandan stop`, the embedded database of this centre."""

from __future__ import annotations

import argparse

from diandan.config import env, postgres

from .house import NOTHING

HELP = "停下内置数据库"
NEEDS = NOTHING


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing to say."""


def run(_args: argparse.Namespace) -> int:
    """0 also when it did not run: stopped is stopped."""
    was_running = postgres.stop(env.home())
    print("已停下内置数据库 (stopped)。" if was_running else "内置数据库没有在运行 (not running)。")
    return 0
