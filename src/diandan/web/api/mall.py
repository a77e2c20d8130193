"""积分兑换: the mall for programs: what there is, her orders, and the counter that hands out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person
from diandan.ground.people.queries import masked_name
from diandan.ground.people.queries import person as person_by_id
from diandan.kit.refusal import Refusal, missing
from diandan.square.mall import queries
from diandan.square.mall.actions.counter import GIFT, find, serve
from diandan.square.mall.actions.order import (
    cancel_order,
    check_may_order,
    order_gift,
    take_back,
)
from diandan.square.mall.core import ShopRules
from diandan.square.mall.models import Gift, Order
from diandan.web import door
from diandan.web.shared.malls import centre_for

from . import shapes, told
from .gate import Need, caller

router = Router()
Shown = dict[str, Any]
OrderState = Annotated[str, told.among(Order.State)]
ORDERS_MOST = 200


class ShelfOut(Schema):
    """一个领取点。"""

    place: int = told.f("阵地编号")
    name: str = told.f("领取点的名称")
    free: int = told.f("还剩几件")


class GiftOut(Schema):
    """一件礼品。"""

    id: UUID = told.f("礼品编号")
    name: str = told.f("名称")
    about: str = told.f("说明")
    cost: int = told.f("要多少积分")
    star_min: int = told.f("几星起可兑,0为不限")
    not_now: str = told.f("现在不能兑的原因,能兑为空")
    sites: list[ShelfOut] = told.f("在哪里领,多的在前")


class MallOut(Schema):
    """她所在中心的兑换。"""

    centre: str = told.f("中心")
    points_free: int = told.f("可用的积分")
    points_held: int = told.f("占用中的积分")
    points_coming: int = told.f("公示中的积分")
    is_open: bool = told.f("现在能不能兑")
    opens_on: date | None = told.f("下次从哪天开始;没有为空")
    gifts: list[GiftOut] = told.f("礼品,积分少的在前")


class OrderOut(Schema):
    """一张兑换单。"""

    id: UUID = told.f("兑换单编号")
    gift: str = told.f("礼品")
    cost: int = told.f("用了多少积分")
    state: OrderState = told.f("状态")
    place: int = told.f("领取点的阵地编号")
    site: str = told.f("领取点")
    ordered_at: datetime = told.f("兑换时间")
    keep_until: datetime = told.f("保留到何时")
    code: str = told.f("领取码;领过、取消、过期的为空")


class CounterOut(Schema):
    """柜台看到的一张兑换单。"""

    id: UUID = told.f("兑换单编号")
    gift: str = told.f("礼品")
    who: str = told.f("领用人,只有姓")
    site: str = told.f("领取点")
    state: OrderState = told.f("状态")


class OrderIn(shapes.Asked):
    """兑换。"""

    place: shapes.Number = Field(description="在哪个领取点领,阵地编号")


class PickUpIn(shapes.Asked):
    """柜台核对领取码。"""

    code: shapes.Short = Field(description="领取码,8位字母和数字")
    hand_out: bool = Field(False, description="false 只查看,true 发放")


class ReturnIn(shapes.Asked):
    """退回。"""

    reason: shapes.Short = Field(description="退回的原因,最多 200 字")


def _me(by: Actor) -> Person:
    assert by.person_id is not None  # Need() lets nobody else in, but for outside partners
    return person_by_id(by.person_id)


@router.get(
    "/mall", url_name="mall", response=MallOut, auth=Need("order", "serve"), summary="积分兑换"
)
def mall(request: HttpRequest) -> Shown:
    """What can be ordered, what it costs in points, how many are left and where."""
    me, at = _me(caller(request)), door.now(request)
    centre = centre_for(me)
    rules, purse = queries.rules_of(centre), queries.purse(me.id, centre)
    opening = queries.opening_at(rules, at)
    return {
        "centre": centre.name,
        "points_free": purse.free,
        "points_held": purse.held,
        "points_coming": purse.coming,
        "is_open": opening.is_open,
        "opens_on": opening.opens_on,
        "gifts": [_gift(row, me, rules, at) for row in queries.on_offer(centre, at)],
    }


def _gift(row: Gift, me: Person, rules: ShopRules, at: datetime) -> Shown:
    not_now = ""
    try:
        check_may_order(me, row, rules, at)
    except Refusal as no:
        not_now = no.sentence
    return {
        "id": row.id,
        "name": row.name,
        "about": row.about,
        "cost": row.cost,
        "star_min": row.star_min,
        "not_now": not_now,
        "sites": [
            {"place": s.site_id, "name": s.site.name, "free": s.free}
            for s in queries.shelves_of(row)
        ],
    }


@router.get(
    "/mall/orders",
    url_name="mall_orders",
    response=list[OrderOut],
    auth=Need("order", "serve"),
    summary="我的兑换单",
)
def orders(request: HttpRequest) -> list[Shown]:
    """Her own, the newest first."""
    return [_order(row) for row in queries.orders_of(_me(caller(request)).id)[:ORDERS_MOST]]


def _order(row: Order) -> Shown:
    waits = row.state == Order.State.ORDERED
    return {
        "id": row.id,
        "gift": row.gift.name,
        "cost": row.cost,
        "state": row.state,
        "place": row.shelf.site_id,
        "site": row.shelf.site.name,
        "ordered_at": row.ordered_at,
        "keep_until": row.keep_until,
        "code": row.code if waits else "",
    }


@router.post(
    "/mall/gifts/{uuid:gift_id}/order",
    url_name="mall_order",
    response=OrderOut,
    auth=Need("order", "serve"),
    summary="兑换一件",
)
def order(request: HttpRequest, gift_id: UUID, body: OrderIn) -> Shown:
    """Points are held, the gift is kept for her, the code is in the answer."""
    by = caller(request)
    gift = Gift.objects.filter(id=gift_id).first()
    if gift is None or gift.centre_id != centre_for(_me(by)).id:
        raise missing(_("没有找到这件礼品。"), "unknown_gift")
    return _order(order_gift(gift_id, body.place, by=by, at=door.now(request)))


@router.post(
    "/mall/orders/{uuid:order_id}/cancel",
    url_name="mall_cancel",
    response=OrderOut,
    auth=Need("order", "serve"),
    summary="取消兑换",
)
def cancel(request: HttpRequest, order_id: UUID, body: shapes.Nothing) -> Shown:
    """Before it is fetched: points and gift are free again at once."""
    return _order(cancel_order(order_id, by=caller(request), at=door.now(request)))


@router.post(
    "/mall/pick-up",
    url_name="mall_pick_up",
    response=CounterOut,
    auth=Need("desk"),
    summary="柜台:查看或发放",
)
def pick_up(request: HttpRequest, body: PickUpIn) -> Shown:
    """At the counter of the site: what the code stands for, and, when told to, handed out once."""
    by = caller(request)
    found = find(body.code, by=by)
    if found.kind != GIFT:
        raise Refusal("at_the_giver", _("这个码在合作单位的柜台核销。"), field="code")
    if body.hand_out:
        serve(body.code, by=by, at=door.now(request))
    return _at_counter(found.id)


@router.post(
    "/mall/orders/{uuid:order_id}/return",
    url_name="mall_return",
    response=CounterOut,
    auth=Need("desk"),
    summary="柜台:退回",
)
def give_back(request: HttpRequest, order_id: UUID, body: ReturnIn) -> Shown:
    """The gift comes back to the shelf, the points to her account."""
    take_back(order_id, reason=body.reason, by=caller(request), at=door.now(request))
    return _at_counter(order_id)


def _at_counter(order_id: UUID) -> Shown:
    row = Order.objects.select_related("gift", "shelf__site", "person").get(id=order_id)
    return {
        "id": row.id,
        "gift": row.gift.name,
        "who": masked_name(row.person),
        "site": row.shelf.site.name,
        "state": row.state,
    }
