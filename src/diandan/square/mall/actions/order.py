"""兑换: an order holds points and one gift; it is handed out, cancelled, expired or returned.

The hold is a pending transfer on the points ledger: held, not spent. Handing out posts it,
cancelling and expiry void it, a return runs against it by a transfer of its own.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.people.models import Person
from diandan.ground.people.policies import check_signed_in
from diandan.ground.people.queries import volunteer_of
from diandan.ground.record.actions.announce import announce
from diandan.ground.record.lock import hold
from diandan.kit.ids import new_id
from diandan.kit.refusal import Refusal, conflict, forbidden, missing
from diandan.kit.units import local
from diandan.path.ledger.actions.move import Move, Phase, account_of, move, name_of, settle
from diandan.path.ledger.models import Ledger, Reason, Transfer

from ..core import ShopRules, clean_code, new_code
from ..facts import order_fact
from ..models import Audience, Gift, Order, Shelf, StockMove
from ..policies import check_serve
from ..queries import (
    PURPOSE,
    end_of_day,
    fits,
    opening_at,
    ordered_this_quarter,
    rules_of,
    star_of,
    taken_by,
)
from .gifts import put

State = Order.State
EXPIRED_A_TURN = 200


@transaction.atomic
def order_gift(gift_id: UUID, site_id: int, *, by: Actor, at: datetime) -> Order:
    """Order one gift for herself, to be fetched at a site that has it."""
    check_signed_in(by)
    if by.person_id is None:
        raise forbidden(_("请本人登录后兑换。"), "person_needed")
    person = Person.objects.get(id=by.person_id)
    # Her own orders stand in line: a limit is counted without another order slipping by.
    hold(f"mall:{person.id}")
    shelf = (
        Shelf.objects.select_related("gift__centre", "site")
        .filter(gift_id=gift_id, site_id=site_id)
        .first()
    )
    if shelf is None:
        raise missing(_("这个领取点没有这件礼品,请换一个领取点。"), "unknown_shelf")
    gift = shelf.gift
    rules = rules_of(gift.centre)
    check_may_order(person, gift, rules, at)
    row = Order(
        id=new_id(),
        centre=gift.centre,
        person=person,
        gift=gift,
        shelf=shelf,
        cost=gift.cost,
        code=new_code(),
        ordered_at=at,
        ordered_by=person,
        keep_until=end_of_day(at, rules.keep_days),
    )
    # The shelf first, then the accounts: everybody locks in this order, so nobody waits in a ring.
    put(shelf, -1, StockMove.Why.ORDERED, at, person.id, order_id=row.id)
    row.held = _hold_points(row, by, at)
    row.save(force_insert=True)
    announce(order_fact(row, "placed", by, at))
    return row


def check_may_order(person: Person, gift: Gift, rules: ShopRules, at: datetime) -> None:
    """Refuses, each reason in words, what the rules do not allow her today."""
    today = local(at).date()
    early = gift.from_on is not None and today < gift.from_on
    late = gift.until_on is not None and today > gift.until_on
    if gift.retired_at is not None or early or late:
        raise conflict("not_on_offer", _("这件礼品现在不能兑换。"))
    opens = opening_at(rules, at)
    if not opens.is_open:
        if opens.opens_on and rules.is_open:
            words = _("现在不是兑换时间,下次从%s开始。") % f"{opens.opens_on:%Y-%m-%d}"
        else:
            words = _("积分兑换暂停,积分照常保留。")
        raise conflict("shut", words)
    is_volunteer = volunteer_of(person.id) is not None
    if not fits(person, gift.audience, is_volunteer=is_volunteer, at=at):
        raise forbidden(_("这件礼品面向%s。") % Audience(gift.audience).label, "not_for_her")
    if gift.star_min and star_of(person.id, gift.centre) < gift.star_min:
        raise forbidden(_("这件礼品%d星起可兑换。") % gift.star_min, "star_needed")
    if gift.limit_each and taken_by(person.id, gift, at) >= gift.limit_each:
        period = Gift.Period(gift.limit_period).label
        raise conflict(
            "limit",
            _("这件礼品%(period)s限兑 %(most)d 件,您已经兑换过。")
            % {"period": period, "most": gift.limit_each},
        )
    most = rules.orders_each_quarter
    if most and gift.cost and ordered_this_quarter(person.id, gift.centre, at) >= most:
        raise conflict("quarter_limit", _("本中心每季度限兑换 %d 次,下季度再来。") % most)


def _hold_points(row: Order, by: Actor, at: datetime) -> Transfer | None:
    """Points are held, not spent; nothing is held for what costs nothing."""
    if row.cost == 0:
        return None
    points = Ledger.POINTS
    return move(
        Move(
            id=name_of("gift_order", row.id),
            debit=account_of(row.person, centre=row.centre, ledger=points, at=at),
            credit=account_of(None, centre=row.centre, ledger=points, at=at, purpose=PURPOSE),
            amount=row.cost,
            reason=Reason.REDEEM,
            phase=Phase.PENDING,
            notice_until=at,
            data={"order": str(row.id)},
        ),
        by=by,
        at=at,
    )


@transaction.atomic
def cancel_order(order_id: UUID, *, by: Actor, at: datetime) -> Order:
    """Before it is fetched: her own act. Points and gift are free again at once."""
    row = order_for_change(order_id)
    check_signed_in(by)
    if by.person_id != row.person_id:
        raise missing(_("没有找到这张兑换单。"), "unknown_order")
    _check_waits(row)
    return _let_go(row, State.CANCELLED, "cancelled", "", by, at)


@transaction.atomic
def hand_out(order_id: UUID, code: str, *, by: Actor, at: datetime) -> Order:
    """At the counter, against the code: the held points are spent, the gift is hers.

    The same code a second time is refused with when and where it was used.
    """
    row = order_for_change(order_id)
    if clean_code(code) != row.code:
        raise missing(_("没有这个领取码,请核对。"), "unknown_code")
    worker = check_serve(by, row.shelf.site, row.person_id)
    _check_waits(row)
    if at > row.keep_until:
        raise conflict("too_late", _("这个领取码已过期,积分会退回本人。"))
    row.state, row.handed_at, row.handed_by_id = State.HANDED_OUT, at, worker
    row.save(update_fields=["state", "handed_at", "handed_by"])
    if row.held is not None:
        settle(row.held, Phase.POSTING, by=by, at=at)
    announce(order_fact(row, "handed_out", by, at))
    return row


@transaction.atomic
def take_back(order_id: UUID, *, reason: str, by: Actor, at: datetime) -> Order:
    """退货: within the days the rules allow, at the site; points go back by a transfer."""
    row = order_for_change(order_id)
    worker = check_serve(by, row.shelf.site, row.person_id)
    why = " ".join(reason.split())[:200]
    if not why:
        raise Refusal("reason", _("请写退回的原因。"), field="reason")
    if row.state != State.HANDED_OUT or row.handed_at is None:
        raise conflict("not_handed_out", _("这件礼品还没有领取,可以由本人直接取消。"))
    days = rules_of(row.centre).return_days
    if at > row.handed_at + timedelta(days=days):
        raise conflict("return_over", _("领取已超过 %d 天,不能退回。") % days)
    row.state, row.ended_at, row.ended_by_id, row.ended_why = State.RETURNED, at, worker, why
    row.save(update_fields=["state", "ended_at", "ended_by", "ended_why"])
    put(row.shelf, 1, StockMove.Why.BACK, at, worker, order_id=row.id)
    if row.held is not None:
        wanted = Move(
            id=name_of("gift_back", row.id),
            debit=row.held.credit,
            credit=row.held.debit,
            amount=row.cost,
            reason=Reason.GIVE_BACK,
            data={"order": str(row.id)},
        )
        move(wanted, by=by, at=at)
    announce(order_fact(row, "returned", by, at))
    return row


def expire_orders(*, at: datetime, limit: int = EXPIRED_A_TURN) -> int:
    """What nobody fetched in time goes back, points and gift; the worker calls this."""
    due = Order.objects.filter(state=State.ORDERED, keep_until__lt=at).order_by("keep_until", "id")
    return sum(_expire(order_id, at) for order_id in due.values_list("id", flat=True)[:limit])


@transaction.atomic
def _expire(order_id: UUID, at: datetime) -> int:
    row = order_for_change(order_id)
    if row.state != State.ORDERED or row.keep_until >= at:
        return 0
    _let_go(row, State.EXPIRED, "expired", "", SYSTEM, at)
    return 1


def order_for_change(order_id: UUID) -> Order:
    """The order, locked, or a refusal."""
    row = (
        Order.objects.select_for_update(of=("self",))
        .select_related("gift", "shelf__gift", "shelf__site", "centre", "person", "held")
        .filter(id=order_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这张兑换单。"), "unknown_order")
    return row


def _check_waits(row: Order) -> None:
    """Refuses an order that has ended, with when and where."""
    if row.state == State.ORDERED:
        return
    if row.state == State.HANDED_OUT and row.handed_at is not None:
        raise conflict(
            "used_before",
            _("这个领取码已经用过:%(at)s 在%(site)s领取。")
            % {"at": f"{local(row.handed_at):%Y-%m-%d %H:%M}", "site": row.shelf.site.name},
            {"used_at": row.handed_at.isoformat(), "site": row.shelf.site.name},
        )
    assert row.ended_at is not None
    raise conflict(
        "ended_before",
        _("这张兑换单%(at)s%(state)s,领取码已失效。")
        % {"at": f"{local(row.ended_at):%Y-%m-%d %H:%M}", "state": State(row.state).label},
    )


def _let_go(row: Order, state: State, happened: str, why: str, by: Actor, at: datetime) -> Order:
    """Nothing was handed out: the hold is voided, the gift lies free again."""
    row.state, row.ended_at, row.ended_by_id, row.ended_why = state, at, by.person_id, why
    row.save(update_fields=["state", "ended_at", "ended_by", "ended_why"])
    put(row.shelf, 1, StockMove.Why.BACK, at, by.person_id, order_id=row.id)
    if row.held is not None:
        settle(row.held, Phase.VOIDING, by=by, at=at)
    announce(order_fact(row, happened, by, at))
    return row
