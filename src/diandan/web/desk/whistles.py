"""报到: a unit answers a whistle on a page of its own, without seeing the request behind it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from diandan.flow import desk_acts
from diandan.kit.refusal import missing
from diandan.path.ask import queries as ask
from diandan.path.assess.models import Whistle
from diandan.path.assess.policies import may_answer
from diandan.web import door

from . import frame
from .rows import say_left


@require_http_methods(["GET", "POST"])
@door.staff_only
def answer_whistle(request: HttpRequest, whistle_id: UUID) -> HttpResponse:
    """报到: our unit's answer, on a page of its own: a unit need not see the request to answer."""
    by, at = door.actor(request), door.now(request)
    if request.method == "GET":
        return _whistle_page(request, whistle_id)

    def acted() -> str:
        row = desk_acts.answer_whistle(whistle_id, text=request.POST.get("text", ""), by=by, at=at)
        frame.said(request, _("已回复吹哨单位。"), f"answer-{whistle_id}")
        if ask.visible(by).filter(id=row.request_id).exists():
            return frame.back_to(request, "desk_request", row.request_id)
        return reverse("desk_queue", args=["whistles"])

    return frame.act(
        request, "answer", acted, lambda failed: _whistle_page(request, whistle_id, failed)
    )


def _whistle_page(
    request: HttpRequest, whistle_id: UUID, failed: frame.Failed | None = None
) -> HttpResponse:
    """The question with its place and clock; nothing of who asked for help."""
    by, at = door.actor(request), door.now(request)
    row = Whistle.objects.select_related("unit", "request__place").filter(id=whistle_id).first()
    if row is None or not may_answer(by, row.unit):
        raise missing(_("没有找到这条吹哨,或它不是问您单位的。"))
    return frame.plain(
        request,
        "desk/whistle.html",
        "queues",
        status=failed.refusal.status if failed else 200,
        failed=failed,
        whistle=row,
        place=row.request.place.full_name,
        clock=None if row.answered_at else say_left(row.due_at, at),
    )
