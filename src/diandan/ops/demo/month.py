"""一个月: orders are placed, answered, served and rated through real actions, tick by tick.

Nothing here writes a row by itself. At each tick the worker has its round and then everybody who
has something to do may do it, as the flow of the order allows; who does what is drawn from a
seeded source. The end of the month is left as it stands, so that every stage is seen.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from diandan.flow.worker import run_once
from diandan.kit.clock import SHANGHAI
from diandan.path.ask.models import Request
from diandan.path.ask.states import REQUEST_ENDS, RequestState
from diandan.path.bundle.models import Job
from diandan.path.bundle.states import JOB_ENDS, JobState

from .doubtful import leave_doubtful, look_at_doubts
from .ending import leave_open
from .furnish import House
from .hands import Hands
from .hours import stand_for
from .jobs import JobHands
from .orders import Orders

STAGES = ("placed", "offered", "accepted", "served", "rated")
TICKS = ((9, 10), (15, 0))
# Within a tick people answer one another, minutes apart, as they do on a working morning.
ROUNDS, BETWEEN = 4, timedelta(minutes=9)
# The last hours belong to what is left open on purpose.
ENDING = timedelta(hours=3)
# The first of them, before which everything of the day is left as it then stands.
OPENING = timedelta(minutes=150)
# With a stage asked for, the last day's orders go exactly so far and stop there.
LAST = timedelta(hours=20)
Tell = Callable[[int, int], None]
AT_REST = JOB_ENDS | {JobState.SERVED, JobState.UNMET}


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is lived: the last moment, days before it, orders a tick, and where to stop."""

    until: datetime
    days: int = 30
    a_tick: float = 0.9
    stage: str | None = None


def live(house: House, plan: Plan, tell: Tell) -> int:
    """Live the month; `tell(done, of)` shows how far it is. Returns how many orders were placed."""
    moments = list(ticks(plan))
    hands = Hands(house)
    orders, jobs = Orders(hands), JobHands(hands)
    last = moments[-1] - LAST
    placed = 0
    for number, at in enumerate(moments):
        is_last = number == len(moments) - 1
        hands.at = at - BETWEEN * ROUNDS if is_last else at
        with quietly():
            run_once(hands.at)
            placed += orders.arrive(3 if is_last and plan.stage else plan.a_tick)
            for _round in range(ROUNDS):
                _everybody(orders, jobs, plan, last)
                hands.at += BETWEEN
                run_once(hands.at)
            jobs.leave(plan.until - OPENING if is_last else moments[number + 1] - BETWEEN * ROUNDS)
            look_at_doubts(hands)
            stand_for(map(hands.actor, hands.staff), hands.at)
        tell(number + 1, len(moments))
    with quietly():
        if plan.stage:
            _finish_stage(hands, orders, jobs, plan, last)
        else:
            placed += leave_open(hands, orders, plan.until)
            leave_doubtful(hands, plan.until)
            run_once(plan.until)
    return placed


def ticks(plan: Plan) -> Iterator[datetime]:
    """The moments at which something happens, up to `until`."""
    until = plan.until.astimezone(SHANGHAI)
    day = (until - timedelta(days=plan.days)).date()
    while day <= until.date():
        for hour, minute in TICKS:
            at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)
            if at <= until - ENDING - BETWEEN * ROUNDS * 2:
                yield at
        day += timedelta(days=1)
    yield until - ENDING


def _everybody(orders: Orders, jobs: JobHands, plan: Plan, last: datetime) -> None:
    reach = STAGES.index(plan.stage) if plan.stage else len(STAGES)
    waiting = (
        Request.objects.exclude(state__in=REQUEST_ENDS)
        .exclude(state=RequestState.ARRANGED)
        .exclude(
            ~Q(follow_ups__settled_at=None, follow_ups__isnull=False), state=RequestState.RATED
        )
    )
    for request in waiting.select_related("place", "kind", "requester", "centre", "owner_place"):
        if request.placed_at < last or not plan.stage or reach > 0:
            rates = request.placed_at < last or reach == len(STAGES) or plan.stage == "rated"
            orders.act(request, rates=rates)
    for job in Job.objects.exclude(state__in=AT_REST).select_related(
        "place", "kind", "centre", "owner_place"
    ):
        is_new = job.made_at >= last
        jobs.act(job, reach=reach if is_new else len(STAGES))


def _finish_stage(hands: Hands, orders: Orders, jobs: JobHands, plan: Plan, last: datetime) -> None:
    """A few more rounds, so that the last orders reach the stage asked for."""
    hands.is_eager = True
    for _round in range(10):
        _everybody(orders, jobs, plan, last)
        hands.at += BETWEEN
        run_once(hands.at)
    jobs.leave(plan.until)
    hands.at = plan.until
    for _round in range(2):
        _everybody(orders, jobs, plan, last)
        run_once(hands.at)


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """The demo's phone would show every message of a month; they stay in its journal."""
    with contextlib.redirect_stdout(io.StringIO()):
        yield
