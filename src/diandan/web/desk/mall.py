"""兑换柜台: one field for a code, on a phone or under a scanner; the orders to be fetched here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from diandan.ground.people.actor import STAFF_ROLES, Actor
from diandan.ground.people.policies import KEEPER_ROLES
from diandan.ground.people.queries import masked_names
from diandan.kit.refusal import Refusal, forbidden
from diandan.square.mall.actions.counter import find, serve
from diandan.square.mall.actions.order import take_back
from diandan.square.mall.models import Order
from diandan.square.mall.queries import orders_at
from diandan.web import door
from diandan.web.shared.once import once

from . import frame, takeaway

State = Order.State
TONES = {
    State.ORDERED: "wait",
    State.HANDED_OUT: "good",
    State.CANCELLED: "plain",
    State.EXPIRED: "late",
    State.RETURNED: "plain",
}
PAGE_SIZE = 50
TAKEN_AWAY = 5000


def _works_here(request: HttpRequest) -> Actor:
    """Who stands at a counter: any worker of a place; auditors and experts do not hand out."""
    by = door.actor(request)
    if not any(g.role in STAFF_ROLES for g in by.grants):
        raise forbidden(_("发放礼品由所、站和中心的工作人员来办。"), "not_your_site")
    return by


@require_http_methods(["GET", "POST"])
@door.staff_only
def counter(request: HttpRequest) -> HttpResponse:
    """Type or scan the code, see what it is and for whom, hand it out. Once."""
    by, at = _works_here(request), door.now(request)
    context: dict[str, Any] = {"typed": "", "found": None, "no": None}
    if request.method == "POST":
        typed = request.POST.get("code", "")[:64]
        context["typed"] = typed
        try:
            if request.POST.get("sure") == "yes":

                def act() -> str:
                    served = serve(typed, by=by, at=at)
                    frame.said(
                        request,
                        _("已发放:%(what)s,%(who)s。") % {"what": served.title, "who": served.who},
                    )
                    return reverse("desk_counter")

                return once(request, act)
            context["found"] = find(typed, by=by)
        except Refusal as no:
            context["no"] = no
    waiting = orders_at(by, State.ORDERED).count()
    status = context["no"].status if context["no"] else 200
    keeps = any(g.role in KEEPER_ROLES for g in by.grants)
    return frame.plain(
        request, "desk/counter.html", "mall", status=status, waiting=waiting, keeps=keeps, **context
    )


def _rows(orders: list[Order]) -> list[dict[str, Any]]:
    names = masked_names(o.person_id for o in orders)
    return [
        {
            "id": o.id,
            "gift": o.gift.name,
            "who": names.get(o.person_id, ""),
            "site": o.shelf.site.name,
            "cost": o.cost,
            "ordered_at": o.ordered_at,
            "keep_until": o.keep_until,
            "handed_at": o.handed_at,
            "state": {"word": State(o.state).label, "tone": TONES[State(o.state)]},
            "may_return": o.state == State.HANDED_OUT,
            "why": o.ended_why,
        }
        for o in orders
    ]


@require_GET
@door.staff_only
def orders(request: HttpRequest) -> HttpResponse:
    """What is to be fetched here and what was; the codes stay with their owners."""
    by = _works_here(request)
    state = request.GET.get("state", "")
    page = Paginator(orders_at(by, state), PAGE_SIZE).get_page(request.GET.get("page"))
    query = f"?state={state}" if state in State.values else ""
    return frame.plain(
        request,
        "desk/mall_orders.html",
        "mall",
        rows=_rows(list(page.object_list)),
        page=page,
        state=state,
        states=[{"value": s.value, "label": s.label} for s in State],
        query=query.lstrip("?"),
        xlsx_url=reverse("desk_mall_export", args=["xlsx"]) + query,
        csv_url=reverse("desk_mall_export", args=["csv"]) + query,
    )


@require_GET
@door.staff_only
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The list as it is shown: masked names, never a code."""
    by = _works_here(request)
    found = list(orders_at(by, request.GET.get("state", ""))[:TAKEN_AWAY])
    heads = [_("礼品"), _("领用人"), _("领取点"), _("积分"), _("兑换于"), _("领取截止")]
    heads += [_("领取于"), _("状态"), _("退回原因")]
    cells = [
        [
            r["gift"], r["who"], r["site"], r["cost"], r["ordered_at"], r["keep_until"],
            r["handed_at"], r["state"]["word"], r["why"],
        ]
        for r in _rows(found)
    ]  # fmt: skip
    give = takeaway.as_xlsx if form == "xlsx" else takeaway.as_csv
    return give(_("兑换单"), heads, cells)


@require_POST
@door.staff_only
def give_back(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """退回: the gift comes back, the points too."""

    def act() -> str:
        row = take_back(
            order_id,
            reason=request.POST.get("reason", ""),
            by=door.actor(request),
            at=door.now(request),
        )
        messages.success(request, _("已退回「%s」,积分已返还本人。") % row.gift.name)
        return reverse("desk_mall_orders")

    return once(request, act)
