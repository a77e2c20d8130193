"""扫码签到: a leader or the served person scans the rotating code on the volunteer's own phone."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.presence.actions.codes import code_of, task_subject, use_code
from diandan.kit.refusal import Refusal, forbidden, missing
from diandan.path.bundle.queries import requests_of
from diandan.path.engage.models import Task

from ..models import Attendance
from .prove import Proof, Proved
from .visit import check_day, check_is_there, check_may_come, enter_in, enter_out


def own_code(task: Task, *, at: datetime) -> str:
    """What the volunteer's phone shows for this task now."""
    return code_of(task_subject(task.id), at=at)


def may_scan(task: Task, by: Actor) -> bool:
    """A leader of her team or who asked for the service: never the volunteer herself."""
    if by.person_id is None or by.is_frozen or by.person_id == task.person_id:
        return False
    if task.engagement.team_id in by.leads:
        return True
    return any(r.requester_id == by.person_id for r in requests_of(task.engagement.job))


def task_scanned(task_id: UUID, by: Actor) -> Task:
    """The task whose code she scanned, or a Refusal that tells nobody else it exists."""
    row = (
        Task.objects.select_related(
            "person", "engagement__team", "engagement__job__kind", "engagement__job__place"
        )
        .filter(id=task_id)
        .first()
    )
    if row is None or not may_scan(row, by):
        raise missing(
            _("这个码由队长或点单人来扫。志愿者本人请用现场的码签到。"), "not_yours_to_scan"
        )
    return row


@transaction.atomic
def scan(task: Task, *, code: str, by: Actor, at: datetime) -> Attendance:
    """Check her in, or out when she is in, because both phones are at one place at one minute."""
    if not may_scan(task, by):
        raise forbidden(
            _("这个码由队长或点单人来扫。志愿者本人请用现场的码签到。"), "not_yours_to_scan"
        )
    assert by.person_id is not None
    if task.state == Task.State.CHECKED_OUT:
        return task.attendance
    used = use_code([task_subject(task.id)], code, person_id=by.person_id, at=at)
    if used is None:
        raise Refusal("wrong_code", _("志愿者手机上的码已经换了,请重新扫一次。"), field="code")
    proved = Proved(Proof.SCANNED)
    if task.state == Task.State.CHECKED_IN:
        check_is_there(task)
        return enter_out(task, proved, by=by, at=at)
    check_may_come(task)
    check_day(task.engagement.job, at)
    return enter_in(task, proved, by=by, at=at)
