"""送单: on my way, check-in and check-out by a code, and incidents."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, conflict, forbidden
from diandan.kit.units import local
from diandan.path.ask.actions.advance import advance
from diandan.path.ask.core import clean_words
from diandan.path.ask.states import RequestState
from diandan.path.bundle.actions.advance import advance_job
from diandan.path.bundle.facts import job_fact
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import requests_for_change
from diandan.path.bundle.states import JobState
from diandan.path.dispatch.actions.backup import release_backup
from diandan.path.engage.models import LIVING_TASKS, Engagement, Task

from ..core import EARLY_HOURS, arrival_window
from ..models import Attendance, Incident
from .doubt import look_at
from .prove import Proved, prove

AWAITED = (Task.State.PROPOSED, Task.State.CONFIRMED, Task.State.ON_WAY, Task.State.CHECKED_IN)


@transaction.atomic
def set_out(task: Task, *, by: Actor, at: datetime) -> None:
    """在路上: the requester is told; nothing is tracked.

    Not days ahead: a resident who reads "on the way" stays at home and waits.
    """
    check_own(task, by)
    if task.state not in (Task.State.PROPOSED, Task.State.CONFIRMED):
        raise conflict("not_now", _("这项任务现在不能标记为出发。"))
    job = task.engagement.job
    window = arrival_window(job.starts_at, job.ends_at)
    if job.starts_at and window and at < window[0]:
        raise Refusal(
            "too_early",
            _("约定的是 %(when)s,提前%(n)d小时起才能标记出发。时间改了,请队长先改约时间。")
            % {"when": f"{local(job.starts_at):%m-%d %H:%M}", "n": EARLY_HOURS},
        )
    set_state(task, Task.State.ON_WAY, at)
    _tell(task, "set_out", by, at)


@transaction.atomic
def check_in(
    task: Task, *, code: str, by: Actor, at: datetime, reason: str = "", fence: str = ""
) -> Attendance:
    """到场: by the served person's code or a rotating code. Starts the job if first.

    On the agreed day only. The team's leader may check a member in, on another day too, with a
    reason that stays in the record. Raises Refusal `wrong_code` when no code matches.
    """
    is_led = task.engagement.team_id in by.leads
    if not is_led:
        reason = ""
    check_own(task, by, is_led=is_led)
    if task.state == Task.State.CHECKED_IN:
        return task.attendance  # the same check-in twice is one
    if by.person_id != task.person_id and not reason.strip():
        raise Refusal("no_reason", _("请写明为什么由您代为签到。"), field="reason")
    check_may_come(task)
    if not reason.strip():
        check_day(task.engagement.job, at)
    proved = prove(task, code, by=by, at=at)
    return enter_in(task, proved, by=by, at=at, fence=fence, why=reason)


def check_may_come(task: Task) -> None:
    """Whether an arrival is still ahead of this task."""
    if task.state not in (Task.State.PROPOSED, Task.State.CONFIRMED, Task.State.ON_WAY):
        raise conflict("not_now", _("这项任务现在不能签到。"))
    if task.engagement.job.state not in (JobState.ALLOCATED, JobState.SERVING):
        raise conflict("not_now", _("这项任务现在不能签到。"))


@transaction.atomic
def enter_in(
    task: Task,
    proved: Proved,
    *,
    by: Actor,
    at: datetime,
    came_at: datetime | None = None,
    fence: str = "",
    why: str = "",
) -> Attendance:
    """Write down an arrival at `came_at` (else now) with how it is proved and who entered it."""
    attendance = Attendance.objects.create(
        task=task,
        request_id=proved.request_id,
        in_at=came_at or at,
        in_proof=proved.proof,
        in_by_id=by.person_id,
        in_heard_at=at,
        in_fence=fence if fence in Attendance.Fence.values else "",
    )
    job = task.engagement.job
    set_state(task, Task.State.CHECKED_IN, at)
    advance_job(
        job,
        "check_in",
        by=by,
        at=at,
        team_id=task.engagement.team_id,
        person_id=task.person_id,
        data={
            "task": str(task.id),
            "proof": proved.proof,
            **({"why": why[:200]} if why else {}),
        },
    )
    release_backup(job, by=by, at=at)
    return attendance


@transaction.atomic
def check_out(
    task: Task, *, code: str, note: str, by: Actor, at: datetime, fence: str = ""
) -> Attendance:
    """离场. When nobody is awaited or there any more, the job is served and so are its requests."""
    check_own(task, by)
    if task.state == Task.State.CHECKED_OUT:
        return task.attendance
    check_is_there(task)
    proved = prove(task, code, by=by, at=at, leaving=True) if code else Proved()
    return enter_out(task, proved, by=by, at=at, note=note, fence=fence)


def check_is_there(task: Task) -> None:
    """Nobody leaves who did not come."""
    if task.state != Task.State.CHECKED_IN:
        raise conflict("not_in", _("请先签到,再签退。"))


@transaction.atomic
def enter_out(
    task: Task,
    proved: Proved,
    *,
    by: Actor,
    at: datetime,
    left_at: datetime | None = None,
    note: str = "",
    fence: str = "",
) -> Attendance:
    """Write down a leaving, look for doubts about the session, and end the visit if she was last."""
    attendance = task.attendance
    attendance.out_at = left_at or at
    attendance.out_proof = proved.proof
    attendance.out_by_id = by.person_id
    attendance.out_heard_at = at
    attendance.out_fence = fence if fence in Attendance.Fence.values else ""
    attendance.note = note[:500]
    attendance.save(
        update_fields=["out_at", "out_proof", "out_by", "out_heard_at", "out_fence", "note"]
    )
    set_state(task, Task.State.CHECKED_OUT, at)
    _tell(task, "check_out", by, at)
    look_at(task, at=at)
    finish_if_all_left(task.engagement, by=by, at=at)
    return attendance


@transaction.atomic
def finish_if_all_left(engagement: Engagement, *, by: Actor, at: datetime) -> None:
    """The job is served once somebody came and nobody is awaited or there any more.

    Also when the last who was awaited says she cannot: the others have done the work.
    """
    tasks = engagement.tasks.values_list("state", flat=True)
    if Task.State.CHECKED_OUT in tasks and not set(tasks) & set(AWAITED):
        finish(engagement.job, by=by, at=at)


@transaction.atomic
def finish(job: Job, *, by: Actor, at: datetime) -> None:
    """The work is done: every request of the job is served and may now be rated by its person."""
    came = Task.objects.filter(
        engagement__job=job, state__in=(Task.State.CHECKED_IN, Task.State.CHECKED_OUT)
    ).exists()
    if not came:
        raise conflict(
            "nobody_came", _("还没有人签到,不能算服务完成。没人到场请改派或标记未办成。")
        )
    Task.objects.filter(
        engagement__job=job, engagement__ended_at=None, state__in=LIVING_TASKS
    ).exclude(state__in=(Task.State.CHECKED_IN, Task.State.CHECKED_OUT)).update(
        state=Task.State.RELEASED, state_at=at
    )
    advance_job(job, "finish", by=by, at=at)
    for request in requests_for_change(job):
        if request.state == RequestState.ARRANGED:
            advance(request, "finish", by=by, at=at, data={"job": str(job.id)})


@transaction.atomic
def report_incident(task: Task, *, text: str, is_urgent: bool, by: Actor, at: datetime) -> Incident:
    """Something went wrong: the team's leader and the place are told at once."""
    check_own(task, by)
    row = Incident.objects.create(
        job=task.engagement.job,
        by_id=task.person_id,
        at=at,
        is_urgent=is_urgent,
        text=clean_words(text, field="text"),
    )
    _tell(task, "incident", by, at, {"incident": str(row.id), "urgent": is_urgent})
    return row


