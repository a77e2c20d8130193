"""账本不丢: two hundred rounds of SIGKILL while points are redeemed and hours are posted.

A district has lived some days; the last days' hours still stand on notice. Then people redeem
over HTTP, each form with its own key, and the clock goes on by days, so that hours fall due all
the time, while web workers and the background worker, which posts and chains, are killed at seeded
moments after they have come up, and started again. In the end every acknowledged order is there
once and nothing beside it, every pending row is settled once, and the books check is clean.
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
import threading
import time
from pathlib import Path
from typing import Any

from .books_house import House

PLACE, DAYS, A_TICK = "xiyang", 9, 1.5
#: So long the clock goes on in all rounds together: the notice of the last days' hours ends in it.
AHEAD_SECONDS = 7 * 24 * 3600
REDEEMERS = 12
FIRST_SECONDS, LAST_SECONDS = 0.2, 1.3
WAYS, WEIGHTS = ("web", "worker", "both"), (3, 3, 2)
REST_SECONDS, WHOLE_SECONDS = 60, 90


def run(rounds: int, seed: int) -> dict[str, Any]:
    """The proof in a process and a database of its own; `ok` says whether everything held."""
    import psycopg

    from diandan.config import env
    from diandan.ops import house

    base, name = env.database_url(), f"diandan_books_{os.getpid()}"
    folder = tempfile.mkdtemp(prefix="diandan-books-")
    environ = {
        **os.environ,
        "DATABASE_URL": house.throw_away(name),
        "DIANDAN_HOME": folder,
        "DIANDAN_PLACE": PLACE,
        "DIANDAN_DEMO": "1",  # a place that is never served: its clock may be turned
        "DIANDAN_CLOCK_FILE": str(Path(folder) / "clock"),
        "DIANDAN_LOG_LEVEL": "ERROR",
    }
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" RESET synchronous_commit')
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__, str(rounds), str(seed), folder],
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


def _prove(rounds: int, seed: int, folder: Path) -> dict[str, Any]:
    """Everything, in the process that owns the throw-away database."""
    from diandan.ops import house

    began = time.monotonic()
    house.make_ready()
    from .books_world import make_world, on_notice, verdict, waiting

    world = make_world(PLACE, days=DAYS, a_tick=A_TICK, people=REDEEMERS)
    furnished = round(time.monotonic() - began, 1)
    pending = on_notice()
    from .redeemers import Heard, redeem

    heard, stop = Heard(), threading.Event()
    running = House(_free_port(), folder)
    killed = 0
    chance = random.Random(seed)  # noqa: S311  (a plan, not secrets)
    threads = [
        threading.Thread(target=redeem, args=(running.url, world, n, heard, stop))
        for n in range(REDEEMERS)
    ]
    try:
        running.start()
        for thread in threads:
            thread.start()
        for number in range(1, rounds + 1):
            _await_whole(running)
            time.sleep(chance.uniform(FIRST_SECONDS, LAST_SECONDS))
            killed += running.kill(chance.choices(WAYS, WEIGHTS)[0])
            (folder / "clock").write_text(str(AHEAD_SECONDS * number // rounds))
        stop.set()
        for thread in threads:
            thread.join()
        rest = _await_rest(waiting)
    finally:
        stop.set()
        running.end()
    found = verdict(world, heard)
    return {
        "ok": not found["wrong"] and len(heard.orders) > rounds // 2 and pending > on_notice(),
        "seed": seed,
        "rounds": rounds,
        "processes_killed": killed,
        "rows_on_notice_before": pending,
        "rows_on_notice_after": on_notice(),
        "acknowledged_orders": len(heard.orders),
        "acknowledged_cancellations": len(heard.cancelled),
        "told_no": dict(heard.told_no),
        "broken_connections": heard.broken,
        "asked_again_after_the_answer": heard.again,
        **found,
        "seconds_to_rest_after_the_last_kill": rest,
        "seconds_to_furnish": furnished,
        "seconds": round(time.monotonic() - began, 1),
    }


def _await_whole(running: House) -> None:
    """Until pages are answered by both workers and the background worker has had a round."""
    from .books_world import has_worked, moment

    since, until = moment(), time.monotonic() + WHOLE_SECONDS
    while time.monotonic() < until:
        if running.is_up() and has_worked(since):
            return
        time.sleep(0.1)
    raise RuntimeError(f"the house did not stand up again: {running.log.read_text()[-800:]}")


def _await_rest(waiting: Any) -> float:
    began = time.monotonic()
    while time.monotonic() < began + REST_SECONDS and waiting():
        time.sleep(0.5)
    return round(time.monotonic() - began, 1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    said = _prove(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
    sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
