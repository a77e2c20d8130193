"""工人: the one background process. Each round hands out facts, rings clocks, places standing
orders, drains the hotline and sends messages. Everything it does is in tables: kill it at any
moment and another goes on where it stood.
"""

from __future__ import annotations

import functools
import logging
import signal
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import FrameType

from django.db import Error, close_old_connections, connection

from diandan.ground.notify.actions.send import send_due
from diandan.ground.notify.adapters.base import Adapter
from diandan.ground.notify.adapters.choose import adapters
from diandan.ground.record.actions.hand_out import hand_out
from diandan.ground.record.queries import newest
from diandan.kit.clock import now
from diandan.path.assess.actions.hotline import drain
from diandan.path.assess.actions.whistle import remind_late as remind_units
from diandan.path.assess.adapters import hotline
from diandan.path.grade.actions.late import remind_late as remind_owners
from diandan.square.certificate.actions.handle import issue_due

from . import backups, books, months, rewards, savings
from .leaving import erase_due
from .pulse import beat
from .standing import place_due
from .switchboard import KINDS, STEPS, handlers_at
from .timekeeper import run_due

log = logging.getLogger(__name__)

NAME = "worker"
# Idle rounds wait this long: a resident sees the next state within a blink.
IDLE_SECONDS = 0.25
# While it waits it looks so often whether a fact came: one cheap query, where a round is many.
LOOK_SECONDS = 0.05
SLOW_EVERY = timedelta(minutes=1)
# Steps look at the newest facts each time and at all that wait so often.
WHOLE_EVERY, LOOK_BACK = timedelta(seconds=1), 200
ROUNDS_MAX = 1000
# A gateway answers slowly: orders must not stand still behind a day's messages.
SENT_A_TURN = 10


@functools.cache
def _ways_out() -> Mapping[str, Adapter]:
    """The message adapters, made once: they keep their tokens."""
    return adapters()


def run_once(at: datetime, *, slow: bool = True, dispatch: bool = True) -> int:
    """Everything due at `at`, until nothing more follows from it; returns how much was done.

    `slow` includes what need not be looked at every quarter second; `dispatch` also the rounds
    of the dispatch process (`flow.dispatcher`), where none runs beside.
    """
    total = 0
    for _round in range(ROUNDS_MAX):
        done = _turn(at, dispatch=dispatch)
        if slow and not done:  # what is swept up follows from what came to rest
            done = _sweep(at)
        total += done
        if not done:
            return total
    log.warning("a round did not come to rest after %s turns", ROUNDS_MAX)
    return total


def _turn(at: datetime, *, dispatch: bool) -> int:
    """Once through what people wait for; how much was done."""
    handlers = handlers_at(at)
    # What moves an order goes before what tells of it: fifty notices may follow from one fact.
    done = hand_out(handlers=handlers, kinds=KINDS, at=at, only=STEPS)
    has_news = _news_since(newest())
    done += hand_out(handlers=handlers, kinds=KINDS, at=at, after=STEPS, until=has_news)
    done += run_due(at=at)
    done += send_due(at=at, adapters=_ways_out(), limit=SENT_A_TURN, until=has_news)
    if dispatch:
        # Imported when wanted: the engine is loaded in the dispatch process, not in this one.
        from .dispatcher import dispatch_once, explain_once

        done += dispatch_once(at) + explain_once(at)
    return done


def _report(at: datetime) -> int:
    drained = drain(at=at, adapter=hotline())
    return drained.sent + drained.reported


#: What need not be looked at every quarter second; each says how much it did.
SWEEPS: tuple[Callable[[datetime], int], ...] = (
    lambda at: place_due(at=at),
    lambda at: books.sweep(at=at),
    lambda at: savings.sweep(at=at),
    lambda at: rewards.sweep(at=at),
    lambda at: backups.sweep(at=at),
    lambda at: issue_due(at=at),
    lambda at: erase_due(at=at),
    lambda at: len(remind_units(at=at)) + len(remind_owners(at=at)),
    _report,
)


def _sweep(at: datetime, *, goes_on: bool = False) -> int:
    """Once through `SWEEPS`; how much was done.

    `goes_on`: one that fails is logged and the others have their turn, so that a single bad row
    cannot keep the hotline or somebody's erasure waiting for ever.
    """
    done = 0
    for sweep in SWEEPS:
        try:
            done += sweep(at)
        except Exception:
            if not goes_on:
                raise
            log.exception("a sweep failed")
            close_old_connections()
    return done


def _nothing() -> bool:
    return False


def _news_since(seen: int) -> Callable[[], bool]:
    """Whether a fact came since: an order that waits goes before the rest of the messages."""
    return lambda: newest() != seen


def run_forever(*, dispatch: bool = False) -> None:
    """Rounds until SIGTERM or SIGINT. A failing round is logged and tried again.

    `dispatch`: this process plans and asks as well, where no dispatch process runs beside it.
    """
    stop = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    last_slow = now() - SLOW_EVERY
    steps = threading.Thread(target=_steps_forever, args=(stop,))
    steps.start()
    trials = threading.Thread(target=_months_forever, args=(stop,))
    trials.start()
    while not stop.is_set():
        at = now()
        slow = at - last_slow >= SLOW_EVERY or at < last_slow
        has_news: Callable[[], bool] = _nothing
        try:
            has_news = _news_since(newest())
            # One turn, not until rest: under load there is none, and the clock must go on.
            done = _turn(at, dispatch=dispatch)
            if slow:
                swept = _sweep(at, goes_on=True)
                done += swept
                last_slow = last_slow if swept else at
            beat(NAME, at)
        except Exception:  # the outermost door: one bad round must not end the house's service
            log.exception("worker round failed")
            close_old_connections()
            last_slow, done = at, 0
        if not done:
            _rest(stop, has_news)
    steps.join()
    trials.join()


def _steps_forever(stop: threading.Event) -> None:
    """Only what moves orders, beside the rest: no order waits while fifty people are told."""
    has_news: Callable[[], bool] = _nothing
    whole_at = now() - WHOLE_EVERY
    while not stop.is_set():
        at = now()
        try:
            seen = newest()
            has_news = _news_since(seen)
            # Behind the newest lie facts of which many are still to be told: they need not be
            # passed over each time. A late commit or a second try is found by the next whole look.
            is_whole = at - whole_at >= WHOLE_EVERY or at < whole_at
            beyond = 0 if is_whole else max(0, seen - LOOK_BACK)
            whole_at = at if is_whole else whole_at
            handlers = handlers_at(at)
            done = hand_out(handlers=handlers, kinds=KINDS, at=at, only=STEPS, beyond=beyond)
        except Exception:  # as in the main loop
            log.exception("worker steps failed")
            close_old_connections()
            done = 0
        if not done:
            _rest(stop, has_news)
    connection.close()


def _months_forever(stop: threading.Event) -> None:
    """Months lived through again (推演), a slice at a time; the work is another process's."""
    ask = months.apart(stop)
    while not stop.is_set():
        try:
            done = months.work(now(), ask)
        except Exception:  # as in the main loop
            log.exception("a month's trial failed")
            close_old_connections()
            done = 0
        if not done:
            stop.wait(months.LOOK_SECONDS)
    connection.close()


def _rest(stop: threading.Event, has_news: Callable[[], bool]) -> None:
    """Wait for the next round: until its time, a new fact, or the end."""
    until = time.monotonic() + IDLE_SECONDS
    while time.monotonic() < until and not stop.wait(LOOK_SECONDS):
        try:
            if has_news():
                return
        except Error:  # the database went away: the next round says so, and finds it again
            return