@transaction.atomic
def settle_incident(row: Incident, *, text: str, by: Actor, at: datetime) -> None:
    """What was done about it."""
    if row.settled_at is not None:
        raise conflict("settled_before", _("这件事已经处理过了。"))
    row.settlement = clean_words(text, field="text")
    row.settled_at = at
    row.settled_by_id = by.person_id
    row.save(update_fields=["settlement", "settled_at", "settled_by"])


def check_day(job: Job, at: datetime) -> None:
    """An arrival belongs to the visit that was agreed on."""
    window = arrival_window(job.starts_at, job.ends_at)
    if window is None or job.starts_at is None:
        return
    agreed = f"{local(job.starts_at):%m-%d %H:%M}"
    if at < window[0]:
        raise Refusal(
            "too_early",
            _("约定的是 %(when)s,提前%(n)d小时起才能签到。时间改了,请队长先改约时间。")
            % {"when": agreed, "n": EARLY_HOURS},
            field="code",
        )
    if at >= window[1]:
        raise Refusal(
            "too_late",
            _("约定的是 %(when)s,那天已经过了。确实去了的,请队长代为签到并写明原因。")
            % {"when": agreed},
            field="code",
        )


def check_own(task: Task, by: Actor, *, is_led: bool = False) -> None:
    """Her own task, or her leader's hand, and not one that was taken back."""
    if by.person_id != task.person_id and not is_led:
        raise forbidden(_("这不是您的任务,只有本人能操作。"))
    if task.engagement.ended_at is not None and task.engagement.job.state != JobState.SERVED:
        raise conflict("ended", _("这项任务已经取消。"))


def set_state(task: Task, state: Task.State, at: datetime) -> None:
    """Where her own part stands now."""
    task.state = state
    task.state_at = at
    task.save(update_fields=["state", "state_at"])


def _tell(
    task: Task, verb: str, by: Actor, at: datetime, data: dict[str, object] | None = None
) -> None:
    announce(
        job_fact(
            task.engagement.job,
            verb,
            by,
            at,
            {"task": str(task.id), **(data or {})},
            team_id=task.engagement.team_id,
            person_id=task.person_id,
        )
    )
