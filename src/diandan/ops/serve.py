"""上线: `diandan serve`, the web server and its worker, with a demo when this is a demo.

Its children run: granian with the pages, the worker, and the dispatch process, a copy of this one
with the engine loaded. One that dies is started again; Ctrl-C ends them, then this. The embedded database stays up for the next command; `diandan stop` ends it.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx

from diandan.config import env
from diandan.flow.sharding import shards

from . import dispatch, house
from .children import Child, Children, forked, program, settle

HELP = "启动网站和后台工人;演示环境(DIANDAN_DEMO=1)里先布置好人和点单"
NEEDS = house.NOTHING
WORKERS = 2
DEMO_DAYS, DEMO_A_TICK = 6, 1.0
START_SECONDS = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words after `diandan serve`."""
    parser.add_argument("--host", default=env.HOST.text(), help="监听地址")
    parser.add_argument("--port", type=int, default=env.PORT.number(), help="监听端口")
    parser.add_argument("--bare", action="store_true", help="演示环境里也不造人和点单")


def run(args: argparse.Namespace) -> int:
    """Serve until told to stop."""
    os.environ["DIANDAN_HOST"], os.environ["DIANDAN_PORT"] = args.host, str(args.port)
    if not _is_free(args.host, args.port):
        raise house.Trouble(
            f"端口 {args.port} 已被占用。请换一个:DIANDAN_PORT={args.port + 1} make run"
            f" (port {args.port} is taken; set DIANDAN_PORT)。"
        )
    dispatch.refuse_strange()
    _say("正在启动数据库 (starting the database)…")
    house.make_ready(house.DJANGO)
    house.migrate(says=True)
    house.refuse_unreplayed()
    _furnish(bare=args.bare)
    children = Children()
    try:
        _live(children, args)
    finally:
        children.stop()
    _say("已停下 (stopped)。")
    return 0


def _live(children: Children, args: argparse.Namespace) -> None:
    # Pages first: while they load, so does the engine here.
    children.start({"web": program(_web(args.host, args.port, WORKERS))})
    children.start({"worker": program([sys.executable, "-m", "diandan.ops.main", "worker"])})
    children.start(_dispatchers(env.DISPATCHERS.number()))
    if not wait_for(args.host, args.port, START_SECONDS):
        raise house.Trouble("网站没有启动起来,请看上面的输出 (the web server did not start)。")
    _warm(args.port)
    _welcome()
    children.watch()


def _web(host: str, port: int, workers: int) -> list[str]:
    return [
        *(str(Path(sys.executable).with_name("granian")), "--interface", "wsgi"),
        *("--host", host, "--port", str(port), "--workers", str(workers)),
        *("--blocking-threads", "4", "--respawn-failed-workers", "--log-level", "warning"),
        "diandan.config.wsgi:application",
    ]


web_command = _web


def _dispatchers(count: int) -> dict[str, Callable[[], Child]]:
    dispatch.load()
    settle()
    return {
        one.name: forked(f"diandan {one.name}", partial(dispatch.work, one))
        for one in shards(count)
    }


def _say(text: str) -> None:
    print(text, flush=True)


def _furnish(*, bare: bool) -> None:
    """The place this instance serves: grown once, furnished once."""
    from diandan.ground.catalogue.actions.kinds import load_kinds
    from diandan.ground.places.actions.grow import grow
    from diandan.ground.places.models import Place
    from diandan.kit.clock import now

    from .demo import fill
    from .demo.furnish import district_of, first_centre

    slug = env.PLACE.text()
    place = Place.objects.filter(slug=slug).first()
    if place is None:
        _say(f"第一次启动:正在按区划数据建 {slug} 的中心、所、站…")
        place = grow(district_of(slug), now())
    load_kinds(centre=first_centre(place), at=now())
    if env.DEMO.flag() and not bare:
        began = time.monotonic()
        made = fill(slug, days=DEMO_DAYS, a_tick=DEMO_A_TICK)
        if made:
            _say(f"演示:{made} 张点单,用了 {time.monotonic() - began:.0f} 秒。下次启动不再重做。")


def _welcome() -> None:
    from .demo.furnish import log_ins

    _say(f"\n已启动 (serving):{env.public_url()}\n")
    if env.DEMO.flag():
        for line in log_ins():
            _say(line)
        _say(f"演示环境可以一键换人:{env.public_url()}/me/demo")
    _say("按 Ctrl-C 停下 (Ctrl-C to stop)。\n")


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def wait_for(host: str, port: int, seconds: float) -> bool:
    """Whether something answers at the port before the time is over."""
    end = time.monotonic() + seconds
    reach = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104  (compared, not bound)
    while time.monotonic() < end:
        try:
            with socket.create_connection((reach, port), timeout=1):
                return True
        except OSError:
            time.sleep(0.1)
    return False


def _warm(port: int) -> None:
    """The first page of each web worker loads everything: let it be this one, not a visitor's."""
    for _worker in range(2 * WORKERS):
        try:
            httpx.get(f"http://127.0.0.1:{port}/", timeout=START_SECONDS, trust_env=False)
        except httpx.HTTPError:
            return
