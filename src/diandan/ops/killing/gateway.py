"""短信网关: a stand-in for the public one that counts what it was asked to send, by our own key.

It takes note of a message before it answers, as the real one does: a sender killed while it waits
for the answer must ask what arrived, not send again.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

SLOWEST_SECONDS = 0.06
PAGE = 50


class Gateway:
    """A small web server; `sent` says how often each key was sent, `asked` how often it was asked."""

    def __init__(self, seed: int) -> None:
        self.sent: Counter[str] = Counter()
        self.asked = 0
        self._by_phone: dict[str, list[str]] = {}
        self._lock = threading.Lock()
        self._random = random.Random(seed)  # noqa: S311  (delays, not secrets)
        gateway = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                words = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
                said = gateway.answer(self.headers.get("x-acs-action", ""), words)
                body = json.dumps(said).encode()
                try:
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except ConnectionError:
                    """Who asked was killed while waiting: just the case."""

            def log_message(self, *words: Any) -> None:
                """Nothing: the proof counts."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, action: str, words: dict[str, str]) -> dict[str, object]:
        """What the public gateway would say."""
        if action == "SendSms":
            with self._lock:
                self.sent[words["OutId"]] += 1
                self._by_phone.setdefault(words["PhoneNumbers"], []).append(words["OutId"])
                pause = self._random.uniform(0, SLOWEST_SECONDS)
            time.sleep(pause)
            return {"Code": "OK", "BizId": words["OutId"][:20]}
        with self._lock:
            self.asked += 1
            kept = self._by_phone.get(words.get("PhoneNumber", ""), [])[-PAGE:]
        return {
            "Code": "OK",
            "SmsSendDetailDTOs": {"SmsSendDetailDTO": [{"OutId": k} for k in kept]},
        }

    def settings(self) -> dict[str, str]:
        """The environment of a centre that sends through it."""
        return {
            "DIANDAN_SMS_KIND": "aliyun",
            "DIANDAN_SMS_URL": self.url,
            "DIANDAN_SMS_ID": "proof",
            "DIANDAN_SMS_SECRET": "proof",
            "DIANDAN_SMS_TEMPLATES": "code=T1,notice=T2",
        }

    def __enter__(self) -> Gateway:
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
