"""积分兑换: the mall on her phone: gifts, her orders with their codes, every line of her points."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from diandan.ground.people.models import Person
from diandan.ground.places.models import Place
from diandan.kit.refusal import Refusal, missing
from diandan.path.ledger.models import Transfer
from diandan.path.ledger.rulebook import rules_for
from diandan.square.mall import queries
from diandan.square.mall.actions.order import cancel_order, check_may_order, order_gift
from diandan.square.mall.core import ShopRules, spoken
from diandan.square.mall.models import Audience, Gift, Order
from diandan.web import door
from diandan.web.desk import takeaway
from diandan.web.settings.page import whole_number
from diandan.web.shared.malls import centre_for
from diandan.web.shared.once import once
from diandan.web.shared.qr import qr_svg
from diandan.web.volunteer.frame import page

State = Order.State
TONES = {
    State.ORDERED: "wait",
    State.HANDED_OUT: "good",
    State.CANCELLED: "plain",
    State.EXPIRED: "late",
    State.RETURNED: "plain",
}
LINE_TONES = {"direct": "good", "posting": "good", "pending": "wait", "voiding": "plain"}


@require_safe
@door.signed_in
def mall(request: HttpRequest) -> HttpResponse:
    """What can be ordered, what it costs in points, and how many are left."""
    me, at = door.me(request), door.now(request)
    centre = centre_for(me)
    rules = queries.rules_of(centre)
    purse = queries.purse(me.id, centre)
    offered = list(queries.on_offer(centre, at))
    shown = queries.pictured(g.id for g in offered)
    gifts = [{**_gift_row(g, me, rules, at), "picture": _address(g.id, shown)} for g in offered]
    context = {
        "centre": centre.name,
        "purse": purse,
        "gifts": gifts,
        "opening": queries.opening_at(rules, at),
        "rules": rules,
        "waiting": queries.orders_of(me.id).filter(state=State.ORDERED).count(),
    }
    return page(request, "mall", context)


def _address(gift_id: UUID, shown: Mapping[UUID, datetime]) -> str:
    """Where its picture is; a new picture has a new address, so that browsers may keep the old."""
    since = shown.get(gift_id)
    return f"{reverse('v_gift_picture', args=[gift_id])}?{since:%Y%m%d%H%M%S}" if since else ""


@require_safe
def picture(_request: HttpRequest, gift_id: UUID) -> HttpResponse:
    """The gift's picture; a cup is no secret."""
    found = queries.picture_of(gift_id)
    if not found:
        raise missing(_("这件礼品没有照片。"), "no_picture")
    answer = HttpResponse(found, content_type="image/jpeg")
    answer["Cache-Control"] = "public, max-age=86400"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _gift_row(gift: Gift, me: Person, rules: ShopRules, at: datetime) -> dict[str, Any]:
    return {
        "href": reverse("v_gift", args=[gift.id]),
        "name": gift.name,
        "cost": gift.cost,
        "free": getattr(gift, "free", 0),
        "star_min": gift.star_min,
        "not_now": _why_not(gift, me, rules, at),
    }


def _why_not(gift: Gift, me: Person, rules: ShopRules, at: datetime) -> str:
    """The one sentence that keeps her from ordering; empty when nothing does."""
    try:
        check_may_order(me, gift, rules, at)
    except Refusal as no:
        return no.sentence
    lacking = gift.cost - queries.purse(me.id, gift.centre).free
    if lacking > 0:
        return _("还差 %d 积分") % lacking
    return ""


@require_safe
@door.signed_in
def gift(request: HttpRequest, gift_id: UUID) -> HttpResponse:
    """One gift: what it takes, where it lies, and the button or the reason there is none."""
    return _gift_page(request, gift_id)


def _gift_page(request: HttpRequest, gift_id: UUID, no: Refusal | None = None) -> HttpResponse:
    me, at = door.me(request), door.now(request)
    row = Gift.objects.select_related("centre").filter(id=gift_id).first()
    if row is None or row.centre_id != centre_for(me).id:
        raise missing(_("没有找到这件礼品。"), "unknown_gift")
    rules = queries.rules_of(row.centre)
    context = {
        "gift": row,
        "picture": _address(row.id, queries.pictured([row.id])),
        "audience": Audience(row.audience).label,
        "period": Gift.Period(row.limit_period).label,
        "purse": queries.purse(me.id, row.centre),
        "shelves": [
            {"id": s.site_id, "site": s.site.name, "address": s.site.address, "free": s.free}
            for s in queries.shelves_of(row)
        ],
        "chosen": whole_number(request.POST.get("site", "")),
        "why_not": _why_not(row, me, rules, at),
        "rules": rules,
        "no": no,
        "form_id": f"gift-{row.id}",
    }
    return page(request, "gift", context, status=no.status if no else 200)


