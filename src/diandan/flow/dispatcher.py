"""派单进程: the one long-lived process that plans every centre's waiting jobs and asks the teams.

Rounds come with the facts: whenever jobs wait, those of one centre are solved together and the
plan is kept (`path.dispatch.planning`). Where the flow dispatches by itself the planned teams are
asked; where a person dispatches, the plan waits on her desk. All state is in tables: killed at any
moment, the next start reads the same problem and finds the same plan.
"""

from __future__ import annotations

import gc
import logging
import signal
import threading
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from types import FrameType
from uuid import UUID

from django.db import close_old_connections

from diandan.engine.many import HERE, Crew
from diandan.engine.many import crew as hired
from diandan.engine.ready import be_ready
from diandan.ground.people.actor import SYSTEM
from diandan.ground.places.queries import by_id, center_of
from diandan.ground.record.models import FactRow
from diandan.ground.record.queries import newest
from diandan.kit.clock import now
from diandan.kit.refusal import Refusal
from diandan.path.bundle.models import Job
from diandan.path.bundle.states import JobState
from diandan.path.dispatch.calling import plan_people
from diandan.path.dispatch.explaining import explain_some
from diandan.path.dispatch.models import DispatchRound
from diandan.path.dispatch.planning import Waiting, forget_unused, plan_rounds
from diandan.path.dispatch.trying import try_some

from .ahead import is_too_early
from .byhand import goes_by_hand
from .calling import ask_next, folk_of, need_of, open_calls
from .choice import flow_of
from .conductor import do_job
from .pausing import away_from
from .pulse import beat
from .sharding import Shard

log = logging.getLogger(__name__)

#: One process plans every centre.
WHOLE = Shard()
#: An idle look is one cheap query; so much later than the worker's last step an order is asked.
IDLE_SECONDS = 0.05
SLOW_EVERY = timedelta(minutes=10)
#: So many facts back a late commit is still noticed at once; later, with the minute.
LOOK_BACK = 200
#: Under load reasons wait for asks, but no longer than this.
EXPLAIN_EVERY = timedelta(seconds=2)


def dispatch_once(
    at: datetime,
    centres: Collection[int] | None = None,
    shard: Shard = WHOLE,
    crew: Crew | None = None,
) -> int:
    """A round for every centre in which jobs wait; how many new plans and asks there were.

    `centres`: only these, because nothing was heard of the others. `shard`: only this process's.
    `crew`: who solves the centres' problems; without one, this process.
    """
    waiting: dict[int, list[Job]] = defaultdict(list)
    rows = Job.objects.filter(state=JobState.READY).select_related("place", "kind", "centre")
    if centres is not None:
        rows = rows.filter(centre_id__in=centres)
    for job in rows.order_by("promise_at", "id"):
        if shard.has(job.centre_id):
            waiting[job.centre_id].append(job)
    asked = map(_waiting, waiting.values())
    done = 0
    for one, made in plan_rounds(asked, at, crew or hired(HERE)):
        done += 1 + sum(_ask(job, made, at) for job in one.jobs if _is_automatic(job, at))
    return done + call_once(at, shard)


def call_once(at: datetime, shard: Shard = WHOLE) -> int:
    """The next wave of every call whose volunteers are asked themselves; how many were asked."""
    done = 0
    for centre_id, calls in open_calls(at).items():
        if not shard.has(centre_id):
            continue
        needs = {call.job_id: need_of(call) for call in calls}
        jobs = [call.job for call in calls]
        found = plan_people(jobs[0].centre, jobs, needs, folk_of(calls, at), at)
        done += sum(ask_next(call.id, found[call.job_id], at) for call in calls)
    return done


class Watch:
    """In which centres a round could differ from the last: a fact came, or a minute has passed."""

    def __init__(self) -> None:
        self.seen: tuple[int, int] = (-1, -1)
        self._heard: set[int] = set()
        self._centre_of: dict[int, int] = {}

    def has_news(self, at: datetime) -> bool:
        """One cheap query; most looks end here."""
        return self.seen != (newest(), int(at.timestamp()) // 60)

    def news(self, at: datetime) -> frozenset[int] | None:
        """The centres of the facts that came since the last look; None: it may be any."""
        last, minute = self.seen
        self.seen = newest(), int(at.timestamp()) // 60
        # Numbers are given before the commit: a fact may come after one with a higher number.
        since = max(0, self.seen[0] - LOOK_BACK)
        came = dict(FactRow.objects.filter(id__gt=since).values_list("id", "place_id"))
        fresh = came.keys() - self._heard
        self._heard = set(came)
        if minute != self.seen[1]:
            self._centre_of.clear()
            return None
        centres = {self._centre(came[one]) for one in fresh}
        found = frozenset(one for one in centres if one is not None)
        return found if len(found) == len(centres) and last >= since else None

    def _centre(self, place_id: int | None) -> int | None:
        """The centre above a fact's place; None where it has none, or none is above it."""
        if place_id is None:
            return None
        if place_id not in self._centre_of:
            try:
                self._centre_of[place_id] = center_of(by_id(place_id)).id
            except Refusal:
                return None
        return self._centre_of[place_id]


def explain_once(at: datetime) -> int:
    """What can wait until everybody was asked: reasons of rounds, and weights to be tried."""
    return explain_some(at) + try_some(at)


def _waiting(jobs: list[Job]) -> Waiting:
    centre = jobs[0].centre
    takers = [job.id for job in jobs if flow_of(job.flow).supply == "takers"]
    return Waiting(centre, jobs, takers, away_from(centre))


def _is_automatic(job: Job, at: datetime) -> bool:
    auto = flow_of(job.flow).stage("job", JobState.READY).auto
    return auto == "offer" and not goes_by_hand("", job) and not is_too_early(job, at)


def _ask(job: Job, made: DispatchRound, at: datetime) -> int:
    """Offer one job as planned; 0 when somebody was quicker or nobody can be asked."""
    planned = [UUID(team) for team in made.order.get(str(job.id), ())]
    try:
        do_job(job.id, "offer", by=SYSTEM, at=at, planned=planned, round_id=made.id)
    except Refusal:
        return 0
    return 1


def run_forever(shard: Shard, crew: Crew) -> None:
    """Rounds until SIGTERM or SIGINT. A failing round is logged and tried again."""
    stop = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    be_ready()
    # What start-up made stays for good; nobody need look through it for garbage again.
    gc.freeze()
    gc.enable()
    beat(shard.name, now(), is_first=True)
    last_slow = last_explained = now()
    watch = Watch()
    while not stop.is_set():
        at = now()
        try:
            done = dispatch_once(at, watch.news(at), shard, crew) if watch.has_news(at) else 0
            if shard.is_first and (not done or at - last_explained >= EXPLAIN_EVERY):
                # Who waits for a team goes before who waits for a reason.
                done += explain_once(at)
                last_explained = at
            beat(shard.name, at)
            if shard.is_first and (at - last_slow >= SLOW_EVERY or at < last_slow):
                forget_unused(at)
                last_slow = at
        except Exception:  # the outermost door: one bad round must not end the house's service
            log.exception("dispatch round failed")
            close_old_connections()
            done = 0
        if not done:
            stop.wait(IDLE_SECONDS)
