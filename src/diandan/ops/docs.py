"""文档: `diandan docs` writes the documents that are made from the code; `--check` compares them."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Callable
from pathlib import Path

from diandan.config import env

from .house import DJANGO

HELP = "由代码生成文档:流程图、事实表、环境变量;--check 只核对"
NEEDS = DJANGO


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`--check` writes nothing."""
    parser.add_argument("--check", action="store_true", help="只核对,有出入则返回 1")


def run(args: argparse.Namespace) -> int:
    """0: written, or equal to the code."""
    stale = [
        path for path, text in documents().items() if _differs(path, text, write=not args.check)
    ]
    for path in stale:
        print(f"{'与代码不一致' if args.check else '已写出'}:{path.relative_to(env.root())}")
    if args.check and stale:
        print("请运行 diandan docs (run: diandan docs)", file=sys.stderr)
        return 1
    if not stale:
        print("文档与代码一致 (documents are up to date)。")
    return 0


def documents() -> dict[Path, str]:
    """Every generated document with the text it should have."""
    folder = env.root() / "docs"
    made: dict[str, Callable[[], str]] = {
        "path.md": _flows,
        "facts.md": _facts,
        "variables.md": _variables,
    }
    return {folder / name: make() for name, make in made.items()}


def _differs(path: Path, text: str, *, write: bool) -> bool:
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    if write:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return True


def _flows() -> str:
    """One diagram a flow, and whose each state is."""
    from diandan.flow.diagram import mermaid
    from diandan.flow.template import shipped

    parts = ["# 一张单子怎么走\n\n由 `diandan docs` 从 `flow/templates/` 生成,不要手改。\n"]
    for flow in sorted(shipped().values(), key=lambda f: f.row):
        chain = " → ".join(flow.chain)
        parts.append(
            f"\n## {flow.row} {flow.name}\n\n{chain}\n\n出处:{flow.source}\n\n```mermaid\n{mermaid(flow).strip()}\n```\n"
        )
    return "".join(parts)


def _facts() -> str:
    """Every fact a room can announce, by its PAST table."""
    import diandan.ground
    import diandan.path

    lines = [
        "# 事实\n\n由 `diandan docs` 从各室的 `facts.py` 生成,不要手改。\n\n| 室 | 动作 | 事实 |\n|---|---|---|\n"
    ]
    for package in (diandan.ground, diandan.path):
        for room in sorted(m.name for m in pkgutil.iter_modules(package.__path__)):
            name = f"{package.__name__}.{room}.facts"
            if importlib.util.find_spec(name) is None:
                continue
            past = getattr(importlib.import_module(name), "PAST", {})
            lines += [f"| {room} | {verb} | {said} |\n" for verb, said in sorted(past.items())]
    return "".join(lines)


def _variables() -> str:
    """The environment's variables with defaults and meanings."""
    lines = [
        "# 环境变量\n\n由 `diandan docs` 从 `config/env.py` 生成,不要手改。\n\n| 变量 | 默认 | 含义 |\n|---|---|---|\n"
    ]
    for v in env.VARIABLES:
        default = f"`{v.default}`" if v.default else ""
        lines.append(f"| `{v.name}` | {default} | {v.meaning.replace('|', chr(92) + '|')} |\n")
    return "".join(lines)
