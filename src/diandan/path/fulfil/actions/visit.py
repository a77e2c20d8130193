"""送单: on my way, check-in and check-out by a code, and incidents."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.presence.actions.site_code import is_site_code
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, conflict, forbidden
from diandan.kit.units import local
from diandan.path.ask.actions.advance import advance
from diandan.path.ask.core import clean_words
from diandan.path.ask.states import RequestState
from diandan.path.bundle.actions.advance import advance_job
from diandan.path.bundle.facts import job_fact
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import requests_for_change, requests_of
from diandan.path.bundle.states import JobState
from diandan.path.dispatch.actions.backup import release_backup
from diandan.path.engage.models import LIVING_TASKS, Engagement, Task

from ..core import EARLY_HOURS, arrival_window
from ..models import Attendance, Incident

AWAITED = (Task.State.PROPOSED, Task.State.CONFIRMED, Task.State.ON_WAY, Task.State.CHECKED_IN)

WRONG_MAX = 10
WRONG_WITHIN = timedelta(hours=1)


@transaction.atomic
def set_out(task: Task, *, by: Actor, at: datetime) -> None:
    """在路上: the requester is told; nothing is tracked."""
    _check_own(task, by)
    if task.state not in (Task.State.PROPOSED, Task.State.CONFIRMED):
        raise conflict("not_now", _("这项任务现在不能标记为出发。"))
    _set(task, Task.State.ON_WAY, at)
    _tell(task, "set_out", by, at)


@transaction.atomic
def check_in(task: Task, *, code: str, by: Actor, at: datetime, reason: str = "") -> Attendance:
    """到场: by the served person's code or the site's rotating code. Starts the job if first.

    On the agreed day only. The team's leader may check a member in, on another day too, with a
    reason that stays in the record. Raises Refusal `wrong_code` when neither code matches.
    """
    is_led = task.engagement.team_id in by.leads
    if not is_led:
        reason = ""
    _check_own(task, by, is_led=is_led)
    if task.state == Task.State.CHECKED_IN:
        return task.attendance  # the same check-in twice is one
    if task.state not in (Task.State.PROPOSED, Task.State.CONFIRMED, Task.State.ON_WAY):
        raise conflict("not_now", _("这项任务现在不能签到。"))
    job = task.engagement.job
    if by.person_id != task.person_id and not reason.strip():
        raise Refusal("no_reason", _("请写明为什么由您代为签到。"), field="reason")
    if not reason.strip():
        _check_day(job, at)
    proof, request_id = _prove(task, code, at)
    attendance = Attendance.objects.create(
        task=task, request_id=request_id, in_at=at, in_proof=proof
    )
    _set(task, Task.State.CHECKED_IN, at)
    advance_job(
        job,
        "check_in",
        by=by,
        at=at,
        team_id=task.engagement.team_id,
        person_id=task.person_id,
        data={"task": str(task.id), "proof": proof, **({"why": reason[:200]} if reason else {})},
    )
    release_backup(job, by=by, at=at)
    return attendance


@transaction.atomic
def check_out(task: Task, *, code: str, note: str, by: Actor, at: datetime) -> Attendance:
    """离场. When nobody is awaited or there any more, the job is served and so are its requests."""
    _check_own(task, by)
    if task.state == Task.State.CHECKED_OUT:
        return task.attendance
    if task.state != Task.State.CHECKED_IN:
        raise conflict("not_in", _("请先签到,再签退。"))
    attendance = task.attendance
    if code:
        attendance.out_proof, _request = _prove(task, code, at)
    attendance.out_at = at
    attendance.note = note[:500]
    attendance.save(update_fields=["out_at", "out_proof", "note"])
    _set(task, Task.State.CHECKED_OUT, at)
    _tell(task, "check_out", by, at)
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
    _check_own(task, by)
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


@transaction.atomic
def count_wrong_code(task_id: UUID, *, at: datetime) -> None:
    """Remember a wrong code. Called by the door after the refused step was undone."""
    task = Task.objects.select_for_update().filter(id=task_id).first()
    if task is None:
        return
    if task.wrong_since is None or at - task.wrong_since >= WRONG_WITHIN:
        task.wrong_codes, task.wrong_since = 0, at
    task.wrong_codes += 1
    task.save(update_fields=["wrong_codes", "wrong_since"])


def _check_day(job: Job, at: datetime) -> None:
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


def _check_not_guessing(task: Task, at: datetime) -> None:
    """Six digits can be guessed by who may try for ever."""
    if task.wrong_since is None or at - task.wrong_since >= WRONG_WITHIN:
        return
    if task.wrong_codes >= WRONG_MAX:
        raise Refusal(
            "too_many_codes",
            _("错的码试得太多了,请一小时后再试,或请队长、站里帮忙。"),
            field="code",
        )


def _prove(task: Task, code: str, at: datetime) -> tuple[str, UUID | None]:
    """Which proof the code is, and of which request when it is a served person's."""
    _check_not_guessing(task, at)
    job = task.engagement.job
    typed = "".join(c for c in code if c.isdigit())
    requests = requests_of(job)
    for request in requests:
        if typed and hmac.compare_digest(typed, request.serve_code):
            return Attendance.Proof.SERVED_CODE, request.id
    places = [job.place, *(r.place for r in requests)]
    if any(is_site_code(place=place, code=typed, at=at) for place in places):
        return Attendance.Proof.SITE_CODE, None
    raise Refusal(
        "wrong_code",
        _("码不对。请向服务对象要六位服务码,或看场地屏幕上的到场码(半小时换一次)。"),
        field="code",
    )


def _check_own(task: Task, by: Actor, *, is_led: bool = False) -> None:
    if by.person_id != task.person_id and not is_led:
        raise forbidden(_("这不是您的任务,只有本人能操作。"))
    if task.engagement.ended_at is not None and task.engagement.job.state != JobState.SERVED:
        raise conflict("ended", _("这项任务已经取消。"))


def _set(task: Task, state: Task.State, at: datetime) -> None:
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
