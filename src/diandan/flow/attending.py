"""到场: every other way to write down who was there, each with the job's row locked and fresh clocks.

The volunteer's own code is `answers.task_step`; here are the scan, the roll call, what a phone
kept while it had no signal, and the paper sheet.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from diandan.ground.people.actor import Actor
from diandan.path.engage.models import Engagement
from diandan.path.engage.queries import task_for_change
from diandan.path.fulfil.actions import late, roll, scan, sheet
from diandan.path.fulfil.models import Attendance, LateRecord, RollCall

from .conductor import touching


@transaction.atomic
def scan_task(task_id: UUID, *, code: str, by: Actor, at: datetime) -> Attendance:
    """扫志愿者的码: in, or out when she is in."""
    task = task_for_change(task_id)
    with touching(task.engagement.job):
        return scan.scan(task, code=code, by=by, at=at)


@transaction.atomic
def call_roll(
    engagement: Engagement,
    task_ids: Iterable[UUID],
    *,
    end: str,
    when: datetime | None,
    by: Actor,
    at: datetime,
) -> RollCall:
    """点名 of those ticked."""
    tasks = [task_for_change(one) for one in dict.fromkeys(task_ids)]
    job = tasks[0].engagement.job if tasks else engagement.job
    for task in tasks:
        task.engagement.job = job  # one row of the job, moved on by each of them
    with touching(job):
        return roll.call_roll(engagement, tasks, end=end, when=when, by=by, at=at)


@transaction.atomic
def take_late(
    task_id: UUID, given: late.Written, *, by: Actor, at: datetime
) -> tuple[LateRecord, bool]:
    """One offline record; the second of the pair says whether it had been sent before."""
    task = task_for_change(task_id)
    before = late.kept(given.id, by)
    if before is not None:
        return before, True
    with touching(task.engagement.job):
        return late.take(task, given, by=by, at=at), False


@transaction.atomic
def enter_line(
    task_id: UUID, *, came_at: datetime, left_at: datetime, note: str, by: Actor, at: datetime
) -> Attendance:
    """补录 one line of a paper sheet."""
    task = task_for_change(task_id)
    with touching(task.engagement.job):
        return sheet.enter_line(task, came_at=came_at, left_at=left_at, note=note, by=by, at=at)
