"""出示码: a leader's phone shows the job's code; a volunteer's phone shows her own to be scanned."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from diandan.flow import attending
from diandan.ground.people.queries import masked_names
from diandan.ground.presence.actions.codes import code_of, job_subject
from diandan.ground.presence.core import begins, step_at
from diandan.kit.refusal import Refusal
from diandan.path.engage import queries
from diandan.path.engage.models import Task
from diandan.path.fulfil.actions.scan import own_code, task_scanned
from diandan.web import door
from diandan.web.shared.once import once
from diandan.web.shared.qr import qr_svg
from diandan.web.volunteer import rows
from diandan.web.volunteer.frame import page


@require_safe
@door.signed_in
def job_code(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """For a visit without a screen: members scan the leader's phone."""
    row = queries.engagement_led(job_id, door.actor(request))
    at = door.now(request)
    code = code_of(job_subject(job_id), at=at)
    link = f"{settings.PUBLIC_URL}/v/check-in?job={job_id}&code={code}"
    words = {
        "title": _("队长的到场码"),
        "lead": row.job.kind.name,
        "how": _(
            "请到场的队员扫码,或在任务页输入六位数字。您自己签到要用别的办法:服务对象的码,或请别人见证点名。"
        ),
        "back": f"/v/jobs/{job_id}",
    }
    return _shown(request, code, link, at, words)


@require_safe
@door.signed_in
def my_code(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Her own code, for the leader or the served person to scan."""
    row = queries.task_of(task_id, door.actor(request))
    at = door.now(request)
    code = own_code(row, at=at)
    link = f"{settings.PUBLIC_URL}/v/tasks/{task_id}/scan?code={code}"
    words = {
        "title": _("请对方扫我的码"),
        "lead": row.engagement.job.kind.name,
        "how": _("请队长或点单人用手机扫这个码,对方点一下就签到;走的时候再扫一次签退。"),
        "back": f"/v/tasks/{task_id}",
    }
    return _shown(request, code, link, at, words)


def _shown(
    request: HttpRequest, code: str, link: str, at: datetime, words: dict[str, str]
) -> HttpResponse:
    context = {
        **words,
        "code": f"{code[:3]} {code[3:]}",
        "qr": qr_svg(link, scale=6, title=words["title"]),
        "next_at": begins(step_at(at) + 1),
    }
    response = page(request, "rotating_code", context, tab="/v/tasks")
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "POST"])
@door.signed_in
def scan(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """What a leader or the served person sees after scanning; one tap writes it down."""
    by, at = door.actor(request), door.now(request)
    row = task_scanned(task_id, by)
    if request.method != "POST":
        return _scan_page(request, row)

    def act() -> str:
        code = "".join(c for c in request.POST.get("code", "") if c.isdigit())[:6]
        attending.scan_task(task_id, code=code, by=by, at=at)
        messages.success(request, _("已记下,谢谢您。"))
        return f"/v/tasks/{task_id}/scan"

    try:
        return once(request, act)
    except Refusal as no:
        if no.field != "code":
            raise
        return _scan_page(request, row, no)


def _scan_page(request: HttpRequest, row: Task, error: Refusal | None = None) -> HttpResponse:
    at = door.now(request)
    typed = request.POST.get("code", "") or request.GET.get("code", "")
    context: dict[str, Any] = {
        "who": masked_names([row.person_id]).get(row.person_id, ""),
        "task": rows.task_row(row, at),
        "is_in": row.state == Task.State.CHECKED_IN,
        "is_over": row.state == Task.State.CHECKED_OUT,
        "code": "".join(c for c in typed if c.isdigit())[:6],
        "error": error,
    }
    status = error.status if error else 200
    return page(request, "scan", context, status=status)
