"""跟单: one order's page for who asked, by her account or by the secret key on her slip.

Whoever holds the key (her daughter, with the slip) may do what she may. A private matter is
shown to its parties' own accounts alone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from diandan.ground.people.actor import Actor
from diandan.ground.people.queries import actor_for
from diandan.kit.refusal import Refusal, forbidden, missing
from diandan.kit.units import local
from diandan.path.ask.models import Request
from diandan.path.bundle.queries import job_of
from diandan.path.engage.queries import UNDER_WAY
from diandan.path.fulfil.queries import leave_code
from diandan.web import door
from diandan.web.accounts.send import reaches_phones
from diandan.web.resident import guest
from diandan.web.resident.deeds import do, offered_deeds
from diandan.web.resident.page import page, typed
from diandan.web.shared.mending import answers, mendings
from diandan.web.shared.once import once
from diandan.web.shared.qr import qr_svg
from diandan.web.shared.timeline import Viewer, request_timeline
from diandan.web.shared.words import for_request, promised, say_when

KEY_MAX = 40
RELATED = ("place", "kind", "centre", "item", "owner_place", "requester")


@require_http_methods(["GET", "POST"])
def by_key(request: HttpRequest, key: str) -> HttpResponse:
    """The order whose slip she holds."""
    row, by = _by_key(request, key)
    return _follow(request, row, by, f"/r/{key}")


@require_http_methods(["GET", "POST"])
@door.signed_in
def own(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """An order of hers, or one she placed for her family."""
    row, by = _own(request, request_id)
    return _follow(request, row, by, f"/requests/{row.id}")


@require_safe
def done(request: HttpRequest, key: str) -> HttpResponse:
    """Placed: the number, the promise, and how to come back."""
    row, _by = _by_key(request, key)
    at = door.now(request)
    promise = {
        "number": row.number,
        "words": promised(row.promise_at, at).words,
        "at": row.promise_at,
    }
    link = f"{settings.PUBLIC_URL}/r/{key}"
    context = {
        "row": row,
        "enter_as": guest.said_phone(request, key),
        "reaches_phones": reaches_phones(),
        "promise": promise,
        "state": for_request(row, at),
        "base": f"/r/{key}",
        "qr": qr_svg(link, title=_("看进度的二维码")),
        "link": link,
        "draft_done": "*",
    }
    return page(request, "done", context)


@require_safe
def slip_by_key(request: HttpRequest, key: str) -> HttpResponse:
    """The slip, for who holds the key."""
    row, _by = _by_key(request, key)
    return _slip(request, row)


@require_safe
@door.signed_in
def slip_own(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """The slip of an order of hers."""
    row, _by = _own(request, request_id)
    return _slip(request, row)


def _by_key(request: HttpRequest, key: str) -> tuple[Request, Actor]:
    rows = Request.objects.select_related(*RELATED)
    named = typed(key, KEY_MAX).upper()
    row = rows.filter(follow_key=named).first() if named else None
    if row is None:
        raise missing(_("没有找到这张单子。请核对回执上的二维码,或打电话报单号查询。"))
    by = door.actor(request)
    if by.person_id in (row.requester_id, row.placed_by_id):
        return row, by
    if row.is_private:
        if by.person_id is None:
            raise Refusal("sign_in_first", _("调解的事只给本人看,请先用手机号登录。"), status=401)
        raise forbidden(_("调解的事只给当事人看。"))
    return row, actor_for(row.requester_id, door.now(request))


def _own(request: HttpRequest, request_id: UUID) -> tuple[Request, Actor]:
    by = door.actor(request)
    row = Request.objects.select_related(*RELATED).filter(id=request_id).first()
    if row is None or by.person_id not in (row.requester_id, row.placed_by_id):
        raise missing(_("没有找到这张单子,可能是用别的手机号点的。"))
    return row, by


def _follow(request: HttpRequest, row: Request, by: Actor, base: str) -> HttpResponse:
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            return once(request, lambda: do(request, row, by) or base)
        except Refusal as no:
            if no.status in (401, 403, 404):
                raise
            refusal = no
            row = Request.objects.select_related(*RELATED).get(id=row.id)
    at = door.now(request)
    state = for_request(row, at)
    context: dict[str, Any] = {
        "row": row,
        "base": base,
        "state": state,
        "timeline": request_timeline(
            row, viewer=Viewer.REQUESTER, at=at, me=by.person_id, state=state
        ),
        "said": _said(row, by),
        "facts": _facts(row, at),
        "mending": _mending(row, at),
        "answers": answers([row]).get(row.id, []),
        "refusal": refusal,
        "typed": request.POST if refusal else {},
        **offered_deeds(row, by),
    }
    context["left_over"] = _left_over(request, context) if refusal else ""
    status = refusal.status if refusal else 200
    return page(request, "follow", context, current="/requests", status=status)


def _left_over(request: HttpRequest, context: dict[str, Any]) -> str:
    """What she wrote into a form that stands on the page no longer: it must not be lost."""
    verb = request.POST.get("verb", "")
    is_shown = verb in context["can"] or (verb == "say" and context["can_say"])
    return "" if is_shown else request.POST.get("text", "")


def _mending(row: Request, at: datetime) -> str:
    """对不起没让您满意: who follows it up and by when, whatever state the order has come to."""
    owed = mendings([row], at).get(row.id)
    if owed is None:
        return ""
    said = (
        _("对不起没让您满意。%(who)s正在跟进,应在%(when)s前给您答复,已超时,上一级也在催办。")
        if at > owed.due_at
        else _("对不起没让您满意。%(who)s正在跟进,%(when)s前给您答复。")
    )
    return said % {"who": owed.who, "when": say_when(owed.due_at, at)}


def _said(row: Request, by: Actor) -> list[dict[str, Any]]:
    """The words exchanged on the order; who handles it speaks for the house, not by name."""
    return [
        {
            "text": words.text,
            "at": words.at,
            "mine": words.from_requester,
            "who": (_("您") if words.by_id == by.person_id else _("您家人"))
            if words.from_requester
            else (words.team.name if words.team else _("工作人员")),
        }
        for words in row.said.select_related("team").order_by("at", "id")
    ]


def _facts(row: Request, at: datetime | None) -> list[dict[str, str]]:
    """What was ordered; without `at` in whole dates, for paper that is read on another day."""
    rows = [
        (_("说的话"), row.words),
        (_("类型"), row.item.title if row.item else row.kind.name),
        (_("地点"), f"{row.place.name} {row.street}".strip()),
        (_("时间"), _window(row, at)),
        (_("约好的时间"), _agreed(row, at) if at else ""),
        (_("人数"), str(row.people_count) if row.people_count > 1 else ""),
        (_("谁来"), row.may_come),
        (_("点单时间"), _said_when(row.placed_at, at) if at else ""),
        (_("单号"), row.number if at else ""),
    ]
    return [{"label": label, "text": text} for label, text in rows if text]


def _said_when(moment: datetime, at: datetime | None) -> str:
    return say_when(moment, at) if at else date_format(local(moment), _("n月j日 H:i"))


def _agreed(row: Request, at: datetime) -> str:
    """When a team has said it comes."""
    job = job_of(row)
    if job is None or job.starts_at is None or job.state not in UNDER_WAY:
        return ""
    return say_when(job.starts_at, at)


def _window(row: Request, at: datetime | None) -> str:
    if row.wanted_from is None or row.wanted_until is None:
        return _("时间不限")
    until = local(row.wanted_until)
    end = f"{until:%H:%M}" if until.minute else _("%(hour)d点") % {"hour": until.hour}
    return _("%(start)s到%(end)s") % {"start": _said_when(row.wanted_from, at), "end": end}


def _slip(request: HttpRequest, row: Request) -> HttpResponse:
    link = f"{settings.PUBLIC_URL}/r/{row.follow_key}"
    due = local(row.promise_at)
    rows = _facts(row, None)
    slip = {
        "number": row.number,
        "centre": row.centre.full_name,
        "placed_at": local(row.placed_at),
        "promise": _("%(when)s前答复")
        % {"when": f"{date_format(due, _('Y年n月j日'))} {due:%H:%M}"},
        "rows": [
            *rows,
            {"label": _("签到码"), "text": row.serve_code},
            {"label": _("离场码"), "text": _("%s(走的时候再念)") % leave_code(row)},
        ],
        "qr_svg": qr_svg(link, title=_("看进度的二维码")),
        "track_words": _("扫一扫看进度、评价"),
        "phone": row.owner_place.phone or row.centre.phone,
    }
    return render(request, "parts/slip.html", {"slip": slip})
