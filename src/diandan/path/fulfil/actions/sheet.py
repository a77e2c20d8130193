"""纸质签到表: a sheet with a QR a line is printed, filled by hand, and entered later by an officer.

Paper proves little: what comes from it is declared, and another person than the one who entered
it must stand for it before it is posted.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import STAFF_ROLES, Actor
from diandan.kit.ids import readable
from diandan.kit.refusal import Refusal, conflict, forbidden, missing
from diandan.path.bundle.models import Job
from diandan.path.engage.models import LIVING_TASKS, Task

from ..models import Attendance, SheetLine
from .prove import Proof, Proved
from .visit import check_day, check_may_come, enter_in, enter_out

CODE_LENGTH = 8


@transaction.atomic
def print_sheet(job: Job, *, by: Actor, at: datetime) -> list[SheetLine]:
    """A line for everybody who is going; printing again gives the same codes."""
    _check_officer(job, by)
    tasks = Task.objects.filter(
        engagement__job=job, engagement__ended_at=None, state__in=LIVING_TASKS
    ).select_related("person", "engagement__team")
    return [
        SheetLine.objects.get_or_create(
            task=task,
            defaults={
                "code": readable(CODE_LENGTH),
                "printed_at": at,
                "printed_by_id": by.person_id,
            },
        )[0]
        for task in tasks.order_by("allocated_at", "id")
    ]


def line_of(code: str, by: Actor) -> SheetLine:
    """The line whose QR or code this is, for an officer of its place."""
    row = (
        SheetLine.objects.select_related(
            "task__person", "task__engagement__team", "task__engagement__job__place"
        )
        .filter(code=code.strip().upper())
        .first()
    )
    if row is None:
        raise missing(_("没有这个码的签到表。请核对表上的八位码,再试一次。"), "unknown_line")
    _check_officer(row.task.engagement.job, by)
    return row


@transaction.atomic
def enter_line(
    task: Task, *, came_at: datetime, left_at: datetime, note: str, by: Actor, at: datetime
) -> Attendance:
    """Write the hours of one line down, once; the officer is never the volunteer herself."""
    job = task.engagement.job
    _check_officer(job, by)
    if by.person_id == task.person_id:
        raise forbidden(_("自己的签到要由另一位工作人员补录。"), "own_hours")
    if hasattr(task, "attendance"):
        raise conflict("entered_already", _("这一行已经有签到记录了,没有再记。"))
    if left_at <= came_at:
        raise Refusal("before_arrival", _("离场要晚于到场。"), field="left_at")
    if left_at > at:
        raise Refusal("not_yet", _("离场不能在现在以后。"), field="left_at")
    check_may_come(task)
    check_day(job, came_at)
    paper = Proved(Proof.PAPER)
    enter_in(task, paper, by=by, at=at, came_at=came_at)
    task.refresh_from_db()
    return enter_out(task, paper, by=by, at=at, left_at=left_at, note=note)


def _check_officer(job: Job, by: Actor) -> None:
    if by.is_frozen or by.person_id is None or not by.holds(STAFF_ROLES, job.place.path):
        raise forbidden(
            _("签到表由%(place)s的工作人员打印和补录。") % {"place": job.place.name},
            "not_your_place",
        )
