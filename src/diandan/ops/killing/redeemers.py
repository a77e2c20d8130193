"""兑换的人: each orders a gift again and again at the web door, and never gives a form up."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx

from .books_world import World

PAUSE_SECONDS, ANSWER_SECONDS = 0.1, 10.0
SEE_OTHER, HTTP_ERROR = 303, 500
CSRF = "k" * 32
#: Of so many orders one stays; the others are cancelled, so that points do not run out at once.
KEPT_EVERY = 100


@dataclass(slots=True)
class Heard:
    """What all were told; written under the lock."""

    orders: dict[str, str] = field(default_factory=dict)
    cancelled: set[str] = field(default_factory=set)
    told_no: Counter[int] = field(default_factory=Counter)
    broken: int = 0
    again: int = 0
    changed: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def redeem(base: str, world: World, number: int, heard: Heard, stop: threading.Event) -> None:
    """One person's browser until `stop`; every form is sent once more after its answer."""
    cookies = {"sessionid": world.sessions[number], "csrftoken": CSRF}
    turn = 0
    with httpx.Client(
        base_url=base, cookies=cookies, timeout=ANSWER_SECONDS, trust_env=False
    ) as http:
        while not stop.is_set():
            turn += 1
            form = {
                "form_key": f"kill-{number}-{turn}",
                "csrfmiddlewaretoken": CSRF,
                "site": str(world.site),
            }
            first = _send(http, f"/v/mall/{world.gift}/order", form, heard)
            second = _send(http, f"/v/mall/{world.gift}/order", form, heard)
            if first.status_code != SEE_OTHER:
                with heard.lock:
                    heard.told_no[first.status_code] += 1
                time.sleep(PAUSE_SECONDS)
                continue
            with heard.lock:
                heard.orders[form["form_key"]] = first.headers["location"].rpartition("/")[2]
                heard.again += 1
                if second.headers.get("location") != first.headers["location"]:
                    heard.changed.append(f"{form['form_key']}:{first.headers['location']}")
            if turn % KEPT_EVERY:
                _cancel(http, heard.orders[form["form_key"]], heard)


def _cancel(http: httpx.Client, order: str, heard: Heard) -> None:
    """The gift goes back on the shelf and the points to her, who orders again."""
    form = {"form_key": f"cancel-{order}", "csrfmiddlewaretoken": CSRF}
    said = _send(http, f"/v/mall/orders/{order}/cancel", form, heard)
    with heard.lock:
        if said.status_code == SEE_OTHER:
            heard.cancelled.add(order)
        else:
            heard.told_no[said.status_code] += 1


def _send(http: httpx.Client, path: str, form: dict[str, str], heard: Heard) -> httpx.Response:
    """Until it is answered: a broken connection and a fault of the house are tried again."""
    while True:
        try:
            said = http.post(path, data=form)
        except httpx.TransportError:
            with heard.lock:
                heard.broken += 1
            time.sleep(PAUSE_SECONDS)
            continue
        if said.status_code < HTTP_ERROR:
            return said
        time.sleep(PAUSE_SECONDS)
