"""离线: what the phone wrote down without a signal waits here until it was sent, once.

`arrive.js` keeps the queue on the phone; the pages here are its shell, which opens without a
network too (`worker.js`), and the address it sends to.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from diandan.kit.refusal import Refusal
from diandan.path.engage import queries
from diandan.path.engage.models import Task
from diandan.path.fulfil.actions.late import Written
from diandan.path.fulfil.models import LateRecord
from diandan.web import door
from diandan.web.shared.late import take_or_keep
from diandan.web.volunteer import rows
from diandan.web.volunteer.frame import page

MINUTE = 60
OFF_BY = 2 * MINUTE


@require_safe
@door.signed_in
def waiting(request: HttpRequest) -> HttpResponse:
    """待发送: what is on this phone, what became of it, and a form that works without a signal."""
    at, me = door.now(request), door.me(request)
    tasks = [
        {
            "id": t.id,
            "label": f"{rows.task_row(t, at)['kind']} · {rows.task_row(t, at)['when']}",
            "is_in": t.state == Task.State.CHECKED_IN,
        }
        for t in queries.tasks_ahead(me.id)
        if t.state != Task.State.PROPOSED
    ]
    return page(request, "waiting", {"late_tasks": tasks}, tab="/v/tasks")


@require_safe
def shell(request: HttpRequest) -> HttpResponse:
    """The same page with nobody's data, kept on the phone for when there is no network."""
    return render(request, "volunteer/waiting.html", {"is_shell": True})


@require_safe
def worker(_request: HttpRequest) -> HttpResponse:
    """The service worker, at the address whose pages it serves."""
    found = finders.find("diandan/worker.js")
    assert isinstance(found, str)
    script = Path(found).read_text(encoding="utf-8")
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@require_POST
@door.signed_in
def send(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """One record from the phone's queue, told as it was taken or why not; the same id is one."""
    by, at = door.actor(request), door.now(request)
    task = queries.task_of(task_id, by)
    given = _written(request)
    row = take_or_keep(task, given, by=by, at=at)
    return JsonResponse({"taken": row.was_taken, "sentence": said(row)})


def said(row: LateRecord) -> str:
    """What became of a record, and what was found out about the phone's clock."""
    words = row.sentence or _("已收到,按离线记录计。")
    if abs(row.skew_s) < OFF_BY:
        return words
    minutes = abs(row.skew_s) // MINUTE
    if row.skew_s > 0:
        off = ngettext(
            "您的手机快了 %(n)d 分钟,已按标准时间算。",
            "您的手机快了 %(n)d 分钟,已按标准时间算。",
            minutes,
        )
    else:
        off = ngettext(
            "您的手机慢了 %(n)d 分钟,已按标准时间算。",
            "您的手机慢了 %(n)d 分钟,已按标准时间算。",
            minutes,
        )
    return words + off % {"n": minutes}


def _written(request: HttpRequest) -> Written:
    post = request.POST
    try:
        key = UUID(post.get("form_key", ""))
    except ValueError as bad:
        raise Refusal("no_time", _("这条离线记录不完整,没有收下。")) from bad
    return Written(
        id=key,
        end=post.get("end", ""),
        code=post.get("code", "")[:20],
        phone_at=_moment(post.get("phone_at", "")),
        sent_at=_moment(post.get("sent_at", "")),
        note=post.get("note", "")[:500],
    )


def _moment(text: str) -> datetime:
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Refusal("no_time", _("这条离线记录不完整,没有收下。"))
    return found
