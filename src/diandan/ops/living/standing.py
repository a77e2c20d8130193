"""同一个方案: the dispatch process dies under load, its last plan with it, and finds it again.

While it is dead the newest round of the waiting centre is taken away, so that the next process
cannot but work it out anew from the tables; problem and plan must be the same, byte for byte.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from diandan.engine.plan import digest
from diandan.flow.models import Pulse
from diandan.ground.places.models import Place
from diandan.kit.clock import now
from diandan.ops.killing.tree import Tree
from diandan.path.dispatch.models import DispatchRound
from diandan.path.dispatch.rounds import latest

PAUSE_SECONDS, WAIT_SECONDS = 0.01, 60.0
#: Asked more often than this, the web server would take the processor from what is starting.
ASK_SECONDS = 0.04
#: A problem's clock moves every quarter of an hour; the kill keeps clear of that moment.
STEP_SECONDS, CLEAR_SECONDS = 15 * 60, 45.0


def keeps_clear(at: datetime) -> bool:
    """Whether no quarter of an hour has just begun, or begins in the next moments."""
    return CLEAR_SECONDS < at.timestamp() % STEP_SECONDS < STEP_SECONDS - CLEAR_SECONDS


def kill_and_compare(tree: Tree, waiting: Place) -> dict[str, Any]:
    """SIGKILL the dispatch process; what the next one finds, and how soon it is ready."""
    before = _round(waiting)
    kept = _marks(before)
    killed_at = time.monotonic()
    killed = tree.kill("dispatch")
    DispatchRound.objects.filter(id=before.id).delete()
    pid = _new_one(tree)
    ready = ready_after(pid)
    ready_at = time.monotonic()
    after = _round(waiting, other_than=before)
    return {
        "killed": killed,
        "jobs": after.jobs,
        "matched": after.matched,
        "before": kept,
        "after": _marks(after),
        "same": kept == _marks(after),
        "dead": (killed_at, ready_at),
        "seconds_from_kill_to_the_same_plan": round(time.monotonic() - killed_at, 2),
        "seconds_from_start_to_ready": ready,
    }


def kill_and_time(tree: Tree) -> float:
    """SIGKILL it, and the seconds from the next one's start until /health says it is ready."""
    tree.kill("dispatch")
    Pulse.objects.filter(name="dispatch").delete()
    pid = _new_one(tree)
    began = _began(pid)
    with httpx.Client(base_url=tree.url, trust_env=False, timeout=10) as http:
        until = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < until:
            if http.get("/health").json().get("dispatch"):
                return round(now().timestamp() - began, 2)
            time.sleep(ASK_SECONDS)
    raise RuntimeError("the dispatch process did not come back")


def start_and_time() -> float:
    """The same of `diandan dispatch` typed by hand, which loads everything from nothing."""
    Pulse.objects.filter(name="dispatch").delete()
    alone = subprocess.Popen([sys.executable, "-m", "diandan.ops.main", "dispatch"])
    try:
        return ready_after(alone.pid)
    finally:
        alone.kill()
        alone.wait()


def ready_after(pid: int) -> float:
    """Seconds from the start of the process until it said that it lives."""
    began, until = _began(pid), time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        row = Pulse.objects.filter(name="dispatch").first()
        if row is not None and row.at.timestamp() > began:
            return round(row.at.timestamp() - began, 2)
        time.sleep(PAUSE_SECONDS)
    raise RuntimeError("the dispatch process did not come back")


def _round(waiting: Place, other_than: DispatchRound | None = None) -> DispatchRound:
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        made = latest(waiting)
        if made is not None and (other_than is None or made.id != other_than.id):
            return made
        time.sleep(PAUSE_SECONDS)
    raise RuntimeError("the waiting centre was not planned")


def _marks(made: DispatchRound) -> dict[str, str]:
    """What must be the same: the problem, the plan that answers it, and the asking order."""
    order = json.dumps(made.order, sort_keys=True).encode()
    return {
        "problem": digest(made.problem),
        "plan": digest(made.plan),
        "order": hashlib.sha256(order).hexdigest()[:16],
    }


def _new_one(tree: Tree) -> int:
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        found = tree.dispatchers()
        if found:
            return found[0]
        time.sleep(PAUSE_SECONDS)
    raise RuntimeError("the dispatch process was not started again")


def _began(pid: int) -> float:
    """The moment at which a process was started, by the place's clock, from the kernel's books."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(words[19]) / os.sysconf("SC_CLK_TCK")
    return now().timestamp() - (time.clock_gettime(time.CLOCK_BOOTTIME) - ticks)
