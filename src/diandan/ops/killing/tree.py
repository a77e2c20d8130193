"""进程树: the real `diandan serve` with its web workers and its background worker, and how they die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from diandan.ops.racing.processes import children, command_of

COMMAND = (sys.executable, "-m", "diandan.ops.main", "serve", "--bare")
START_SECONDS = 180
PAUSE_SECONDS = 0.1


class Tree:
    """One running house on `port`; `start` it, `kill` parts of it, `end` it."""

    def __init__(self, port: int, log: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.port = port
        self.log = log
        self.serve: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """`diandan serve`, as a centre runs it."""
        with self.log.open("ab") as log:
            self.serve = subprocess.Popen(
                [*COMMAND, "--host", "127.0.0.1", "--port", str(self.port)],
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def await_whole(self) -> None:
        """Until pages are answered and the background worker lives."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self._web_workers() and self._workers() and self._answers():
                return
            time.sleep(PAUSE_SECONDS)
        raise RuntimeError(f"the house did not stand up again: {self.log.read_text()[-800:]}")

    def kill(self, what: str) -> int:
        """SIGKILL `web`, `worker`, `dispatch`, `both` or `all`; how many processes that were."""
        found: list[int] = []
        if what in ("web", "both"):
            found += self._web_workers()[:1]
        if what in ("worker", "both"):
            found += self._workers()
        if what == "dispatch":
            found += self.dispatchers()
        if what == "all":
            found += self._everything()
        for pid in found:
            _kill(pid)
        if what == "all" and self.serve is not None:
            self.serve.wait()
        return len(found)

    def end(self) -> None:
        """Nothing of it is left."""
        if self.serve is not None:
            for pid in self._everything():
                _kill(pid)
            self.serve.wait()

    def _everything(self) -> list[int]:
        """The parent first, or it would start again what is killed."""
        assert self.serve is not None
        found, at = [self.serve.pid], 0
        while at < len(found):
            found += children(found[at])
            at += 1
        return found

    def _part(self, word: str) -> list[int]:
        if self.serve is None or self.serve.poll() is not None:
            return []
        return [pid for pid in children(self.serve.pid) if word in command_of(pid)]

    def dispatchers(self) -> list[int]:
        """The one dispatch process, while there is one."""
        return self._part("diandan dispatch")

    def _workers(self) -> list[int]:
        return self._part("diandan.ops.main worker") + self.dispatchers()

    def _web_workers(self) -> list[int]:
        below = [pid for main in self._part("granian") for pid in children(main)]
        return [pid for pid in below if "resource_tracker" not in command_of(pid)]

    def _answers(self) -> bool:
        try:
            return (
                httpx.get(f"{self.url}/me/sign-in", timeout=5, trust_env=False).status_code == 200
            )
        except httpx.HTTPError:
            return False


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        """It had ended by itself a moment before."""
