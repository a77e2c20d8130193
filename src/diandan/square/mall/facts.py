"""积分兑换: the facts of the mall, past tense. Ids, codes of reasons and counts only.

A pick-up code is never in a fact: who reads the facts could fetch the gift.
"""

from __future__ import annotations

from datetime import datetime

from diandan.ground.people.actor import Actor
from diandan.kit.fact import Fact

from .models import Batch, Benefit, BenefitUse, Gift, Giver, Order, Shop, StockMove, Voucher


def order_fact(row: Order, happened: str, by: Actor, at: datetime) -> Fact:
    """Something happened to an order of hers."""
    return Fact(
        kind=f"gift_order.{happened}",
        at=at,
        place_id=row.shelf.site_id,
        by_id=by.person_id,
        person_id=row.person_id,
        data={"order": str(row.id), "gift": str(row.gift_id), "cost": row.cost},
    )


def gift_fact(row: Gift, happened: str, by: Actor, at: datetime) -> Fact:
    """A gift was offered, changed or retired."""
    return Fact(
        kind=f"gift.{happened}",
        at=at,
        place_id=row.centre_id,
        by_id=by.person_id,
        data={"gift": str(row.id), "cost": row.cost},
    )


def stock_fact(row: StockMove, by: Actor, at: datetime) -> Fact:
    """Gifts were brought to a site or taken from it."""
    return Fact(
        kind="gift.stock_moved",
        at=at,
        place_id=row.shelf.site_id,
        by_id=by.person_id,
        data={"gift": str(row.shelf.gift_id), "count": row.count, "why": row.why},
    )


def shop_fact(row: Shop, by: Actor, at: datetime) -> Fact:
    """The centre wrote its own rules of the mall."""
    return Fact(
        kind="mall.rules_set",
        at=at,
        place_id=row.centre_id,
        by_id=by.person_id,
        data={
            "is_open": row.is_open,
            "window": row.window,
            "window_days": row.window_days,
            "orders_each_quarter": row.orders_each_quarter,
            "keep_days": row.keep_days,
            "return_days": row.return_days,
        },
    )


def giver_fact(row: Giver, happened: str, by: Actor, at: datetime) -> Fact:
    """A partner joined or left."""
    return Fact(
        kind=f"giver.{happened}",
        at=at,
        place_id=row.centre_id,
        by_id=by.person_id,
        data={"giver": str(row.id)},
    )


def benefit_fact(row: Benefit, happened: str, by: Actor, at: datetime) -> Fact:
    """A benefit was offered or retired."""
    return Fact(
        kind=f"benefit.{happened}",
        at=at,
        place_id=row.giver.centre_id,
        by_id=by.person_id,
        data={"benefit": str(row.id), "star_min": row.star_min},
    )


def use_fact(row: BenefitUse, happened: str, by: Actor, at: datetime) -> Fact:
    """She used a benefit at its giver's counter."""
    return Fact(
        kind=f"benefit_use.{happened}",
        at=at,
        place_id=row.benefit.giver.centre_id,
        by_id=by.person_id,
        person_id=row.person_id,
        data={"use": str(row.id), "benefit": str(row.benefit_id)},
    )


def batch_fact(row: Batch, happened: str, by: Actor, at: datetime) -> Fact:
    """Vouchers were issued, or what nobody claimed lapsed."""
    return Fact(
        kind=f"voucher_batch.{happened}",
        at=at,
        place_id=row.centre_id,
        by_id=by.person_id,
        data={"batch": str(row.id), "count": row.count},
    )


def voucher_fact(row: Voucher, happened: str, by: Actor, at: datetime) -> Fact:
    """Something happened to a voucher of hers."""
    return Fact(
        kind=f"voucher.{happened}",
        at=at,
        place_id=row.batch.centre_id,
        by_id=by.person_id,
        person_id=row.person_id,
        data={"voucher": str(row.id), "batch": str(row.batch_id)},
    )
