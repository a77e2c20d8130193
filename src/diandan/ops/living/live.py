"""实况: `diandan serve` under a month's stream of orders at a hundred times its speed, over HTTP.

`run(seconds)` starts the house on a database of its own, with fsync as a centre has it, lets the
orders come as the stream says, and as soon as a job has its first offer lets fifty leaders race
for it. In the middle the dispatch process is killed. It reports how long each order waited for its
first offer, what everybody was told, and what stands in the database.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

SECONDS = 240.0
REST_SECONDS = 60.0
OFFER_SECONDS_MAX, READY_SECONDS_MAX = 2.0, 1.0
STARTS = 5
SEED = 1


def run(seconds: float = SECONDS) -> dict[str, Any]:
    """The proof in a process and a database of its own; `ok` says whether everything held."""
    from diandan.config import env
    from diandan.ops import house
    from diandan.ops.morning import on_a_morning

    base, name = env.database_url(), f"diandan_live_{os.getpid()}"
    folder = tempfile.mkdtemp(prefix="diandan-live-")
    environ = {
        **os.environ,
        **on_a_morning(folder),  # at night few are asked
        "DATABASE_URL": house.throw_away(name),
        "DIANDAN_HOME": folder,
        "DIANDAN_PLACE": "xiyang",
        "DIANDAN_LOG_LEVEL": "ERROR",
    }
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" RESET synchronous_commit')
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__, str(seconds), folder],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        house.throw_out(base, name)
        shutil.rmtree(folder, ignore_errors=True)
    if done.returncode != 0:
        return {"ok": False, "trouble": done.stderr[-2000:]}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _prove(seconds: float, folder: Path) -> dict[str, Any]:
    """Everything, in the process that owns the throw-away database."""
    from diandan.ops import house
    from diandan.ops.killing.gateway import Gateway
    from diandan.ops.killing.tree import Tree

    began = time.monotonic()
    with Gateway(SEED) as gateway:
        os.environ.update(gateway.settings())
        house.make_ready()
        from .crowd import Crowd
        from .stalls import Stalls
        from .standing import kill_and_time, ready_after, start_and_time
        from .stream import SPEED, orders
        from .verdict import verdict
        from .watch import Watch
        from .world import make_world

        world = make_world()
        stream = orders(seconds)
        tree = Tree(_free_port(), folder / "serve.log")
        crowd = Crowd(tree.url, world.orderers, world.racers, SEED)
        watch = Watch(crowd.race, but=world.waiting.id)
        stalls = Stalls()
        try:
            tree.start()
            tree.await_whole()
            first = ready_after(tree.dispatchers()[0])
            watch.start()
            crowd.start()
            stalls.start()
            loads, standing = _play(stream, crowd, tree, world.waiting, seconds)
            rest = _await_offers(crowd, watch, len(stream))
        finally:
            watch.end()
            stalls.end()
            crowd.end()
            found = verdict(crowd.heard)
            starts = [kill_and_time(tree) for _ in range(STARTS)]
            tree.end()
        by_hand = [start_and_time() for _ in range(STARTS)]
    ready = {
        "first": first,
        "under_load": standing["seconds_from_start_to_ready"],
        "again": starts,
        "by_hand": by_hand,
    }
    return {
        **_figures(crowd.heard, watch, len(stream), found, standing, ready),
        "speed": SPEED,
        "seconds_of_load": seconds,
        "seconds_until_all_were_asked_after_the_last": rest,
        "load_average": loads,
        # What any process met meanwhile: [seconds, second of the run], the longest first.
        "the_machine_stood_still": stalls.longest(),
        "messages_sent_meanwhile": sum(gateway.sent.values()),
        "seconds": round(time.monotonic() - began, 1),
    }


def _figures(
    heard: Any,
    watch: Any,
    orders: int,
    found: dict[str, Any],
    standing: dict[str, Any],
    ready: dict[str, Any],
) -> dict[str, Any]:
    """What was claimed, and what was measured."""
    waits = {
        request: max(0.0, watch.seen[request] - told)
        for request, told in heard.placed.items()
        if request in watch.seen
    }
    offers = _spread(list(waits.values()))
    # Who ordered just before or while the process was dead is also told apart.
    died, lived = standing.pop("dead")
    hit = {r for r in waits if died - OFFER_SECONDS_MAX < heard.placed[r] < lived}
    of_the_house = sorted([ready["first"], ready["under_load"], *ready["again"]])
    by_hand = sorted(ready["by_hand"])
    holds = {
        "every_order_has_an_offer": len(waits) == len(heard.placed) == orders,
        "first_offer_p99_under_2_s": bool(waits) and offers["p99"] < OFFER_SECONDS_MAX,
        "one_winner_each": not found["wrong"],
        "same_plan_after_the_kill": standing["same"],
        "ready_within_1_s": of_the_house[-1] <= READY_SECONDS_MAX,
        "ready_within_1_s_by_hand": by_hand[len(by_hand) // 2] <= READY_SECONDS_MAX,
    }
    return {
        "ok": all(holds.values()),
        "holds": holds,
        "orders": orders,
        "placed": len(heard.placed),
        "seconds_from_answer_to_first_offer": offers,
        "of_them_while_the_process_was_dead": _spread([waits[request] for request in hit]),
        "slowest": _slowest(waits, heard.placed),
        "seconds_to_answer_an_order": _spread(heard.place_seconds),
        "seconds_to_answer_a_racer": _spread(heard.answer_seconds),
        "races": len(heard.yes),
        "open_claims": watch.open_jobs,
        "yes": sum(len(said) for said in heard.yes.values()),
        "told_no": sum(heard.told_no.values()),
        "broken_connections": heard.broken,
        **found,
        "odd": heard.odd[:20],
        "killed_under_load": standing,
        "seconds_from_start_to_ready": ready,
    }


def _play(
    stream: Sequence[Any], crowd: Any, tree: Any, waiting: Any, seconds: float
) -> tuple[list[float], dict[str, Any]]:
    """The orders at their moments, the kill in the middle, and the machine's load."""
    from diandan.kit.clock import now

    from .standing import keeps_clear, kill_and_compare

    began = time.monotonic()
    standing: dict[str, Any] = {}
    loads = [os.getloadavg()[0]]
    for order in stream:
        time.sleep(max(0.0, began + order.after - time.monotonic()))
        crowd.order(order)
        if not standing and order.after > seconds / 2 and keeps_clear(now()):
            standing = kill_and_compare(tree, waiting)
            loads.append(os.getloadavg()[0])
    loads.append(os.getloadavg()[0])
    return [round(load, 1) for load in loads], standing


def _await_offers(crowd: Any, watch: Any, orders: int) -> float:
    began = time.monotonic()
    while time.monotonic() < began + REST_SECONDS:
        if len(crowd.heard.placed) == orders and crowd.heard.placed.keys() <= watch.seen.keys():
            break
        time.sleep(0.1)
    return round(time.monotonic() - began, 1)


def _spread(values: list[float]) -> dict[str, float]:
    rows = sorted(values) or [0.0]
    at = {"p50": 50, "p90": 90, "p99": 99, "most": 100}
    return {
        name: round(rows[min(len(rows) - 1, len(rows) * n // 100)], 3) for name, n in at.items()
    }


def _slowest(waits: dict[str, float], placed: dict[str, float]) -> list[list[float]]:
    """The five longest waits, each with the second of the run in which it was placed."""
    first = min(placed.values(), default=0.0)
    rows = sorted(((wait, placed[request] - first) for request, wait in waits.items()))[-5:]
    return [[round(wait, 3), round(at, 1)] for wait, at in reversed(rows)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    said = _prove(float(sys.argv[1]), Path(sys.argv[2]))
    sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
