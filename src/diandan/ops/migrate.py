"""更新: `diandan migrate`, bring the tables up to date. Every other command does it by itself."""

from __future__ import annotations

import argparse

from . import house

HELP = "更新数据库结构"
NEEDS = house.DJANGO


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`--check` only looks."""
    parser.add_argument("--check", action="store_true", help="只看有没有待更新的,有则返回 1")


def run(args: argparse.Namespace) -> int:
    """0: up to date."""
    if args.check:
        waiting = house.pending()
        print("\n".join(waiting) or "数据库结构已是最新 (up to date)。")
        return 1 if waiting else 0
    done = house.migrate(says=True)
    print(f"完成 {done} 步 (done)。" if done else "数据库结构已是最新 (up to date)。")
    return 0
