"""孩子们: the processes of one house, kept alive together and ended together.

A `Program` is a command started from nothing. `Forked` work begins in a copy of this process with
everything already loaded in it: the dispatch process, whose engine takes most of a second to load,
is there again a moment after it was killed (docs/adr/0006).
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import Protocol

from setproctitle import setproctitle

TERM_SECONDS, LOOK_SECONDS = 15, 0.1
# A child that dies at once, again and again, will not get better by being started faster.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
_FORK = multiprocessing.get_context("fork")


class Child(Protocol):
    """One running process, as `subprocess.Popen` has it."""

    def poll(self) -> int | None:
        """What it returned; None while it runs."""

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it."""

    def wait(self, timeout: float | None = None) -> int:
        """Until it has ended; subprocess.TimeoutExpired when it has not by then."""


class Forked:
    """`work` in a copy of this process, under the name `title`, with connections of its own."""

    def __init__(self, title: str, work: Callable[[], object]) -> None:
        from django.db import connections

        # Two processes must not speak over one connection, and what is buffered is said once.
        connections.close_all()
        sys.stdout.flush()
        sys.stderr.flush()
        self.title = title
        # No daemon in the library's sense, which might have no processes of its own.
        self._process = _FORK.Process(target=_alone, args=(title, work), daemon=False)
        self._process.start()

    def poll(self) -> int | None:
        """What it returned; None while it runs."""
        return self._process.exitcode

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.terminate()

    def kill(self) -> None:
        """End it."""
        self._process.kill()

    def wait(self, timeout: float | None = None) -> int:
        """Until it has ended; subprocess.TimeoutExpired when it has not by then."""
        self._process.join(timeout)
        ended = self._process.exitcode
        if ended is None:
            raise subprocess.TimeoutExpired(self.title, timeout or 0)
        return ended


def program(command: Sequence[str]) -> Callable[[], Child]:
    """A command, in a session of its own: Ctrl-C comes to this process alone."""
    return lambda: subprocess.Popen(command, start_new_session=True)


def forked(title: str, work: Callable[[], object]) -> Callable[[], Child]:
    """Work that is done in a copy of this process."""
    return lambda: Forked(title, work)


def settle() -> None:
    """What was loaded so far stays for good; copies share its memory as long as nobody touches it."""
    gc.collect()
    gc.freeze()


def _alone(title: str, work: Callable[[], object]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    os.setsid()
    setproctitle(title)
    work()


class Children:
    """All of them by name; `start` some, then `watch` until told to stop."""

    def __init__(self) -> None:
        self.starts: dict[str, Callable[[], Child]] = {}
        self.running: dict[str, Child] = {}
        self.again_at: dict[str, float] = {}
        self.pause: dict[str, float] = {}
        self.stopping = threading.Event()

    def start(self, starts: Mapping[str, Callable[[], Child]]) -> None:
        """Start these, and keep them alive from now on."""
        for name, begin in starts.items():
            self.starts[name], self.pause[name] = begin, FIRST_PAUSE
            self._start(name)

    def _start(self, name: str) -> None:
        self.running[name] = self.starts[name]()
        self.again_at[name] = time.monotonic() + self.pause[name]

    def watch(self) -> None:
        """Until SIGTERM or Ctrl-C; restarts what died, more slowly each time it dies early.

        Whoever watches stops them afterwards, however it ended.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask_to_stop)
        while not self.stopping.wait(LOOK_SECONDS):
            for name, child in self.running.items():
                self._look_after(name, child)

    def _look_after(self, name: str, child: Child) -> None:
        at = time.monotonic()
        ended = child.poll()
        if ended is None:
            if at > self.again_at[name] + LONGEST_PAUSE:
                self.pause[name] = FIRST_PAUSE
            return
        if at >= self.again_at[name]:
            print(f"{name} 停了(返回 {ended}),正在重新启动 (restarting)…", flush=True)
            self.pause[name] = min(self.pause[name] * 2, LONGEST_PAUSE)
            self._start(name)

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping.set()

    def stop(self) -> None:
        """Ask each to end, and end who does not."""
        for child in self.running.values():
            if child.poll() is None:
                child.terminate()
        for child in self.running.values():
            try:
                child.wait(TERM_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
