"""抢单: many team leaders say yes to one open offer at the same moment, over HTTP.

`run(200)` starts the real server with two processes on a database of its own and lets 200 leaders
race twice; in the second race one server process is killed without warning, and whose connection
broke sends the same form again, as a phone does. It reports what each was told, and what stands
in the database.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from .processes import children, command_of

WORKERS = 2
THREADS = 8
YES, TOLD_NO = 303, 409
START_SECONDS = 30
ANSWER_SECONDS = 60
TRIES = 40
PAUSE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Racer:
    """A leader's browser: her session, and the one-time key of her form."""

    session: str
    form_key: str


@dataclass(slots=True)
class Told:
    """What one racer heard: the answers in order, and how often her connection broke."""

    statuses: list[int] = field(default_factory=list)
    broken: int = 0
    names_winner: bool = False
    offers_more: bool = False


def run(n: int = 200) -> dict[str, Any]:
    """Race `n` leaders on a throw-away database; `ok` says whether everything held."""
    from diandan.config import env
    from diandan.ops import house

    base, name = env.database_url(), f"diandan_racers_{os.getpid()}"
    address = house.throw_away(name)
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__, str(n)],
            env={**os.environ, "DATABASE_URL": address},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        house.throw_out(base, name)
    if done.returncode != 0:
        return {"ok": False, "racers": n, "trouble": done.stderr[-2000:]}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _prove(n: int) -> dict[str, Any]:
    """Everything, in the process that owns the throw-away database."""
    from diandan.ops import house

    house.make_ready()
    from diandan.kit.clock import now

    from .world import make_offers, make_racers, verdict

    began = time.monotonic()
    at = now()
    racers = [Racer(session, f"key{i}") for i, session in enumerate(make_racers(n, at))]
    offers = make_offers(3, at)
    report: dict[str, Any] = {"racers": n, "workers": WORKERS}
    with _server() as (base, main):
        for name, offer, kills in (("plain", offers[0], False), ("killed", offers[1], True)):
            told, was_killed = _race(base, offer, racers, main if kills else None)
            report[name] = {**_summary(told), "process_killed": was_killed, **verdict(offer)}
    report["seconds"] = round(time.monotonic() - began, 1)
    report["ok"] = all(_holds(report[name], n) for name in ("plain", "killed"))
    return report


def _summary(told: list[Told]) -> dict[str, Any]:
    firsts = [t.statuses[0] for t in told if t.statuses]
    return {
        "yes": firsts.count(YES),
        "no_with_what_else": sum(
            t.statuses[:1] == [TOLD_NO] and t.names_winner and t.offers_more for t in told
        ),
        "other": sorted({s for s in firsts if s not in (YES, TOLD_NO)}),
        "unanswered": sum(not t.statuses for t in told),
        "changed_answer": sum(len(set(t.statuses)) > 1 for t in told),
        "broken_connections": sum(t.broken for t in told),
    }


def _holds(found: dict[str, Any], n: int) -> bool:
    """One yes, everybody else a no with what else there is; one of each in the database."""
    told = (found["yes"], found["no_with_what_else"], found["unanswered"], found["changed_answer"])
    kept = (found["living_engagements"], found["accepted_offers"], found["accepted_facts"])
    return told == (1, n - 1, 0, 0) and kept == (1, 1, 1)


def _race(base: str, offer: str, racers: list[Racer], main: int | None) -> tuple[list[Told], bool]:
    """All at once; with `main`, one of its children is killed when a few have been answered."""
    told = [Told() for _ in racers]
    start = threading.Barrier(len(racers) + 1)
    some = threading.Semaphore(0)
    threads = [
        threading.Thread(target=_one, args=(base, offer, racer, mine, start, some))
        for racer, mine in zip(racers, told, strict=True)
    ]
    for thread in threads:
        thread.start()
    start.wait()
    was_killed = False
    if main is not None:
        for _ in range(max(1, len(racers) // 10)):
            some.acquire(timeout=ANSWER_SECONDS)
        was_killed = _kill_one(main)
    for thread in threads:
        thread.join()
    return told, was_killed


def _one(
    base: str,
    offer: str,
    racer: Racer,
    mine: Told,
    start: threading.Barrier,
    some: threading.Semaphore,
) -> None:
    """One leader presses 接单; then again, to see that nobody is told yes and later no."""
    csrf = "r" * 32
    cookies = {"sessionid": racer.session, "csrftoken": csrf}
    form = {"form_key": racer.form_key, "csrfmiddlewaretoken": csrf}
    with httpx.Client(base_url=base, cookies=cookies, timeout=ANSWER_SECONDS) as browser:
        start.wait()
        for _again in range(2):
            reply = _press(browser, f"/v/offers/{offer}/accept", form, mine)
            some.release()
            if reply is None:
                return
            mine.statuses.append(reply.status_code)
            mine.names_winner = "先锋队" in reply.text
            mine.offers_more = "/v/offers/0" in reply.text


def _press(
    browser: httpx.Client, path: str, form: dict[str, str], mine: Told
) -> httpx.Response | None:
    """Send the form; when the connection breaks, send the very same form again."""
    for _try in range(TRIES):
        try:
            return browser.post(path, data=form)
        except httpx.TransportError:
            mine.broken += 1
            time.sleep(PAUSE_SECONDS)
    return None


@contextmanager
def _server() -> Iterator[tuple[str, int]]:
    """The server as it runs in a centre, on a free port; its address and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
    words += ["--workers", str(WORKERS), "--blocking-threads", str(THREADS)]
    words += ["--respawn-failed-workers", "--log-level", "warning"]
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", *words, "diandan.config.wsgi:application"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        _wait(base, process)
        yield base, process.pid
    finally:
        # The whole group at once: after a worker was killed the server is slow to leave.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(base: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"{base}/me/sign-in").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(PAUSE_SECONDS)
    raise RuntimeError("the server did not start")


def _kill_one(main: int) -> bool:
    """SIGKILL the first server process under `main`; false when none is found."""
    for pid in children(main):
        if "resource_tracker" not in command_of(pid):
            os.kill(pid, signal.SIGKILL)
            return True
    return False


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_prove(int(sys.argv[1])), ensure_ascii=False) + "\n")
