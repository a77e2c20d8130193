"""任务: my tasks, one task's page in steps, and what I have done so far."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from diandan.flow import answers
from diandan.flow.pausing import paused_among
from diandan.ground.people import queries as people
from diandan.kit.refusal import Refusal
from diandan.kit.units import local
from diandan.path.bundle.models import Job
from diandan.path.engage import queries
from diandan.path.engage.actions.allocate import BEFORE_VISIT
from diandan.path.engage.models import LIVING_TASKS, Task
from diandan.path.fulfil.actions.prove import count_wrong_code
from diandan.path.fulfil.core import arrival_window
from diandan.path.fulfil.queries import WIPED, talks, whereabouts
from diandan.web import door
from diandan.web.shared.once import SeeOther, once
from diandan.web.shared.timeline import Viewer, job_timeline
from diandan.web.shared.words import say_when
from diandan.web.volunteer import rows
from diandan.web.volunteer.attend import ways_to_attend
from diandan.web.volunteer.frame import page

SAID: dict[str, str | Promise] = {
    "confirm": gettext_lazy("已确认,到时见。"),
    "decline": gettext_lazy("已告诉队长,谢谢您及时回复。"),
    "set_out": gettext_lazy("已告诉对方您出发了,路上注意安全。"),
    "check_in": gettext_lazy("签到成功。"),
    "check_out": gettext_lazy("签退成功,辛苦了。"),
    "cannot_come": gettext_lazy("已告诉队长,请好好照顾自己。不影响您的记录。"),
    "hand_on": gettext_lazy("已转给队友,等对方确认。"),
}
LEAVES = ("decline", "cannot_come", "hand_on")


@require_safe
@door.signed_in
def tasks(request: HttpRequest) -> HttpResponse:
    """My tasks, and the jobs of the teams I lead."""
    by, at, me = door.actor(request), door.now(request), door.me(request)
    mine = queries.tasks_ahead(me.id)
    twice = {t.engagement_id for t in mine}  # her own task's page leads on to the team's
    led = [e for e in queries.engagements_led(by) if e.id not in twice]
    context = {
        "tasks": [rows.task_row(t, at) for t in mine],
        "engagements": [rows.engagement_row(e, at) for e in led],
        "all_listed": bool(mine) and not led,
        "leads": bool(by.leads),
    }
    return page(request, "tasks", context, tab="/v/tasks")


@require_safe
@door.signed_in
def task(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """One task: where, when, and the one step that comes next."""
    row = queries.task_of(task_id, door.actor(request))
    kept = request.session.pop(f"code-{task_id}", None)
    if kept is None:
        return _task_page(request, row)
    no = Refusal(kept["code"], kept["sentence"], field="code", status=200)
    return _task_page(request, row, no, kept["step"], kept["typed"])


def _task_page(
    request: HttpRequest,
    row: Task,
    error: Refusal | None = None,
    step: str = "",
    typed: dict[str, str] | None = None,
) -> HttpResponse:
    by, at = door.actor(request), door.now(request)
    order = row.engagement.job
    is_over = (
        row.state not in LIVING_TASKS or row.engagement.ended_at is not None or order.state in WIPED
    )
    context = {
        "id": row.id,
        "state": str(row.state),
        "task": {
            **rows.task_row(row, at),
            "number": order.number,
            "risk": order.risk_notice,
            "plan": order.plan if row.state == Task.State.CHECKED_IN else "",
            "phone": order.place.phone,
            "reason": row.reason,
        },
        "is_over": is_over,
        "may_leave": not is_over and row.state in BEFORE_VISIT,
        "may_check_in": not is_over
        and order.state in ("allocated", "serving")
        and row.state in (Task.State.CONFIRMED, Task.State.ON_WAY),
        "opens": "" if error else _opens(order, at),
        **ways_to_attend(row, by=by, at=at, is_over=is_over),
        "stops": [] if is_over else whereabouts(order, reader=by, task=row, at=at),
        "mates": [] if is_over else _mates(request, row),
        "error": error,
        "step": step,
        "typed": typed or _typed(request),
        "talks": [] if is_over else talks(row.engagement, reader=by, task=row),
        "leads_it": row.engagement.team_id in by.leads,
        "job_id": order.id,
        "timeline": job_timeline(
            order, viewer=Viewer.VOLUNTEER, at=at, me=by.person_id, teams=by.member_of
        ),
    }
    status = error.status if error else 200
    response = page(request, "task", context, tab="/v/tasks", status=status)
    response["Cache-Control"] = "no-store"  # a door must not stay in a phone's history
    return response


def _opens(order: Job, at: datetime) -> str:
    """From when the code is asked for, as long as that is still ahead."""
    window = arrival_window(order.starts_at, order.ends_at)
    return say_when(window[0], at) if window and at < window[0] else ""


def _typed(request: HttpRequest) -> dict[str, str]:
    return {k: request.POST.get(k, "") for k in ("code", "note", "reason", "text")}


def _mates(request: HttpRequest, row: Task) -> list[dict[str, Any]]:
    """Team-mates who are not in this task yet, for handing it on."""
    if row.state not in BEFORE_VISIT:
        return []
    there = {t.person_id for t in queries.living_tasks(row.engagement)}
    no = {t.person_id for t in queries.said_no(row.engagement)}
    team = people.members_of(row.engagement.team)
    no |= paused_among([m.person_id for m in team], row.engagement.job.centre)
    ids = [
        m.person_id for m in team if m.person_id not in there | no and m.person.frozen_at is None
    ]
    at = door.now(request)
    names = people.person_names(ids, reader=door.actor(request), at=at, why="hand_on")
    loads = queries.week_loads(ids, at)
    return [{"value": i, "name": names.get(i, ""), "load": loads.get(i, 0)} for i in ids]


@require_POST
@door.signed_in
def step(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """One step of a task. A wrong code or a missing reason comes back with what was typed."""
    by, at = door.actor(request), door.now(request)
    row = queries.task_of(task_id, by)
    name = request.POST.get("step", "")

    def act() -> str:
        answers.task_step(
            task_id,
            name,
            by=by,
            at=at,
            reason=request.POST.get("reason", "")[:200],
            code=request.POST.get("code", "")[:20],
            note=request.POST.get("note", ""),
            fence=request.POST.get("fence", "")[:8],
            to=_uuid(request.POST.get("to", "")),
        )
        if name in SAID:
            messages.success(request, str(SAID[name]), extra_tags=f"done:{name}-{task_id}")
        return "/v/tasks" if name in LEAVES else f"/v/tasks/{task_id}"

    try:
        return once(request, act)
    except Refusal as no:
        if not no.field:
            raise
        if no.code == "wrong_code":  # after the refused step was undone, so that it stays counted
            count_wrong_code(task_id, at=at)
        if no.field == "code":
            kept = {"code": no.code, "sentence": no.sentence, "step": name}
            request.session[f"code-{task_id}"] = {**kept, "typed": _typed(request)}
            return SeeOther(f"/v/tasks/{task_id}")
        return _task_page(request, row, no, name)


@require_POST
@door.signed_in
def incident(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """报告情况: leader and place are told at once."""
    by, at = door.actor(request), door.now(request)
    row = queries.task_of(task_id, by)

    def act() -> str:
        answers.tell_incident(
            task_id,
            text=request.POST.get("text", ""),
            is_urgent=request.POST.get("urgent") == "on",
            by=by,
            at=at,
        )
        messages.success(
            request, _("已报告给队长和实践站。"), extra_tags=f"done:incident-{task_id}"
        )
        return f"/v/tasks/{task_id}"

    try:
        return once(request, act)
    except Refusal as no:
        if no.field != "text":
            raise
        return _task_page(request, row, no, "incident")


@require_safe
@door.signed_in
def history(request: HttpRequest) -> HttpResponse:
    """What I have done: kinds and days, no addresses. Hours are counted elsewhere."""
    done = [
        {
            "href": f"/v/tasks/{t.id}",
            "kind": t.engagement.job.kind.name,
            "icon": t.engagement.job.kind.icon,
            "team": t.engagement.team.name,
            "number": t.engagement.job.number,
            "day": t.attendance.in_at if hasattr(t, "attendance") else t.state_at,
            "from": _clock(t.attendance.in_at) if hasattr(t, "attendance") else "",
            "until": _clock(t.attendance.out_at) if hasattr(t, "attendance") else "",
        }
        for t in queries.tasks_done(door.me(request).id)
    ]
    return page(request, "history", {"done": done}, tab="/v/tasks")


def _clock(moment: Any) -> str:
    return f"{local(moment):%H:%M}" if moment else ""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
