"""两种进程: the web server with two workers and the background worker, started again when killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from diandan.ops.racing.processes import children, command_of
from diandan.ops.serve import wait_for, web_command

START_SECONDS = 60
WEB_WORKERS, OK = 2, 200


class House:
    """Web and worker on `port`. Who is killed is started again at once, by its parent or by us."""

    def __init__(self, port: int, folder: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.port, self.log = port, folder / "books.log"
        self.web: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Both; returns when pages are answered."""
        words = [*web_command("127.0.0.1", self.port, WEB_WORKERS), "--respawn-interval", "0.2"]
        self.web = self._start(words)
        self.worker = self._start([sys.executable, "-m", "diandan.ops.main", "worker"])
        if not wait_for("127.0.0.1", self.port, START_SECONDS):
            raise RuntimeError(f"the web server did not start: {self.log.read_text()[-800:]}")
        httpx.get(f"{self.url}/me/sign-in", timeout=START_SECONDS, trust_env=False)

    def is_up(self) -> bool:
        """Whether both web workers are there and a page is answered."""
        try:
            said = httpx.get(f"{self.url}/me/sign-in", timeout=5, trust_env=False)
        except httpx.HTTPError:
            return False
        return len(self._web_workers()) == WEB_WORKERS and said.status_code == OK

    def _web_workers(self) -> list[int]:
        assert self.web is not None
        return [p for p in children(self.web.pid) if "tracker" not in command_of(p)]

    def kill(self, what: str) -> int:
        """SIGKILL a `web` worker, the `worker`, or `both`; how many were hit."""
        found = 0
        assert self.worker is not None
        if what in ("web", "both"):
            for pid in self._web_workers()[:1]:
                found += _kill(pid)
        if what in ("worker", "both"):
            found += _kill(self.worker.pid)
            self.worker.wait()
            self.worker = self._start([sys.executable, "-m", "diandan.ops.main", "worker"])
        return found

    def end(self) -> None:
        """Nothing of it is left."""
        for process in (self.web, self.worker):
            if process is not None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _start(self, words: list[str]) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(words, stdout=log, stderr=log, start_new_session=True)


def _kill(pid: int) -> int:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return 0
    return 1
