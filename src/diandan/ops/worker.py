"""工人: `diandan worker`, the one background process, until it is told to stop."""

from __future__ import annotations

import argparse

HELP = "后台工人:自动步骤、时限、消息(serve 会自己启动它)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It takes no words; what it does is in the tables."""


def run(_args: argparse.Namespace) -> int:
    """Work until SIGTERM or Ctrl-C."""
    from diandan.flow.worker import run_forever

    run_forever()
    return 0
