"""送单: the facts of doubts and witnesses, past tense. They hold ids and codes only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from diandan.ground.people.actor import Actor
from diandan.kit.fact import Fact
from diandan.path.engage.models import Task

#: What happens to a doubt and to a roll call's name.
PAST = ("opened", "cleared", "declared", "voided")


def doubt_fact(
    task: Task, happened: str, kind: str, doubt_id: object, by: Actor, at: datetime
) -> Fact:
    """A doubt about a task's session was opened or decided; `person_id` is whose hours they are."""
    return _fact(task, f"doubt.{happened}", by, at, {"doubt": str(doubt_id), "kind": kind})


def witnessed_fact(task: Task, end: str, by: Actor, at: datetime) -> Fact:
    """A second person saw her there."""
    return _fact(task, "presence.witnessed", by, at, {"end": end})


def _fact(task: Task, kind: str, by: Actor, at: datetime, data: dict[str, Any]) -> Fact:
    job = task.engagement.job
    return Fact(
        kind=kind,
        at=at,
        place_id=job.place_id,
        by_id=by.person_id,
        person_id=task.person_id,
        job_id=job.id,
        team_id=task.engagement.team_id,
        data={"task": str(task.id), **data},
    )
