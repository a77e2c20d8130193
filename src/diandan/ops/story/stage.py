"""台: a throw-away database, a real web server on a free port, and a clock the story moves."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType

from diandan.config import env
from diandan.ops import house
from diandan.ops.morning import on_a_morning
from diandan.ops.serve import wait_for, web_command

START_SECONDS = 40
WEB_WORKERS = 1


class Stage:
    """Everything a story stands on; nothing of it is left afterwards."""

    def __init__(self, slug: str) -> None:
        self.slug = slug
        self.name = f"story_{slug.replace('-', '_')}_{os.getpid()}"
        self.base = env.database_url()
        self.folder = Path(tempfile.mkdtemp(prefix="diandan-story-"))
        self.clock_file = self.folder / "clock"
        self.port = _free_port()
        self.server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where the pages are."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Stage:
        """The database with its tables, and this process's own view of it."""
        os.environ.update(
            {
                **on_a_morning(self.folder),
                "DATABASE_URL": house.throw_away(self.name),
                "DIANDAN_HOME": str(self.folder),
                "DIANDAN_PLACE": self.slug,
                "DIANDAN_HOST": "127.0.0.1",
                "DIANDAN_PORT": str(self.port),
                "DIANDAN_PUBLIC_URL": self.url,
                "DIANDAN_SMS_KIND": "file",
                "DIANDAN_HOTLINE_URL": "",
                "DIANDAN_LOG_LEVEL": "ERROR",
            }
        )
        house.make_ready()
        return self

    def serve(self) -> None:
        """Start the web server; it warms up while the district is furnished."""
        log = (self.folder / "web.log").open("wb")
        self.server = subprocess.Popen(
            web_command("127.0.0.1", self.port, WEB_WORKERS),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def await_server(self) -> None:
        """Until it answers, or a sentence with what it said."""
        if not wait_for("127.0.0.1", self.port, START_SECONDS):
            raise house.Trouble(f"网站没有启动起来 (no web server):{self.said()[-600:]}")

    def said(self) -> str:
        """The web server's own words so far."""
        return (self.folder / "web.log").read_text(errors="replace")

    def move(self, by: timedelta) -> None:
        """Let time pass, for the server and for this process alike."""
        self.clock_file.write_text(f"{float(self.clock_file.read_text()) + by.total_seconds()}")

    def now(self) -> datetime:
        """The story's own moment."""
        from diandan.kit.clock import now

        return now()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the server and leave nothing behind."""
        from django.db import connections

        if self.server is not None:
            self.server.terminate()
            try:
                self.server.wait(10)
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait()
        connections.close_all()
        house.throw_out(self.base, self.name)
        shutil.rmtree(self.folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
