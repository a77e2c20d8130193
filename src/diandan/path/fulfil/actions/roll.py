"""点名: a leader says who is there; each name is proved once a second person saw her too."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, conflict, forbidden, missing
from diandan.kit.units import local
from diandan.path.bundle.queries import requests_of
from diandan.path.engage.models import Engagement, Task

from ..facts import witnessed_fact
from ..models import Attendance, RollCall, RollLine
from .prove import Proof, Proved
from .visit import check_day, check_is_there, check_may_come, enter_in, enter_out

HERE = (Task.State.CHECKED_IN, Task.State.CHECKED_OUT)


@transaction.atomic
def call_roll(
    engagement: Engagement,
    tasks: Iterable[Task],
    *,
    end: str,
    when: datetime | None = None,
    by: Actor,
    at: datetime,
) -> RollCall:
    """Check those named in or out by the leader's word, which alone makes hours only declared.

    `when` is an earlier hour of the same visit, for who forgot to sign out; such an entry is a
    doubt of its own until somebody else looked at it.
    """
    rows = sorted(tasks, key=lambda task: str(task.id))
    if engagement.team_id not in by.leads or by.is_frozen or by.person_id is None:
        raise forbidden(_("只有这支队伍的队长或副队长能点名。"))
    if end not in RollCall.End.values:
        raise Refusal("end", _("请选择点到场还是点离场。"), field="end")
    if not rows:
        raise Refusal("nobody_chosen", _("请至少勾选一位到场的队员。"), field="tasks")
    said = when or at
    if said > at:
        raise Refusal("not_yet", _("点名的时间不能在现在以后。"), field="when")
    call = RollCall.objects.create(engagement=engagement, end=end, by_id=by.person_id, at=at)
    for task in rows:
        if task.engagement_id != engagement.id:
            raise missing(_("没有找到这位队员的任务。"))
        _enter(task, end, said, by, at)
        RollLine.objects.create(roll_call=call, task=task)
    return call


def _enter(task: Task, end: str, said: datetime, by: Actor, at: datetime) -> None:
    if end == RollCall.End.IN:
        check_may_come(task)
        check_day(task.engagement.job, said)
        enter_in(task, Proved(Proof.HAND), by=by, at=at, came_at=said)
        return
    check_is_there(task)
    if said < task.attendance.in_at:
        raise Refusal(
            "before_arrival",
            _("离场不能早于到场(%(when)s)。") % {"when": f"{local(task.attendance.in_at):%H:%M}"},
            field="when",
        )
    enter_out(task, Proved(Proof.HAND), by=by, at=at, left_at=said)


def may_witness(call: RollCall, by: Actor) -> bool:
    """Another member who is there herself, or who asked for the service; never who called it."""
    if by.person_id is None or by.is_frozen or by.person_id == call.by_id:
        return False
    if call.engagement.team_id in by.leads and not _is_there(call, by):
        return False
    return _is_there(call, by) or any(
        r.requester_id == by.person_id for r in requests_of(call.engagement.job)
    )


def _is_there(call: RollCall, by: Actor) -> bool:
    if by.person_id is None:
        return False
    return call.engagement.tasks.filter(person_id=by.person_id, state__in=HERE).exists()


def roll_call(call_id: UUID) -> RollCall:
    """One roll call, or a Refusal."""
    row = (
        RollCall.objects.select_related("engagement__team", "engagement__job__kind")
        .filter(id=call_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这次点名。"))
    return row


def open_calls(engagement: Engagement, by: Actor) -> list[RollCall]:
    """Roll calls of this visit with a name she could still witness."""
    if by.person_id is None:
        return []
    rows = RollCall.objects.filter(engagement=engagement, lines__witness=None).distinct()
    return [
        row
        for row in rows.select_related("engagement__job").order_by("at")
        if may_witness(row, by)
        and row.lines.filter(witness=None).exclude(task__person_id=by.person_id).exists()
    ]


@transaction.atomic
def witness(call: RollCall, task_ids: Iterable[UUID], *, by: Actor, at: datetime) -> int:
    """She saw those named; returns for how many her word was new. Nobody witnesses herself."""
    if not may_witness(call, by):
        raise forbidden(
            _("点名由在场的另一位队员或点单人见证,点名的队长自己不能见证。"), "not_a_witness"
        )
    wanted = set(task_ids)
    if not wanted:
        raise Refusal("nobody_chosen", _("请勾选您亲眼看到的人。"), field="tasks")
    lines = (
        RollLine.objects.select_for_update(of=("self",))
        .filter(roll_call=call, task_id__in=wanted, witness=None)
        .select_related("task__engagement__job")
        .order_by("id")
    )
    new = 0
    for line in lines:
        if line.task.person_id == by.person_id:
            raise conflict("own_witness", _("自己不能见证自己,请另一位在场的人来见证。"))
        line.witness_id, line.witnessed_at = by.person_id, at
        line.save(update_fields=["witness", "witnessed_at"])
        field = f"{call.end}_proof"
        Attendance.objects.filter(task=line.task, **{field: Proof.HAND}).update(
            **{field: Proof.ROLL_CALL}
        )
        announce(witnessed_fact(line.task, call.end, by, at))
        new += 1
    return new
