"""派单进程: `diandan dispatch`, the engine's one long-lived process, until it is told to stop."""

from __future__ import annotations

import argparse
import gc
import importlib

from diandan.config import env
from diandan.flow.sharding import NotAShard, Shard, shard_of

from . import house
from .serving import step_down

HELP = "派单进程:把等着的服务单合在一起求最优,按计划发邀约(serve 会自己启动它)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it plans is in the tables; of several it may be told which one it is."""
    parser.add_argument(
        "--shard", default="1/1", help="几个派单进程里的第几个,如 2/3;每个中心只归一个"
    )


def begin() -> None:
    """The engine comes first, alone: loaded in a thread beside Django, both took a fifth longer.

    Loading is Python's own work nearly throughout, and the two take turns at one interpreter.
    """
    from diandan.engine.ready import be_ready

    be_ready()


def refuse_strange() -> None:
    """Say at once when problems are to be solved where they cannot be."""
    from diandan.engine.many import NoCrew, look

    try:
        look(env.SOLVE_ON.text())
    except NoCrew as no:
        raise house.Trouble(f"DIANDAN_SOLVE_ON:{no}") from None


def load() -> None:
    """Everything `work` stands on, so that whoever has it loaded can begin at once."""
    begin()
    importlib.import_module("diandan.flow.dispatcher")


def work(shard: Shard) -> None:
    """Plan and ask until told to stop, as the role that serves."""
    from diandan.engine.many import crew
    from diandan.flow.dispatcher import run_forever

    step_down()
    with crew(env.SOLVE_ON.text()) as solvers:
        run_forever(shard, solvers)


def run(args: argparse.Namespace) -> int:
    """Plan and ask until SIGTERM or Ctrl-C."""
    try:
        shard = shard_of(args.shard)
    except NotAShard:
        raise house.Trouble(f"--shard 要写成 2/3 的样子:{args.shard}") from None
    refuse_strange()
    gc.disable()  # until run_forever has everything it keeps
    work(shard)
    return 0
