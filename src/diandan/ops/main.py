"""命令: `diandan …`, one door for everything that is done from a shell.

A command is a module in `COMMANDS` with `HELP`, `add_arguments(parser)` and `run(args) -> int`.
It may say what must be ready before it runs (`NEEDS`, see house.py); by default that is the
database with all its tables. What it can do while that is made ready stands in `begin()`.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import sys
from collections.abc import Sequence
from types import ModuleType

from . import house

# The word typed, and the module that answers it. A new command is one line here.
COMMANDS: tuple[tuple[str, str], ...] = (
    ("serve", "serve"),
    ("worker", "worker"),
    ("dispatch", "dispatch"),
    ("stop", "stop"),
    ("status", "status"),
    ("migrate", "migrate"),
    ("demo", "demo"),
    ("story", "story"),
    ("import", "importing"),
    ("places", "places"),
    ("admin", "admin"),
    ("docs", "docs"),
    ("prove", "prove"),
    ("engine", "engine"),
    ("replay", "replay"),
    ("shots", "shots"),
    ("books", "books"),
    ("backup", "backup"),
    ("restore", "restore"),
)
SAME = {"doctor": "status"}


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; a house that cannot be made ready says so in one sentence."""
    said = list(sys.argv[1:] if words is None else words)
    if said and said[0] in SAME:
        said[0] = SAME[said[0]]
    rooms = dict(COMMANDS)
    # Only what was asked for: the engine's commands take longer to load than the others to run.
    wanted = said[:1] if said and said[0] in rooms else list(rooms)
    modules = {name: importlib.import_module(f"{__package__}.{rooms[name]}") for name in wanted}
    args = _parser(modules).parse_args(said)
    module = modules[args.command]
    try:
        # Start-up makes much and throws little away: looking for garbage is a tenth of its time.
        gc.disable()
        getattr(module, "begin", _nothing)()
        house.make_ready(getattr(module, "NEEDS", house.TABLES))
        gc.enable()
        return int(module.run(args))
    except house.Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _nothing() -> None:
    """Most commands have nothing to begin before the house is ready."""


def _parser(modules: dict[str, ModuleType]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="diandan", description="点单:新时代文明实践中心的开源操作系统"
    )
    doors = parser.add_subparsers(dest="command", required=True, metavar="命令")
    for name, module in modules.items():
        module.add_arguments(doors.add_parser(name, help=module.HELP, description=module.HELP))
    return parser


if __name__ == "__main__":
    sys.exit(main())