@require_POST
@door.signed_in
def order(request: HttpRequest, gift_id: UUID) -> HttpResponse:
    """兑换: points are held, the code is hers."""

    def act() -> str:
        site = whole_number(request.POST.get("site", ""))
        if not site:
            raise Refusal("site", _("请选一个领取点。"), field="site")
        row = order_gift(gift_id, site, by=door.actor(request), at=door.now(request))
        messages.success(request, _("已为您留好。到领取点出示下面的领取码。"))
        return reverse("v_order", args=[row.id])

    try:
        return once(request, act)
    except Refusal as no:
        if no.status in door.NOT_A_FORMS and no.status != 403:
            raise
        return _gift_page(request, gift_id, no)


@require_safe
@door.signed_in
def orders(request: HttpRequest) -> HttpResponse:
    """Her orders, those that wait to be fetched first."""
    rows = [_order_row(o) for o in queries.orders_of(door.me(request).id)[:200]]
    waiting = [r for r in rows if r["waits"]]
    return page(
        request, "mall_orders", {"waiting": waiting, "done": [r for r in rows if not r["waits"]]}
    )


def _order_row(row: Order) -> dict[str, Any]:
    state = State(row.state)
    return {
        "href": reverse("v_order", args=[row.id]),
        "name": row.gift.name,
        "site": row.shelf.site.name,
        "cost": row.cost,
        "at": row.ordered_at,
        "until": row.keep_until,
        "waits": state == State.ORDERED,
        "state": {"word": state.label, "tone": TONES[state]},
    }


@require_safe
@door.signed_in
def one_order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The code and its QR while it waits; afterwards when and where it ended."""
    row = queries.orders_of(door.me(request).id).filter(id=order_id).first()
    if row is None:
        raise missing(_("没有找到这张兑换单。"), "unknown_order")
    waits = row.state == State.ORDERED
    context = {
        "order": row,
        "row": _order_row(row),
        "waits": waits,
        "code": spoken(row.code) if waits else "",
        "qr": qr_svg(row.code, title=_("领取码")) if waits else "",
        "site": row.shelf.site,
        "return_days": queries.rules_of(row.centre).return_days,
    }
    return page(request, "mall_order", context)


@require_POST
@door.signed_in
def cancel(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Not after all: points and gift are free again at once."""

    def act() -> str:
        cancel_order(order_id, by=door.actor(request), at=door.now(request))
        messages.success(request, _("已取消,积分已全部退回。"))
        return reverse("v_orders")

    return once(request, act)


def _line_words(line: queries.Line, orders: dict[UUID, Order]) -> str:
    row = line.row
    if row.id in orders:
        return _("兑换「%s」") % orders[row.id].gift.name
    if row.task is not None:
        return _("服务:%s") % row.task.engagement.job.kind.name
    return str(row.get_reason_display())


def _line_state(line: queries.Line) -> str:
    if line.row.reason == "redeem" and line.state == Transfer.Phase.PENDING:
        return _("占用中")
    if line.row.reason == "redeem" and line.state == Transfer.Phase.VOIDING:
        return _("已退回")
    if line.row.reason == "redeem":
        return _("已使用")
    return str(Transfer.Phase(line.state).label)


def _lines(me: Person, centre: Place) -> list[dict[str, Any]]:
    lines = queries.account_lines(me.id, centre)
    orders = queries.gifts_of_transfers([line.row.id for line in lines])
    return [
        {
            "at": line.at,
            "words": _line_words(line, orders),
            "change": f"{line.change:+d}",
            "balance": line.balance,
            "state": {"word": _line_state(line), "tone": LINE_TONES[line.state]},
            "until": line.row.notice_until
            if line.state == Transfer.Phase.PENDING and line.row.reason == "service"
            else None,
        }
        for line in lines
    ]


@require_safe
@door.signed_in
def points(request: HttpRequest) -> HttpResponse:
    """积分账: every line with the balance after it, the newest on top."""
    me = door.me(request)
    centre = centre_for(me)
    hours = rules_for(centre)
    context = {
        "centre": centre.name,
        "purse": queries.purse(me.id, centre),
        "lines": list(reversed(_lines(me, centre))),
        "per_hour": hours.points_per_hour,
        "months": hours.points_months,
        "source": hours.title,
    }
    return page(request, "points", context)


@require_safe
@door.signed_in
def points_csv(request: HttpRequest) -> HttpResponse:
    """The same lines to take away."""
    me = door.me(request)
    rows = _lines(me, centre_for(me))
    heads = [_("时间"), _("事由"), _("增减"), _("余额"), _("状态")]
    cells = [[r["at"], r["words"], r["change"], r["balance"], r["state"]["word"]] for r in rows]
    return takeaway.as_csv(_("我的积分账"), heads, cells)
