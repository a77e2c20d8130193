"""推演: months that were asked for, lived through one slice at a time in a process of their own.

The worker keeps a thread for it. A slice may take minutes; it runs as `python -m
diandan.engine.whatif` with a low priority, so that neither a page nor an order waits for it. One
trial is worked on at a time, whoever works: the database's lock says who.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection

from diandan.path.dispatch.months import (
    Slice,
    end,
    fail,
    is_wanted,
    keep_slice,
    next_slice,
    rows_of,
)

LOOK_SECONDS, STOP_SECONDS = 2.0, 0.5
#: A month that takes a single policy longer than this is too large for this machine.
SLICE_SECONDS_MAX = 20 * 60
#: The number of the lock; any number, the same everywhere.
WORKING = 7_600_111
TOO_LONG, BROKEN = "too_long", "broken"

#: A question, and whether its answer is still wanted; None when it was not waited for.
Ask = Callable[[dict[str, Any], Callable[[], bool]], dict[str, Any] | None]


def go_on(at: datetime, ask: Ask) -> int:
    """One slice, or the sums at the end; 0 when nothing is wanted."""
    todo = next_slice(at)
    if todo is None:
        return 0
    found = ask(_question(todo), lambda: is_wanted(todo.trial_id))
    if found is None:
        return 0
    if trouble := found.get("trouble"):
        fail(todo.trial_id, at, trouble)
    elif todo.policy:
        keep_slice(todo, found)
    else:
        end(todo.trial_id, at, sums=found)
    return 1


def _question(todo: Slice) -> dict[str, Any]:
    if not todo.policy:
        return {"rows": rows_of(todo.trial_id)}
    return {"lines": todo.lines, "policy": todo.policy, "seed": todo.seed}


def apart(stop: threading.Event) -> Ask:
    """Answers by a process of its own, which is ended when this one is told to stop."""

    def ask(question: dict[str, Any], is_wanted: Callable[[], bool]) -> dict[str, Any] | None:
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as made:
            given.write(json.dumps(question).encode())
            given.seek(0)
            child = subprocess.Popen(
                [sys.executable, "-m", "diandan.engine.whatif"], stdin=given, stdout=made
            )
            ends = time.monotonic() + SLICE_SECONDS_MAX
            while child.poll() is None:
                is_late = time.monotonic() > ends
                if stop.wait(STOP_SECONDS) or is_late or not is_wanted():
                    child.kill()
                    child.wait()
                    return {"trouble": TOO_LONG} if is_late else None
            made.seek(0)
            text = made.read()
        if child.returncode != 0 or not text:
            return {"trouble": BROKEN}
        found: dict[str, Any] = json.loads(text)
        return found

    return ask


def work(at: datetime, ask: Ask) -> int:
    """As `go_on`, unless another worker has it in hand."""
    with _alone() as is_mine:
        return go_on(at, ask) if is_mine else 0


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether this connection is the one that works; killed, the database lets the lock go."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [WORKING])
        is_mine = bool(cursor.fetchone()[0])
        try:
            yield is_mine
        finally:
            if is_mine:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [WORKING])
