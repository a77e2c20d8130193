"""众人: residents who order and leaders who race, over HTTP, each call with its own key.

A broken connection is tried again with the same key, as a phone does. `Heard` keeps what each was
told; who saw the offer first is the watcher (`watch.py`).
"""

from __future__ import annotations

import queue
import random
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from diandan.kit.clock import now

from .stream import Order
from .world import Orderer, Racer

ORDERING, RACING = 6, 50
RACERS_A_JOB = 50
ANSWER_SECONDS, PAUSE_SECONDS, GIVE_UP_SECONDS = 30.0, 0.1, 90.0
HTTP_ERROR = 500


@dataclass(slots=True)
class Heard:
    """What everybody was told; written under the lock."""

    placed: dict[str, float] = field(default_factory=dict)
    place_seconds: list[float] = field(default_factory=list)
    yes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    told_no: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    answer_seconds: list[float] = field(default_factory=list)
    broken: int = 0
    odd: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True)
class Try:
    """One leader's yes to one offer of a job."""

    job: str
    offer: str
    racer: Racer


class Crowd:
    """The threads. `order` and `race` hand work to them; `end` waits for what is left."""

    def __init__(self, base: str, orderers: list[Orderer], racers: list[Racer], seed: int) -> None:
        self.base, self.orderers, self.racers = base, orderers, racers
        self.heard = Heard()
        self._orders: queue.Queue[Order | None] = queue.Queue()
        self._tries: queue.Queue[Try | None] = queue.Queue()
        self._chance = random.Random(seed)  # noqa: S311  (who races, not a secret)
        self._threads = [threading.Thread(target=self._place_all) for _ in range(ORDERING)]
        self._threads += [threading.Thread(target=self._race_all) for _ in range(RACING)]

    def start(self) -> None:
        """All of them."""
        for thread in self._threads:
            thread.start()

    def order(self, what: Order) -> None:
        """To be placed now, by whoever is free."""
        self._orders.put(what)

    def race(self, job: str, offers: dict[str, str]) -> None:
        """Fifty leaders say yes at once: of the asked teams (team → offer), or any, where open."""
        open_to_all = offers.get("")
        if open_to_all is not None:
            able = [(open_to_all, racer) for racer in self.racers]
        else:
            able = [(offers[r.team], r) for r in self.racers if r.team in offers]
        chosen = self._chance.sample(able, min(RACERS_A_JOB, len(able)))
        for offer, racer in chosen:
            self._tries.put(Try(job, offer, racer))

    def end(self) -> None:
        """When all was answered."""
        for _ in range(ORDERING):
            self._orders.put(None)
        for thread in self._threads[:ORDERING]:
            thread.join()
        for _ in range(RACING):
            self._tries.put(None)
        for thread in self._threads[ORDERING:]:
            thread.join()

    def _place_all(self) -> None:
        with _browser(self.base) as http:
            while (what := self._orders.get()) is not None:
                who = self.orderers[what.number % len(self.orderers)]
                body: dict[str, Any] = {"words": what.words, "place": who.place, "kind": what.kind}
                if what.wanted_in:
                    start = now() + timedelta(minutes=what.wanted_in)
                    body["wanted_from"] = start.isoformat()
                    body["wanted_until"] = (start + timedelta(minutes=what.minutes)).isoformat()
                began = time.monotonic()
                said = self._send(http, "/requests", body, f"order {what.number}", who.key)
                ended = time.monotonic()
                with self.heard.lock:
                    if said.status_code == httpx.codes.OK:
                        self.heard.placed[said.json()["id"]] = ended
                        self.heard.place_seconds.append(ended - began)
                    else:
                        self.heard.odd.append(f"place {said.status_code} {said.text[:200]}")

    def _race_all(self) -> None:
        with _browser(self.base) as http:
            while (one := self._tries.get()) is not None:
                key = f"{one.offer} {one.racer.key[-8:]}"
                began = time.monotonic()
                said = self._send(http, f"/offers/{one.offer}/accept", {}, key, one.racer.key)
                with self.heard.lock:
                    self.heard.answer_seconds.append(time.monotonic() - began)
                    if said.status_code == httpx.codes.OK:
                        self.heard.yes[one.job].append(said.json()["team"])
                    elif said.status_code == httpx.codes.CONFLICT:
                        self.heard.told_no[one.job] += 1
                    else:
                        self.heard.odd.append(f"accept {said.status_code} {said.text[:200]}")

    def _send(
        self, http: httpx.Client, path: str, body: dict[str, Any], key: str, who: str
    ) -> httpx.Response:
        headers = {"Idempotency-Key": key, "Authorization": f"Bearer {who}"}
        until = time.monotonic() + GIVE_UP_SECONDS
        while time.monotonic() < until:
            try:
                said = http.post(f"/api/v1{path}", json=body, headers=headers)
            except httpx.TransportError:
                with self.heard.lock:
                    self.heard.broken += 1
                time.sleep(PAUSE_SECONDS)
                continue
            if said.status_code >= HTTP_ERROR:
                with self.heard.lock:
                    self.heard.odd.append(f"{path} {said.status_code}")
                time.sleep(PAUSE_SECONDS)
                continue
            return said
        return httpx.Response(503, text="never answered")


def _browser(base: str) -> httpx.Client:
    return httpx.Client(base_url=base, timeout=ANSWER_SECONDS, trust_env=False)
