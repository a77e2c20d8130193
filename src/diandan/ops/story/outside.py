"""外部热线: a stand-in for 12345 that can be down and comes back, each case once by its key.

It is told how cases ended at an address below, as a real one is; an end is no new case.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

OUTCOMES = "/outcomes"


class Outside:
    """A small web server of its own.

    `numbers` are the cases it took, `ends` what it was told of them, both by idempotency key.
    """

    def __init__(self) -> None:
        self.is_down = True
        self.numbers: dict[str, str] = {}
        self.ends: dict[str, dict[str, Any]] = {}
        outside = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                told = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                if outside.is_down:
                    self.send_response(503)
                    self.end_headers()
                    return
                key = self.headers.get("Idempotency-Key", "")
                body = json.dumps(outside.take(self.path, key, told)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words: Any) -> None:
                """Nothing: the story tells what was seen."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self._server.server_port}/cases"

    def take(self, path: str, key: str, told: bytes) -> dict[str, Any]:
        """A case gets its number, the same again the same one; an end is noted."""
        if path.endswith(OUTCOMES):
            self.ends.setdefault(key, json.loads(told))
            return {}
        return {"number": self.numbers.setdefault(key, f"12345-{len(self.numbers) + 1:05d}")}

    def __enter__(self) -> Outside:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
