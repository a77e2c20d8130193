"""时限: the one running clock of each order, set when a state is entered, climbed rung by rung."""

from __future__ import annotations

from datetime import datetime, timedelta

from diandan.ground.notify.core import after_quiet
from diandan.ground.places.models import LADDER, Place
from diandan.ground.places.queries import ancestor_at, calendar_of, line_of
from diandan.path.ask.models import Request, Urgency
from diandan.path.bundle.models import Job
from diandan.path.bundle.states import JobState

from .ahead import ask_from
from .choice import flow_of
from .models import Clock
from .template import Rung, Stage

# The last rung repeats, but not more often than this: a reminder, not a drum.
REPEAT_AT_LEAST = timedelta(hours=1)
PROMISE_REPEAT = "24h"


def noun_of(subject: Request | Job) -> str:
    """ "request" or "job"."""
    return "request" if isinstance(subject, Request) else "job"


def stage_of(subject: Request | Job) -> Stage:
    """The stage of its flow in which the subject stands."""
    return flow_of(subject.flow).stage(noun_of(subject), subject.state)


def set_clock(subject: Request | Job) -> None:
    """Start the clock of the state just entered; an end state has none."""
    stage = stage_of(subject)
    noun = noun_of(subject)
    if stage.ends:
        Clock.objects.filter(noun=noun, subject_id=subject.id).delete()
        return
    Clock.objects.update_or_create(
        noun=noun,
        subject_id=subject.id,
        defaults={
            "place": subject.place,
            "state": subject.state,
            "step": 0,
            "set_at": subject.state_at,
            "due_at": rung_due(subject, stage.ladder[0], _since(subject)),
        },
    )


def settle(subjects: list[Request | Job]) -> None:
    """Give every subject whose state or moment of entry changed its new clock."""
    for subject in subjects:
        clock = Clock.objects.filter(noun=noun_of(subject), subject_id=subject.id).first()
        if clock is None or clock.state != subject.state or clock.set_at != subject.state_at:
            set_clock(subject)
        elif clock.step == 0 and _since(subject) != subject.state_at:
            set_clock(subject)  # the visit was put off: its clock waits with it


def _since(subject: Request | Job) -> datetime:
    """From when the clock counts: a visit far ahead lets its job wait until teams are asked."""
    if not isinstance(subject, Job):
        return subject.state_at
    if subject.state == JobState.OFFERED:
        return _heard_at(subject, subject.state_at)
    return ask_from(subject) or subject.state_at


def climb(clock: Clock, subject: Request | Job, *, at: datetime) -> None:
    """Put the clock on its next rung; the last one repeats."""
    ladder = stage_of(subject).ladder
    if clock.step + 1 < len(ladder):
        clock.step += 1
        clock.due_at = rung_due(subject, ladder[clock.step], _since(subject))
    else:
        last = ladder[-1]
        again = PROMISE_REPEAT if last.after == "promise" else last.after
        due = calendar_of(subject.place).due(at, again)
        clock.due_at = max(due, at + REPEAT_AT_LEAST)
    clock.save(update_fields=["step", "due_at"])


def rung_due(subject: Request | Job, rung: Rung, since: datetime) -> datetime:
    """When a rung falls due, counted from `since` by the place's own calendar."""
    if rung.after == "promise":
        return max(subject.promise_at, since)
    return calendar_of(subject.place).due(since, rung.after)


def offer_expiry(job: Job, at: datetime) -> datetime:
    """Until when a team may answer: the flow's time to widen, else the job's promise."""
    stage = flow_of(job.flow).stage("job", "offered")
    for rung in stage.ladder:
        if rung.does in ("widen", "escalate"):
            return rung_due(job, rung, _heard_at(job, at))
    return max(job.promise_at, at + REPEAT_AT_LEAST)


def _heard_at(job: Job, at: datetime) -> datetime:
    """When a team hears of an offer: one made in quiet hours is read in the morning.

    Else it is over before its message is sent, and the silence counts as a no. What presses
    does not wait for the morning.
    """
    return at if job.urgency == Urgency.URGENT else after_quiet(at, None, None)


def next_place_up(place: Place) -> Place | None:
    """The place one rung above, to which a late or hard case rises; None at the top."""
    line = line_of(place)
    level = place.level
    if level is None:
        return line[1] if len(line) > 1 else None
    for higher in LADDER[LADDER.index(level) + 1 :]:
        above = ancestor_at(place, higher)
        if above.id != place.id:
            return above
    return None
