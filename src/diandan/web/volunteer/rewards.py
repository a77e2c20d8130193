"""礼遇与惠民券: what partners give by star, vouchers she claims herself, and the codes to show."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from diandan.kit.refusal import Refusal, missing
from diandan.square.mall import reports
from diandan.square.mall.actions.benefits import ask_code
from diandan.square.mall.actions.counter import find, giver_by_key, serve
from diandan.square.mall.actions.vouchers import claim
from diandan.square.mall.core import spoken
from diandan.square.mall.models import Audience, BenefitUse, Voucher
from diandan.square.mall.queries import star_of
from diandan.web import door
from diandan.web.shared.malls import centre_for
from diandan.web.shared.once import once
from diandan.web.shared.qr import qr_svg
from diandan.web.volunteer.frame import page


@require_safe
@door.signed_in
def vouchers(request: HttpRequest) -> HttpResponse:
    """What may be claimed, and what I hold."""
    me, at = door.me(request), door.now(request)
    mine = reports.vouchers_of(me.id)
    had = {v.batch_id for v in mine}
    context = {
        "open": [
            {
                "id": b.id,
                "name": b.name,
                "about": b.about,
                "until": b.until_on,
                "audience": Audience(b.audience).label,
                "where": "、".join(g.name for g in b.givers.all()),
            }
            for b in reports.claimable(centre_for(me), at)
            if b.id not in had
        ],
        "mine": [_voucher_row(v) for v in mine],
    }
    return page(request, "vouchers", context)


def _voucher_row(row: Voucher) -> dict[str, Any]:
    if row.used_at:
        state = {"word": _("已使用"), "tone": "good"}
    elif row.lapsed_at:
        state = {"word": _("已过期"), "tone": "plain"}
    else:
        state = {"word": _("可使用"), "tone": "wait"}
    return {
        "href": reverse("v_voucher", args=[row.id]),
        "name": row.batch.name,
        "until": row.batch.until_on,
        "state": state,
        "used_at": row.used_at,
        "used_where": row.used_where.name if row.used_where else "",
    }


@require_POST
@door.signed_in
def claim_one(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """领券."""

    def act() -> str:
        row = claim(batch_id, by=door.actor(request), at=door.now(request))
        messages.success(request, _("已领到。使用时出示下面的码。"))
        return reverse("v_voucher", args=[row.id])

    return once(request, act)


@require_safe
@door.signed_in
def voucher(request: HttpRequest, voucher_id: UUID) -> HttpResponse:
    """The voucher's code while it lives."""
    row = (
        Voucher.objects.select_related("batch", "used_where")
        .filter(id=voucher_id, person=door.me(request))
        .first()
    )
    if row is None:
        raise missing(_("没有找到这张券。"), "unknown_voucher")
    living = row.used_at is None and row.lapsed_at is None
    context = {
        "title": row.batch.name,
        "about": row.batch.about,
        "row": _voucher_row(row),
        "where": "、".join(g.name for g in row.batch.givers.all()),
        "code": spoken(row.code) if living else "",
        "qr": qr_svg(row.code, title=_("券码")) if living else "",
        "back": reverse("v_vouchers"),
        "back_words": _("回到惠民券"),
    }
    return page(request, "code", context)


@require_safe
@door.signed_in
def benefits(request: HttpRequest) -> HttpResponse:
    """礼遇: what partners do for volunteers, by star, and what I used."""
    me, at = door.me(request), door.now(request)
    centre = centre_for(me)
    star = star_of(me.id, centre)
    context = {
        "star": star,
        "benefits": [
            {
                "id": b.id,
                "name": b.name,
                "about": b.about,
                "giver": b.giver.name,
                "address": b.giver.address,
                "star_min": b.star_min,
                "times": b.times_a_year,
                "until": b.until_on,
                "mine": star >= b.star_min,
            }
            for b in reports.benefits(centre, at)
        ],
        "givers": list(reports.givers(centre)),
        "used": [
            {"name": u.benefit.name, "giver": u.benefit.giver.name, "at": u.used_at}
            for u in reports.uses_of(me.id)
        ],
    }
    return page(request, "benefits", context)


@require_POST
@door.signed_in
def show_code(request: HttpRequest, benefit_id: UUID) -> HttpResponse:
    """出示: a code for this one use."""

    def act() -> str:
        row = ask_code(benefit_id, by=door.actor(request), at=door.now(request))
        return reverse("v_benefit_code", args=[row.id])

    return once(request, act)


@require_safe
@door.signed_in
def benefit_code(request: HttpRequest, use_id: UUID) -> HttpResponse:
    """The code, for as long as it lives."""
    row = (
        BenefitUse.objects.select_related("benefit__giver")
        .filter(id=use_id, person=door.me(request))
        .first()
    )
    if row is None:
        raise missing(_("没有找到这个码。"), "unknown_code")
    living = row.used_at is None and row.valid_until >= door.now(request)
    state = {"word": _("可使用"), "tone": "wait"}
    if row.used_at:
        state = {"word": _("已使用"), "tone": "good"}
    elif not living:
        state = {"word": _("已过时"), "tone": "plain"}
    context = {
        "title": row.benefit.name,
        "about": row.benefit.about,
        "row": {"state": state, "valid_until": row.valid_until, "used_at": row.used_at},
        "where": row.benefit.giver.name,
        "code": spoken(row.code) if living else "",
        "qr": qr_svg(row.code, title=_("礼遇码")) if living else "",
        "back": reverse("v_benefits"),
        "back_words": _("回到礼遇"),
    }
    return page(request, "code", context)


@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest, counter_key: str) -> HttpResponse:
    """A partner's counter: whoever holds its address marks a code used; no name is typed."""
    giver, at = giver_by_key(counter_key), door.now(request)
    by = door.actor(request)
    context: dict[str, Any] = {"giver": giver, "typed": "", "found": None, "no": None, "done": None}
    if request.method == "POST":
        typed = request.POST.get("code", "")[:64]
        context["typed"] = typed
        try:
            if request.POST.get("sure") == "yes":

                def act() -> str:
                    served = serve(typed, by=by, at=at, giver=giver)
                    messages.success(
                        request,
                        _("已核销:%(what)s,%(who)s。") % {"what": served.title, "who": served.who},
                    )
                    return reverse("giver_counter", args=[counter_key])

                return once(request, act)
            context["found"] = find(typed, by=by, giver=giver)
        except Refusal as no:
            if no.code == "unknown_counter":
                raise
            context["no"] = no
    context["benefits_today"], context["vouchers_today"] = reports.used_at_giver(giver, at)
    status = context["no"].status if context["no"] else 200
    answer = render(request, "volunteer/giver_counter.html", context, status=status)
    answer["Referrer-Policy"] = "no-referrer"
    return answer
