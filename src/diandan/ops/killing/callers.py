"""点单的人和队长: programs that place, accept and allocate over HTTP, and never give up.

Each call carries its own key; when the connection breaks it is sent again, as a phone does. What
was answered is written down, and asked once more, to see that nobody is told one thing and then
another.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx

WORDS = "厨房水管漏水,第{}件"
ANSWER_SECONDS = 20
PAUSE_SECONDS, LOOK_SECONDS = 0.1, 0.5
HTTP_ERROR = 500


@dataclass(frozen=True, slots=True)
class Orderer:
    """A resident's key, and where she lives."""

    key: str
    place: int


@dataclass(slots=True)
class Heard:
    """What all callers heard together; written under the lock."""

    placed: dict[int, str] = field(default_factory=dict)
    accepted: dict[str, str] = field(default_factory=dict)
    allocated: set[str] = field(default_factory=set)
    told_no: int = 0
    broken: int = 0
    changed: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Callers:
    """The threads; `ask` gives the residents more to place."""

    def __init__(self, base: str, orderers: list[Orderer], leaders: list[str]) -> None:
        self.base = base
        self.heard = Heard()
        self._todo: queue.Queue[int] = queue.Queue()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._order, args=(o,)) for o in orderers]
        self._threads += [threading.Thread(target=self._lead, args=(key,)) for key in leaders]

    def start(self) -> None:
        """All of them."""
        for thread in self._threads:
            thread.start()

    def ask(self, numbers: Iterable[int]) -> None:
        """Orders to be placed, each by whoever is free."""
        for each in numbers:
            self._todo.put(each)

    def end(self) -> None:
        """No more calls."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _order(self, who: Orderer) -> None:
        with _browser(self.base, who.key) as http:
            while not self._stop.is_set():
                try:
                    number = self._todo.get(timeout=PAUSE_SECONDS)
                except queue.Empty:
                    continue
                words = WORDS.format(number)
                body = {"words": words, "place": who.place, "kind": "plumbing"}
                said = self._twice(http, "/requests", body, f"place {number}")
                if said is not None:
                    with self.heard.lock:
                        self.heard.placed[number] = said["id"]

    def _lead(self, key: str) -> None:
        with _browser(self.base, key) as http:
            while not self._stop.is_set():
                said = self._send(http, "GET", "/offers")
                for offer in said.json()["asked"] if said is not None else ():
                    self._accept(http, offer["id"])
                self._stop.wait(LOOK_SECONDS)

    def _accept(self, http: httpx.Client, offer: str) -> None:
        said = self._twice(http, f"/offers/{offer}/accept", {}, f"accept {offer}")
        if said is None:
            return
        job = said["job"]
        with self.heard.lock:
            self.heard.accepted[job] = said["team"]
        seen = self._send(http, "GET", f"/jobs/{job}/led")
        if seen is None or seen.status_code != httpx.codes.OK:
            return
        # Not the leader, who is the first: nobody is told what she did herself.
        chosen = [seen.json()["members"][-1]["id"]]
        done = self._twice(http, f"/jobs/{job}/allocate", {"person_ids": chosen}, f"allocate {job}")
        if done is not None:
            with self.heard.lock:
                self.heard.allocated.add(job)

    def _twice(
        self, http: httpx.Client, path: str, body: dict[str, Any], key: str
    ) -> dict[str, Any] | None:
        """Do it, and ask again with the same key: the answer, or None for a no."""
        answers = [self._send(http, "POST", path, body, key) for _again in range(2)]
        if answers[0] is None or answers[1] is None:
            return None
        first, second = answers[0].status_code, answers[1].status_code
        if first == httpx.codes.CONFLICT:
            with self.heard.lock:
                self.heard.told_no += 1
            return None
        if first != httpx.codes.OK:
            self._note(self.heard.odd, f"{path} {first} {answers[0].text[:200]}")
            return None
        if second != first or answers[0].json() != answers[1].json():
            self._note(self.heard.changed, f"{path} {first} {second}")
        told: dict[str, Any] = answers[0].json()
        return told

    def _send(
        self, http: httpx.Client, method: str, path: str, body: Any = None, key: str = ""
    ) -> httpx.Response | None:
        """Until it is answered; None only when all is over."""
        headers = {"Idempotency-Key": key} if key else {}
        while not self._stop.is_set():
            try:
                said = http.request(method, f"/api/v1{path}", json=body, headers=headers)
            except httpx.TransportError:
                with self.heard.lock:
                    self.heard.broken += 1
                time.sleep(PAUSE_SECONDS)
                continue
            if said.status_code >= HTTP_ERROR:
                self._note(self.heard.odd, f"{method} {path} {said.status_code}")
                time.sleep(PAUSE_SECONDS)
                continue
            return said
        return None

    def _note(self, where: list[str], what: str) -> None:
        with self.heard.lock:
            where.append(what)


def _browser(base: str, key: str) -> httpx.Client:
    return httpx.Client(
        base_url=base,
        timeout=ANSWER_SECONDS,
        trust_env=False,
        headers={"Authorization": f"Bearer {key}"},
    )
