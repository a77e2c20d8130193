"""我的: her requests, her messages, her standing orders."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from diandan.ground.notify.actions.read import read
from diandan.ground.notify.queries import inbox as inbox_of
from diandan.kit.refusal import missing
from diandan.path.ask.actions.standing import end_standing
from diandan.path.ask.queries_regular import standing_for_change, standings_of
from diandan.web import door
from diandan.web.resident import reads
from diandan.web.resident.page import page
from diandan.web.shared.once import once

PAGE_ROWS = 15


@require_safe
@door.signed_in
def requests(request: HttpRequest) -> HttpResponse:
    """Everything she placed, what still runs first."""
    me = door.me(request)
    is_old = request.GET.get("old") == "1"
    rows = reads.hers(me.id)
    rows = rows.filter(state__in=reads.OVER) if is_old else rows.exclude(state__in=reads.OVER)
    shown = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    context = {
        "rows": reads.with_states(list(shown), door.now(request)),
        "page": shown,
        "is_old": is_old,
        "has_standing": bool(standings_of(me.id)),
    }
    return page(request, "requests", context, current="/requests")


@require_http_methods(["GET", "POST"])
@door.signed_in
def inbox(request: HttpRequest) -> HttpResponse:
    """Her messages. They count as read when she has pressed 知道了 or opened one."""
    at = door.now(request)
    if request.method == "POST":
        read(by=door.actor(request), at=at)
        return once(request, lambda: "/messages")
    rows = inbox_of(door.me(request))
    context = {"rows": rows, "has_new": any(row.is_new for row in rows)}
    return page(request, "messages", context, current="/messages")


@require_http_methods(["GET", "POST"])
@door.signed_in
def standing(request: HttpRequest) -> HttpResponse:
    """What comes round for her, and an end to it by one press."""
    me = door.me(request)
    if request.method == "POST":
        return once(request, lambda: _end(request))
    return page(request, "standing", {"rows": standings_of(me.id)}, current="/requests")


def _end(request: HttpRequest) -> str:
    try:
        number = UUID(request.POST.get("standing", ""))
    except ValueError:
        raise missing(_("没有找到这项定期服务。"), "unknown_standing") from None
    row = standing_for_change(number)
    end_standing(row, by=door.actor(request), at=door.now(request))
    messages.success(request, _("「%(title)s」已停止,以后不再安排。") % {"title": row.title})
    return "/standing"
