"""停顿: how long the machine itself stood still, so that a slow order is blamed on the right one.

Two threads measure what any process would meet: how late a short sleep ends (the processor was
elsewhere), and how long a small file takes to reach the disk (what every commit waits for).
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable

TICK_SECONDS, WRITE_EVERY_SECONDS = 0.02, 0.25
KEPT = 5
BLOCK = bytes(8192)


class Stalls:
    """From `start` to `end`; `longest` are (seconds, second of the run), the longest first."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._began = time.monotonic()
        self._found: dict[str, list[tuple[float, float]]] = {"processor": [], "disk": []}
        self._threads = [
            threading.Thread(target=self._measure, args=("processor", _nap)),
            threading.Thread(target=self._measure, args=("disk", _write)),
        ]

    def start(self) -> None:
        """Begin, with second 0 of the run."""
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Stop measuring."""
        self._stop.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def longest(self) -> dict[str, list[tuple[float, float]]]:
        """The longest waits for the processor and for the disk."""
        return {
            name: [(round(wait, 3), round(at, 1)) for wait, at in rows]
            for name, rows in self._found.items()
        }

    def _measure(self, name: str, once: Callable[[], float]) -> None:
        while not self._stop.is_set():
            at = time.monotonic() - self._began
            rows = [*self._found[name], (once(), at)]
            self._found[name] = sorted(rows, reverse=True)[:KEPT]


def _nap() -> float:
    """How much later than asked a short sleep ends."""
    began = time.monotonic()
    time.sleep(TICK_SECONDS)
    return time.monotonic() - began - TICK_SECONDS


def _write() -> float:
    """How long one block takes to the disk."""
    with tempfile.TemporaryFile() as file:
        file.write(BLOCK)
        file.flush()
        began = time.monotonic()
        os.fsync(file.fileno())
        wait = time.monotonic() - began
    time.sleep(WRITE_EVERY_SECONDS)
    return wait
