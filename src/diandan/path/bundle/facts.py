"""制单: the facts of a job, past tense, and the one place that builds them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from diandan.ground.people.actor import Actor
from diandan.kit.fact import Fact

from .models import Job

PAST = {
    "design": "designed",
    "submit": "submitted",
    "approve": "approved",
    "pass_review": "passed",
    "send_back": "sent_back",
    "offer": "offered",
    "widen": "widened",
    "recall": "recalled",
    "escalate": "escalated",
    "accept": "accepted",
    "decline": "declined",
    "expire": "offer_expired",
    "ask_backup": "backup_asked",
    "agree_backup": "backup_agreed",
    "decline_backup": "backup_declined",
    "expire_backup": "backup_expired",
    "release_backup": "backup_released",
    "miss_backup": "backup_missing",
    "call_up": "called_up",
    "ask_person": "person_asked",
    "agree_person": "person_agreed",
    "decline_person": "person_declined",
    "end_call": "call_ended",
    "fill": "filled",
    "allocate": "allocated",
    "give_up": "given_up",
    "check_in": "checked_in",
    "check_out": "checked_out",
    "set_out": "set_out",
    "finish": "served",
    "close": "closed",
    "mark_unmet": "found_unmet",
    "cancel": "cancelled",
    "join": "joined",
    "split": "split",
    "incident": "had_incident",
    "answer_task": "task_answered",
    "cannot_come": "dropped",
    "hand_on": "handed_on",
    "remind": "reminded",
    "redesign": "redesigned",
    "agree_time": "time_agreed",
}


def job_fact(
    job: Job,
    verb: str,
    by: Actor,
    at: datetime,
    data: Mapping[str, Any] | None = None,
    *,
    team_id: UUID | None = None,
    request_id: UUID | None = None,
    person_id: UUID | None = None,
) -> Fact:
    """The fact that `verb` happened to `job`; `data` holds ids and codes only."""
    return Fact(
        kind=f"job.{PAST[verb]}",
        at=at,
        place_id=job.place_id,
        by_id=by.person_id,
        person_id=person_id,
        job_id=job.id,
        request_id=request_id,
        team_id=team_id,
        data=data or {},
    )
