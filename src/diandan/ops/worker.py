"""工人: `diandan worker`, the one background process, until it is told to stop."""

from __future__ import annotations

import argparse

from .serving import step_down

HELP = "后台工人:自动步骤、时限、消息(serve 会自己启动它)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it does is in the tables; the one word is for where it works alone."""
    parser.add_argument(
        "--dispatch", action="store_true", help="也做派单(旁边没有运行 diandan dispatch 时)"
    )


def run(args: argparse.Namespace) -> int:
    """Work until SIGTERM or Ctrl-C."""
    from diandan.flow.worker import run_forever

    step_down()
    run_forever(dispatch=args.dispatch)
    return 0
