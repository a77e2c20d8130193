"""守时: clocks that ran out do something visible — remind, widen, escalate — never silence."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction

from diandan.ground.people.actor import SYSTEM
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal
from diandan.path.ask.facts import request_fact
from diandan.path.ask.models import Request
from diandan.path.ask.queries import for_change as request_for_change
from diandan.path.bundle.facts import job_fact
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import for_change as job_for_change

from .clocks import climb, next_place_up, set_clock, stage_of
from .conductor import do_job, do_request
from .models import Clock

log = logging.getLogger(__name__)


def run_due(*, at: datetime, limit: int = 200) -> int:
    """Let up to `limit` clocks that ran out by `at` do what their rung says; returns how many."""
    done = 0
    while done < limit and _run_next(at):
        done += 1
    return done


@transaction.atomic
def _run_next(at: datetime) -> bool:
    """One clock, its row locked so that two workers never ring it twice."""
    clock = (
        Clock.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(due_at__lte=at)
        .order_by("due_at", "id")
        .first()
    )
    if clock is None:
        return False
    subject = _subject(clock)
    if subject is None:
        clock.delete()
        return True
    if clock.state != subject.state:
        set_clock(subject)
        return True
    ladder = stage_of(subject).ladder
    _do_rung(clock, subject, ladder[min(clock.step, len(ladder) - 1)].does, at)
    return True


def _do_rung(clock: Clock, subject: Request | Job, does: str, at: datetime) -> None:
    """Remind and escalate leave the state; any other rung is a verb of the flow.

    A verb that is refused (nobody left to ask) moves the clock to its next rung at once.
    """
    stage = stage_of(subject)
    if does in stage.ways:
        try:
            with transaction.atomic():
                _do(clock.noun, subject.id, does, at)
        except Refusal as no:
            log.info("clock %s %s: %s", clock.noun, does, no.code)
            climb(clock, subject, at=at)
        return
    if does == "escalate":
        _rise(subject, at)
    else:
        _tell(subject, "remind", at, clock.step)
    climb(clock, subject, at=at)


def _rise(subject: Request | Job, at: datetime) -> None:
    """督办: one level up sees it as its own; at the top it is reminded again."""
    above = next_place_up(subject.owner_place)
    if above is None:
        _tell(subject, "remind", at, -1)
        return
    subject.owner_place = above
    subject.save(update_fields=["owner_place"])
    _tell(subject, "escalate", at, above.id)


def _tell(subject: Request | Job, verb: str, at: datetime, detail: int) -> None:
    data = {"state": subject.state, "detail": detail, "owner_place": subject.owner_place_id}
    if isinstance(subject, Request):
        announce(request_fact(subject, verb, SYSTEM, at, data))
    else:
        announce(job_fact(subject, verb, SYSTEM, at, data))


def _do(noun: str, subject_id: UUID, verb: str, at: datetime) -> None:
    if noun == "request":
        do_request(subject_id, verb, by=SYSTEM, at=at)
    else:
        do_job(subject_id, verb, by=SYSTEM, at=at)


def _subject(clock: Clock) -> Request | Job | None:
    try:
        if clock.noun == "request":
            return request_for_change(clock.subject_id)
        return job_for_change(clock.subject_id)
    except Refusal:
        return None
