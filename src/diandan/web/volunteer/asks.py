"""问到我: what a volunteer is asked herself, with the reasons; yes, or no with one tap."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from diandan.flow import answers
from diandan.kit.refusal import Refusal
from diandan.path.dispatch.actions.people import no_direct_ask
from diandan.path.dispatch.models import DeclineReason, PersonAsk
from diandan.path.dispatch.queries import ask_of
from diandan.web import door
from diandan.web.shared.once import once
from diandan.web.volunteer import rows
from diandan.web.volunteer.frame import page

Ask = PersonAsk.State
LOST = ("taken", "ask_over")


@require_safe
@door.signed_in
def ask(request: HttpRequest, ask_id: UUID) -> HttpResponse:
    """One ask, with two equal answers."""
    row = ask_of(ask_id, door.me(request).id)
    return page(request, "ask", _context(row, request), tab="/v/offers")


def _context(row: PersonAsk, request: HttpRequest) -> dict[str, Any]:
    at = door.now(request)
    return {
        "id": row.id,
        "ask": {**rows.ask_row(row, at), "why": rows.why_me(row)},
        "skills": "、".join(row.job.skills),
        "risk": row.job.risk_notice,
        "asks": row.state == Ask.OPEN,
        "agreed": row.state == Ask.AGREED,
        "over": _what_became(row) if row.state not in (Ask.OPEN, Ask.AGREED) else "",
    }


def _what_became(row: PersonAsk) -> str:
    if row.state == Ask.DECLINED:
        return _("已告诉派单员,谢谢您及时回复。这不影响您的任何记录。")
    if row.state == Ask.TAKEN:
        return _("已有别的志愿者先答应了,人已够,谢谢您。")
    return _("这份邀请已收回,不影响您的任何记录。")


@require_POST
@door.signed_in
def agree(request: HttpRequest, ask_id: UUID) -> HttpResponse:
    """我能来. With enough of them she has her task at once."""
    by, at = door.actor(request), door.now(request)
    row = ask_of(ask_id, door.me(request).id)

    def act() -> str:
        task = answers.agree_to_ask(ask_id, by=by, at=at)
        if task is not None:
            messages.success(request, _("谢谢您,这一次就请您来。"))
            return f"/v/tasks/{task.id}"
        messages.success(request, _("已记下您能来。还差几位,人齐了马上告诉您。"))
        return f"/v/asks/{ask_id}"

    try:
        return once(request, act)
    except Refusal as no:
        if no.code not in LOST:
            raise
        context = {**_context(row, request), "asks": False, "agreed": False, "over": no.sentence}
        return page(request, "ask", context, tab="/v/offers", status=no.status)


@require_http_methods(["GET", "POST"])
@door.signed_in
def decline(request: HttpRequest, ask_id: UUID) -> HttpResponse:
    """这次不行: one tap of reason."""
    by, at = door.actor(request), door.now(request)
    row = ask_of(ask_id, door.me(request).id)
    error = None
    if request.method == "POST":

        def act() -> str:
            reason = request.POST.get("reason", "")
            answers.decline_person_ask(ask_id, reason=reason, by=by, at=at)
            return f"/v/asks/{ask_id}"

        try:
            return once(request, act)
        except Refusal as no:
            if no.field != "reason":
                raise
            error = no
    reasons = [r for r in DeclineReason.choices if r[0] != DeclineReason.HANDS]
    context = {
        "id": row.id,
        "ask": rows.ask_row(row, at),
        "reasons": [{"value": value, "label": label} for value, label in reasons],
        "error": error,
    }
    status = error.status if error else 200
    return page(request, "ask_decline", context, tab="/v/offers", status=status)


@require_POST
@door.signed_in
def direct(request: HttpRequest) -> HttpResponse:
    """不要系统直接问我, or back; her own to decide."""
    wish = request.POST.get("wish") == "1"

    def act() -> str:
        no_direct_ask(wish, by=door.actor(request), at=door.now(request))
        said = (
            _("已记下:只由队长问您,系统不再直接问。") if wish else _("已恢复:有合适的会直接问您。")
        )
        messages.success(request, said)
        return "/v/turn"

    return once(request, act)
