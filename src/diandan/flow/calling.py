"""问到个人: how many volunteers are asked at once, and when a call is given up for teams.

As for teams, as few as will do: the wave grows only when time is short and yeses are rare, and
whoever says no, or nothing, is replaced. Nobody is asked at night unless it presses.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from diandan.engine.waves.hours import Daily
from diandan.engine.waves.size import wave_size
from diandan.ground.people.actor import SYSTEM
from diandan.kit.refusal import Refusal
from diandan.kit.units import local
from diandan.path.ask.models import Urgency
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import for_change
from diandan.path.bundle.states import JobState
from diandan.path.dispatch.actions.people import ask_people, open_call
from diandan.path.dispatch.core import Ranked
from diandan.path.dispatch.folk import Folk, nearest
from diandan.path.dispatch.models import Offer, PeopleCall, PersonAsk
from diandan.path.engage.models import LIVING_TASKS, Engagement
from diandan.path.engage.queries import busy_with, come_chances_of_people, living, week_loads

from .asking import TARGET, USUALLY, deadline
from .conductor import do_job
from .pausing import paused_among

#: After so long a silence is taken for a no: the next is asked, but a late yes still counts.
PATIENCE = timedelta(minutes=45)
#: Never more are thinking at a time than this for each one needed.
MOST_A_HEAD = 4
ASKING = (JobState.OFFERED, JobState.ESCALATED)
AHEAD = (JobState.ENGAGED, JobState.ALLOCATED)
DAY_HOURS = Daily()


def open_calls(at: datetime) -> dict[int, list[PeopleCall]]:
    """The calls that go on, by centre; a visit somebody dropped out of is called for anew."""
    for job_id in _short(at):
        _call_again(job_id, at)
    rows = PeopleCall.objects.filter(state=PeopleCall.State.OPEN).select_related(
        "job", "job__centre", "job__place", "job__kind"
    )
    found: dict[int, list[PeopleCall]] = defaultdict(list)
    for call in rows.order_by("opened_at", "id"):
        if may_ask_now(call.job, at):
            found[call.job.centre_id].append(call)
    return found


def may_ask_now(job: Job, at: datetime) -> bool:
    """安静时段: from nine in the evening till eight nobody is asked, but for what presses."""
    here = local(at)
    awake = DAY_HOURS.is_open(here.hour * 60 + here.minute)
    return awake or job.urgency == Urgency.URGENT


def folk_of(calls: Sequence[PeopleCall], at: datetime) -> Folk:
    """Who could be asked about these jobs of one centre, and who is busy then."""
    jobs = [call.job for call in calls]
    near = nearest(jobs[0].centre, jobs, at)
    for person_id in paused_among(near, jobs[0].centre):
        del near[person_id]
    return Folk(near, week_loads(near, at), busy_with(jobs, near))


def need_of(call: PeopleCall) -> int:
    """How many more are wanted: the headcount less who is coming, or less the yeses so far."""
    engagement = living(call.job)
    if engagement is not None:
        return call.job.headcount - engagement.tasks.filter(state__in=LIVING_TASKS).count()
    return call.job.headcount - call.asks.filter(state=PersonAsk.State.AGREED).count()


@transaction.atomic
def ask_next(call_id: UUID, ranked: Sequence[Ranked], at: datetime) -> int:
    """The next wave of one call, its job locked; when nobody is left, teams are asked instead."""
    call = PeopleCall.objects.select_related("job").get(id=call_id)
    job = for_change(call.job_id)
    call = PeopleCall.objects.get(id=call_id)
    call.job = job
    if call.state != PeopleCall.State.OPEN or job.state not in (*ASKING, *AHEAD):
        return 0
    able = [row for row in ranked if not row.ruled_out]
    wave = able[: _size(call, able, at)]
    if wave:
        return ask_people(call, wave, looked=_looked(ranked), by=SYSTEM, at=at)
    thinking = call.asks.filter(state__in=(PersonAsk.State.OPEN,), asked_at__gt=at - PATIENCE)
    if not able and job.state in ASKING and not thinking.exists():
        _ask_teams(job, at)
    return 0


def _size(call: PeopleCall, able: Sequence[Ranked], at: datetime) -> int:
    need = need_of(call)
    waiting = call.asks.filter(state=PersonAsk.State.OPEN, asked_at__gt=at - PATIENCE)
    asked = list(waiting.values_list("person_id", "why"))
    come = come_chances_of_people(
        [*(who for who, _ in asked), *(row.candidate.team_id for row in able)], at
    )
    chances = [int(why.get("chance", 0)) / 1000 * come.get(who, USUALLY) for who, why in asked]
    left = deadline(call.job, at) - at
    size = wave_size(
        chances,
        [row.candidate.chance / 1000 * come.get(row.candidate.team_id, USUALLY) for row in able],
        need,
        rounds=max(1, int(left / PATIENCE)),
        target=TARGET,
    )
    return max(0, min(size, need * MOST_A_HEAD - len(chances)))


def _looked(ranked: Iterable[Ranked]) -> dict[str, int]:
    """How many could be asked, and of the others how many each rule kept out."""
    return dict(sorted(Counter(row.ruled_out or "able" for row in ranked).items()))


def _ask_teams(job: Job, at: datetime) -> None:
    """No volunteer is left to ask: the flow goes on with teams, unless they were asked already."""
    if Offer.objects.filter(job=job, state=Offer.State.OPEN).exists():
        return
    try:
        do_job(job.id, "widen", by=SYSTEM, at=at)
    except Refusal:
        return  # nobody at all is left: the clock of the state escalates it


def _short(at: datetime) -> list[UUID]:
    """Jobs that volunteers took themselves and that lack somebody again, with the visit ahead."""
    rows = Engagement.objects.filter(
        ended_at=None, offer__role=Offer.Role.PEOPLE, job__state__in=AHEAD
    ).select_related("job")
    called = set(
        PeopleCall.objects.filter(state=PeopleCall.State.OPEN).values_list("job_id", flat=True)
    )
    return [
        row.job_id
        for row in rows
        if row.job_id not in called
        and (row.job.starts_at is None or row.job.starts_at > at)
        and row.tasks.filter(state__in=LIVING_TASKS).count() < row.job.headcount
    ]


@transaction.atomic
def _call_again(job_id: UUID, at: datetime) -> None:
    job = for_change(job_id)
    try:
        open_call(job, by=SYSTEM, at=at)
    except Refusal:
        return  # somebody was quicker
