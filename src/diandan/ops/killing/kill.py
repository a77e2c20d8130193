"""一起杀: web workers and the background worker die again and again while people order and accept.

`run(rounds, orders, seed)` starts `diandan serve` on a database of its own. In every round orders
are placed and the teams answer, over HTTP with idempotency keys; at a seeded moment processes are
killed with SIGKILL: a web worker, the background worker, both, or everything. Nobody repairs
anything; what died is started by `serve`, or `serve` itself is started again, as after a power
cut. It reports what stands in the end.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PLACE = "xiyang"
RESIDENTS = 4
# A job asks up to three teams, and a team is asked so often in a week and no more.
ASKS_A_JOB, SPARE_TEAMS = 3, 3
FIRST_SECONDS, LAST_SECONDS = 0.1, 1.8
REST_SECONDS = 240
WAYS, WEIGHTS = ("both", "web", "worker"), (6, 1, 2)
# `serve` starts what dies again and again more slowly; a new one begins anew.
ALL_EVERY = 4


@dataclass(frozen=True, slots=True)
class Blow:
    """One kill: so many seconds after the round's orders came in, and whom."""

    after: float
    what: str


def blows(rounds: int, seed: int) -> list[Blow]:
    """The same kills for the same seed."""
    chance = random.Random(seed)  # noqa: S311  (a plan, not secrets)
    return [
        Blow(
            round(chance.uniform(FIRST_SECONDS, LAST_SECONDS), 2),
            "all" if n % ALL_EVERY == ALL_EVERY - 1 else chance.choices(WAYS, WEIGHTS)[0],
        )
        for n in range(rounds)
    ]


def run(rounds: int, orders: int, seed: int) -> dict[str, Any]:
    """The proof in a process and a database of its own; `ok` says whether everything held."""
    from diandan.config import env
    from diandan.ops import house
    from diandan.ops.morning import on_a_morning

    base, name = env.database_url(), f"diandan_killed_{os.getpid()}"
    folder = tempfile.mkdtemp(prefix="diandan-killed-")
    environ = {
        **os.environ,
        **on_a_morning(folder),  # at night no message would be sent before seven
        "DATABASE_URL": house.throw_away(name),
        "DIANDAN_HOME": folder,
        "DIANDAN_PLACE": PLACE,
        "DIANDAN_LOG_LEVEL": "ERROR",
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__, str(rounds), str(orders), str(seed), folder],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        house.throw_out(base, name)
        shutil.rmtree(folder, ignore_errors=True)
    if done.returncode != 0:
        return {"ok": False, "rounds": rounds, "trouble": done.stderr[-2000:]}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _prove(rounds: int, orders: int, seed: int, folder: Path) -> dict[str, Any]:
    """Everything, in the process that owns the throw-away database."""
    from diandan.ops import house

    from .gateway import Gateway

    began = time.monotonic()
    with Gateway(seed) as gateway:
        os.environ.update(gateway.settings())
        house.make_ready()
        from diandan.path.dispatch.core import ASKS_A_WEEK

        from .callers import Callers
        from .tree import Tree
        from .verdict import verdict
        from .world import people_with_keys

        teams = rounds * orders * ASKS_A_JOB // ASKS_A_WEEK + SPARE_TEAMS
        orderers, leaders = people_with_keys(PLACE, RESIDENTS, teams, seed)
        tree = Tree(_free_port(), folder / "serve.log")
        callers = Callers(tree.url, orderers, leaders)
        try:
            tree.start()
            callers.start()
            moments, ended = _rounds(tree, callers, blows(rounds, seed), orders)
            rest = _await_rest(callers, rounds * orders, ended)
        finally:
            callers.end()
            tree.end()
        found = verdict(callers.heard, rounds * orders, gateway.sent)
    heard = callers.heard
    return {
        "ok": not found["wrong"],
        "seed": seed,
        "rounds": rounds,
        "orders": rounds * orders,
        "acknowledged": len(heard.placed),
        "accepted": len(heard.accepted),
        "told_taken": heard.told_no,
        "allocated": len(heard.allocated),
        "broken_connections": heard.broken,
        "gateway_asked_what_arrived": gateway.asked,
        **found,
        "seconds_to_rest_after_the_last_kill": rest,
        "kills": moments,
        "seconds": round(time.monotonic() - began, 1),
    }


def _rounds(
    tree: Any, callers: Any, plan: list[Blow], orders: int
) -> tuple[list[dict[str, Any]], float]:
    """Every blow with what it hit; and when the last one fell."""
    from .verdict import at_this_moment

    moments: list[dict[str, Any]] = []
    for number, blow in enumerate(plan):
        tree.await_whole()
        callers.ask(range(number * orders, (number + 1) * orders))
        time.sleep(blow.after)
        killed = tree.kill(blow.what)
        moments.append(
            {"what": blow.what, "after": blow.after, "processes": killed, **at_this_moment()}
        )
        if blow.what == "all":
            tree.start()
    return moments, time.monotonic()


def _await_rest(callers: Any, orders: int, since: float) -> float:
    """Seconds until everybody was answered and the worker had nothing left, by itself."""
    from .verdict import is_at_rest

    heard = callers.heard
    while time.monotonic() < since + REST_SECONDS:
        is_done = len(heard.placed) == len(heard.allocated) == orders
        if is_done and is_at_rest():
            break
        time.sleep(0.25)
    return round(time.monotonic() - since, 1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    how_many, each, which = (int(word) for word in sys.argv[1:4])
    said = _prove(how_many, each, which, Path(sys.argv[4]))
    sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
