"""热线接口: how a case reaches the outside hotline. A hotline is behind one small door.

Each case is sent under its own idempotency key, the case id. An outside system that honours the
key, and the folder, keep one case however often the same one arrives.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings

if TYPE_CHECKING:
    import httpx

TIMEOUT_SECONDS = 5.0
REJECTED = range(400, 500)
# Not rejections of this case but a door that is shut for now.
SHUT_FOR_NOW = frozenset({401, 403, 404, 408, 425, 429})


class HotlineDown(Exception):
    """The outside system cannot be reached or is out of order: nothing more is sent for now."""


class HotlineRejected(Exception):
    """The outside system answers, and does not take this case."""


class Hotline(Protocol):
    """What a hotline must be able to do."""

    def send(self, key: str, case: Mapping[str, Any]) -> str:
        """Hand over one case under an idempotency key; returns the outside number, or nothing.

        Raises HotlineDown or HotlineRejected.
        """

    def report(self, key: str, outcome: Mapping[str, Any]) -> None:
        """Tell how one case ended, under an idempotency key. Raises as `send`."""


@dataclass(frozen=True, slots=True)
class FileHotline:
    """A folder that somebody, or another program, empties: one JSON file a case."""

    folder: Path

    def send(self, key: str, case: Mapping[str, Any]) -> str:
        """Write the case whole or not at all; the same key writes the same file."""
        self._write(f"{key}.json", key, case)
        return ""

    def report(self, key: str, outcome: Mapping[str, Any]) -> None:
        """Beside the cases, one file for each end."""
        self._write(f"outcome-{key}.json", key, outcome)

    def _write(self, name: str, key: str, told: Mapping[str, Any]) -> None:
        path = self.folder / name
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not path.exists():
                half = path.with_suffix(".part")
                half.write_text(
                    json.dumps({"key": key, **told}, ensure_ascii=False, indent=1),
                    encoding="utf-8",
                )
                half.replace(path)
        except OSError as trouble:
            raise HotlineDown(f"{trouble.strerror}: {self.folder.name}") from trouble


@dataclass(frozen=True, slots=True)
class HttpHotline:
    """An address that takes JSON by POST and answers with `{"number": …}`."""

    url: str
    transport: httpx.BaseTransport | None = None

    def send(self, key: str, case: Mapping[str, Any]) -> str:
        """POST the case with its key as Idempotency-Key."""
        return _number_in(self._post(self.url, key, case))

    def report(self, key: str, outcome: Mapping[str, Any]) -> None:
        """POST the end of a case to `outcomes` below the same address."""
        self._post(f"{self.url.rstrip('/')}/outcomes", key, outcome)

    def _post(self, url: str, key: str, told: Mapping[str, Any]) -> httpx.Response:
        import httpx  # wanted here alone: no other process waits at its start for a web client

        try:
            with httpx.Client(timeout=TIMEOUT_SECONDS, transport=self.transport) as client:
                said = client.post(url, json={"key": key, **told}, headers={"Idempotency-Key": key})
        except httpx.HTTPError as trouble:
            raise HotlineDown(f"{type(trouble).__name__}: {trouble}") from trouble
        if said.status_code in REJECTED and said.status_code not in SHUT_FOR_NOW:
            raise HotlineRejected(f"HTTP {said.status_code}: {said.text[:200]}")
        if not said.is_success:
            raise HotlineDown(f"HTTP {said.status_code}")
        return said


def _number_in(said: httpx.Response) -> str:
    try:
        body = said.json()
    except ValueError:
        return ""
    return str(body.get("number") or "")[:60] if isinstance(body, dict) else ""


def hotline() -> Hotline:
    """The hotline of this instance: at DIANDAN_HOTLINE_URL, or a folder when that is empty."""
    url = settings.DIANDAN_HOTLINE_URL
    return HttpHotline(url) if url else FileHotline(Path(settings.DIANDAN_HOTLINE_DIR))
