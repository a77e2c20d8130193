"""派单进程: `diandan dispatch`, the engine's one long-lived process, until it is told to stop."""

from __future__ import annotations

import argparse
import gc
import threading

from diandan.flow.sharding import NotAShard, shard_of

from . import house
from .serving import step_down

HELP = "派单进程:把等着的服务单合在一起求最优,按计划发邀约(serve 会自己启动它)"

_engine: list[threading.Thread] = []


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it plans is in the tables; of several it may be told which one it is."""
    parser.add_argument(
        "--shard", default="1/1", help="几个派单进程里的第几个,如 2/3;每个中心只归一个"
    )


def begin() -> None:
    """The engine is loaded beside Django: while one waits for disk or database, the other goes on."""
    thread = threading.Thread(target=_load_engine)
    thread.start()
    _engine.append(thread)


def _load_engine() -> None:
    from diandan.engine.ready import be_ready

    be_ready()


def run(args: argparse.Namespace) -> int:
    """Plan and ask until SIGTERM or Ctrl-C."""
    try:
        shard = shard_of(args.shard)
    except NotAShard:
        raise house.Trouble(f"--shard 要写成 2/3 的样子:{args.shard}") from None
    gc.disable()  # until run_forever has everything it keeps
    for thread in _engine:
        thread.join()
    from diandan.flow.dispatcher import run_forever

    step_down()
    run_forever(shard)
    return 0
