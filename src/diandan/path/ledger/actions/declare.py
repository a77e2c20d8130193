"""补录: a leader or officer says what no code shows, of a visit that took place; a second confirms.

志愿汇 keeps such hours apart and below the set length; in 2025 five of them cost 40 yuan, entered
by an administrator (domain §5-1). So: a real visit whose other members checked in, a volunteer
who said yes to it herself beforehand, no longer than planned, nowhere else meanwhile, so many a
day by one person, never silent, never alone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.record.actions.announce import announce
from diandan.ground.record.lock import hold
from diandan.ground.record.models import FactRow
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal, conflict, forbidden, missing
from diandan.kit.units import local
from diandan.path.bundle.states import JobState
from diandan.path.engage.models import Task
from diandan.path.fulfil.models import Attendance

from ..models import Declaration
from ..policies import may_keep_books
from ..proving import was_there_between
from .earn import earn

# One person, one day: enough for a team's forgotten sign-outs, too few for a market.
A_DAY = 20
# What was not said within two weeks nobody remembers well.
LATEST = timedelta(days=14)
OVER = (JobState.SERVED, JobState.CLOSED)
SAID_YES = (Task.State.CONFIRMED, Task.State.ON_WAY, Task.State.CHECKED_IN)


@transaction.atomic
def declare(task_id: UUID, *, minutes: int, why: str, by: Actor, at: datetime) -> Declaration:
    """Say that she was there for `minutes`. The same said twice is one; it waits for a second."""
    task = (
        Task.objects.select_for_update(of=("self",))
        .select_related("engagement__job__place", "person")
        .filter(id=task_id)
        .first()
    )
    if task is None:
        raise missing(_("没有找到这项任务。"), "unknown_task")
    before = Declaration.objects.filter(task=task).first()
    if before is not None:
        if (before.by_id, before.minutes) == (by.person_id, minutes):
            return before
        raise conflict("declared_before", _("这次服务已经有人补录过了。"))
    who = _check_who(task, by)
    _check_visit(task, at)
    planned = task.engagement.job.minutes
    if not 0 < minutes <= planned:
        raise Refusal(
            "minutes",
            _("补录的时长要在 1 到 %(most)d 分钟之间,不能超过原定的时长。") % {"most": planned},
            field="minutes",
        )
    reason = " ".join(why.split())[:200]
    if not reason:
        raise Refusal("no_reason", _("请写明为什么没有签到或签退。"), field="why")
    _check_alone(task, minutes, at)
    _check_rate(who, at)
    row = Declaration.objects.create(
        task=task, minutes=minutes, planned=planned, why=reason, by_id=who, at=at
    )
    announce(
        Fact(
            "hours.declared",
            at,
            place_id=task.engagement.job.centre_id,
            by_id=by.person_id,
            person_id=task.person_id,
            job_id=task.engagement.job_id,
            data={"task": str(task.id), "minutes": minutes},
        )
    )
    earn(task.id, at=at)
    return row


def may_declare(task: Task, by: Actor) -> bool:
    """Whether she is asked at all: she leads the team that went, or works at the place."""
    if by.person_id is None or by.is_frozen or by.person_id == task.person_id:
        return False
    leads = task.engagement.team_id in by.leads
    return leads or may_keep_books(by, task.engagement.job.place)


def _check_who(task: Task, by: Actor) -> UUID:
    if by.person_id == task.person_id:
        raise forbidden(_("自己的时长不能自己补录。"), "own_hours")
    if by.person_id is None or not may_declare(task, by):
        raise forbidden(_("只有队长和本地工作人员可以补录。"), "not_your_team")
    return by.person_id


def _check_visit(task: Task, at: datetime) -> None:
    """It took place, others were seen there, she had said yes, and it was not long ago."""
    job = task.engagement.job
    if job.state not in OVER:
        raise conflict("not_over", _("这次服务还没有办完,不能补录。"))
    if at - job.state_at > LATEST:
        raise conflict("too_late", _("办完超过 14 天的服务不能再补录。"))
    met = Attendance.objects.filter(task__engagement__job=job, out_at__isnull=False)
    if not met.exclude(task=task).exists() and not Attendance.objects.filter(task=task).exists():
        raise conflict("nobody_met", _("这次服务没有一个人签到过,不能补录。"))
    if met.filter(task=task).exists():
        raise conflict("seen_already", _("她签到签退过了,时长按签到签退算。"))
    if not _said_yes(task):
        raise conflict("never_agreed", _("她本人没有答应过这次服务,不能替她记时。"))


def _said_yes(task: Task) -> bool:
    """Her own yes to this task, or her own steps in it."""
    if task.state in SAID_YES:
        return True
    facts = FactRow.objects.filter(
        job_id=task.engagement.job_id,
        kind__in=("job.task_answered", "job.set_out", "job.checked_in"),
        by_id=task.person_id,
        person_id=task.person_id,
        data__task=str(task.id),
    )
    yes = any(fact.data.get("yes", True) for fact in facts)
    return task.state == Task.State.RELEASED and yes


def _check_alone(task: Task, minutes: int, at: datetime) -> None:
    begun_at = task.engagement.job.starts_at
    if begun_at is None:
        begun_at = task.engagement.job.state_at - timedelta(minutes=minutes)
    ended_at = begun_at + timedelta(minutes=minutes)
    if ended_at > at:
        raise conflict("not_over", _("这次服务还没有到结束的时间。"))
    if was_there_between(task, begun_at, ended_at):
        raise conflict("two_places", _("那段时间她在另一次服务里签到了。"))
    others = Declaration.objects.filter(task__person_id=task.person_id).select_related(
        "task__engagement__job"
    )
    for other in others:
        start = other.task.engagement.job.starts_at
        if start and start < ended_at and start + timedelta(minutes=other.minutes) > begun_at:
            raise conflict("two_places", _("那段时间她在另一次服务里已有补录。"))


def _check_rate(who: UUID, at: datetime) -> None:
    hold(f"declare:{who}")
    midnight = local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    said = Declaration.objects.filter(by_id=who, at__gte=midnight).count()
    if said >= A_DAY:
        raise conflict(
            "too_many_today",
            _("一个人一天最多补录 %(most)d 条,请明天再来或请同事办理。") % {"most": A_DAY},
        )
