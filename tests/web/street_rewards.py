"""One of everything of the mall and the stars for a street of the scope matrix."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from diandan.ground.places.models import Place
from diandan.path.dispatch.models import MonthTrial
from diandan.square.mall.models import (
    Batch,
    Benefit,
    BenefitUse,
    Gift,
    Giver,
    Order,
    Shelf,
    StockMove,
    Voucher,
)
from diandan.square.star.models import StarCase, StarObjection

if TYPE_CHECKING:
    from tests.web.street_world import Street


def rewards_of(street: Street, centre: Place, at: datetime) -> dict[str, Any]:
    """A gift at the station and her order of it, a voucher, a benefit, a star applied for."""
    her = street.people["volunteer"]
    gift = Gift.objects.create(centre=centre, name=f"水杯{street.mark}", cost=0, offered_at=at)
    shelf = Shelf.objects.create(gift=gift, site=street.station)
    StockMove.objects.create(shelf=shelf, count=3, why="in", at=at)
    order = Order.objects.create(
        centre=centre,
        person=her,
        gift=gift,
        shelf=shelf,
        cost=0,
        code=f"CODE{street.mark == '甲':d}AAA",
        ordered_at=at,
        ordered_by=her,
        keep_until=at + timedelta(days=9),
    )
    giver = Giver.objects.create(
        centre=centre,
        name=f"剧院{street.mark}",
        key=f"counter-{street.mark == '甲':d}",
        joined_at=at,
    )
    benefit = Benefit.objects.create(giver=giver, name="免费观演", star_min=0, offered_at=at)
    use = BenefitUse.objects.create(
        benefit=benefit,
        person=her,
        star=0,
        code=f"USE{street.mark == '甲':d}AAAA",
        asked_at=at,
        valid_until=at + timedelta(minutes=9),
    )
    batch = Batch.objects.create(
        centre=centre,
        name="文化惠民券",
        number=f"B{street.mark == '甲':d}",
        count=3,
        from_on=at.date(),
        until_on=at.date() + timedelta(days=30),  # a life near midnight must not end it
        issued_at=at,
    )
    voucher = Voucher.objects.create(
        batch=batch, person=her, code=f"VCH{street.mark == '甲':d}AAAA", claimed_at=at
    )
    return {
        "gift_id": gift.id,
        "order_id": order.id,
        "giver_id": giver.id,
        "counter_key": giver.key,
        "benefit_id": benefit.id,
        "use_id": use.id,
        "batch_id": batch.id,
        "voucher_id": voucher.id,
        **_star_of(street, centre, at),
        "month_trial_id": _trial_of(street, centre, at),
    }


def _trial_of(street: Street, centre: Place, at: datetime) -> Any:
    """A month that was lived through again: the whole centre's, no street's."""
    row = MonthTrial.objects.create(
        centre=centre,
        since=at - timedelta(days=30),
        until=at,
        policies=["ours"],
        seeds=1,
        state=MonthTrial.State.DONE,
        asked_by=street.people["admin"],
        asked_at=at,
    )
    return row.id


def _star_of(street: Street, centre: Place, at: datetime) -> dict[str, Any]:
    """A star she applied for, and an objection against it."""
    her = street.people["volunteer"]
    case = StarCase.objects.create(
        centre=centre,
        person=her,
        level=1,
        number=f"9000000{street.mark == '甲':d}",
        rules="standard",
        minutes=6000,
        points=0,
        proposed_at=at,
    )
    objection = StarObjection.objects.create(case=case, text="有疑问", by=her, at=at)
    return {"star_case_id": case.id, "star_objection_id": objection.id}
