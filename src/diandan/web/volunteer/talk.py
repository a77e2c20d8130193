"""留言·约时间: a team and who asked agree on the hour, without either's number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diandan.flow import answers
from diandan.kit.clock import SHANGHAI
from diandan.kit.refusal import Refusal, missing
from diandan.path.bundle.queries import requests_of
from diandan.path.engage import queries
from diandan.path.engage.models import Engagement
from diandan.web import door
from diandan.web.shared.once import SeeOther, once


@require_POST
@door.signed_in
def say_for_job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """A leader's words to who asked."""
    row = queries.engagement_led(job_id, door.actor(request))
    return _say(request, row, f"/v/jobs/{job_id}")


@require_POST
@door.signed_in
def say_for_task(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Words of a volunteer who is going."""
    row = queries.task_of(task_id, door.actor(request))
    return _say(request, row.engagement, f"/v/tasks/{task_id}")


def _say(request: HttpRequest, row: Engagement, back: str) -> HttpResponse:
    ids = {str(r.id): r.id for r in requests_of(row.job)}
    asked = request.POST.get("request", "") or next(iter(ids), "")
    if asked not in ids:
        raise missing(_("没有找到这张点单,可能已经不在这张服务单里。"))

    def act() -> str:
        answers.say_as_team(
            row,
            ids[asked],
            text=request.POST.get("text", ""),
            by=door.actor(request),
            at=door.now(request),
        )
        messages.success(request, _("已留言,点单人会收到。"), extra_tags=f"done:say-{asked}")
        return back

    return _or_told(request, act, back)


@require_POST
@door.signed_in
def agree_time(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """约定时间: both sides see it, and are told."""
    by = door.actor(request)
    queries.engagement_led(job_id, by)
    back = f"/v/jobs/{job_id}"

    def act() -> str:
        answers.agree_on_time(
            job_id,
            starts_at=_moment(request, "starts_at"),
            ends_at=_moment(request, "ends_at"),
            by=by,
            at=door.now(request),
        )
        messages.success(request, _("时间约好了,点单人和队员都会收到通知。"))
        return back

    return _or_told(request, act, back)


def _or_told(request: HttpRequest, act: Callable[[], str], back: str) -> HttpResponse:
    """The page again with the refusal said on it; what she typed stays in her draft."""
    try:
        return once(request, act)
    except Refusal as no:
        if not no.field:
            raise
        messages.error(request, no.sentence)
        return SeeOther(back)


def _moment(request: HttpRequest, name: str) -> datetime | None:
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise Refusal("wrong_time", _("时间看不懂,请重新选。"), field=name) from None
