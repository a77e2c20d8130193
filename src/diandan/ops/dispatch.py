"""派单进程: `diandan dispatch`, the engine's one long-lived process, until it is told to stop."""

from __future__ import annotations

import argparse
import gc

HELP = "派单进程:把等着的服务单合在一起求最优,按计划发邀约(serve 会自己启动它)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It takes no words; what it plans is in the tables."""


def run(_args: argparse.Namespace) -> int:
    """Plan and ask until SIGTERM or Ctrl-C."""
    # Start-up makes much and throws little away: looking for garbage is a tenth of its time.
    gc.disable()
    from diandan.flow.dispatcher import run_forever

    run_forever()
    return 0
