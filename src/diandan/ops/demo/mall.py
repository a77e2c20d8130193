"""积分兑换与礼遇 in a demo: a stocked mall, partners and vouchers; a month later people redeem."""

from __future__ import annotations

from datetime import datetime, timedelta

from diandan.ground.people import queries as people
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person, Role
from diandan.kit.refusal import Refusal
from diandan.kit.units import local
from diandan.square.mall.actions.benefits import (
    BenefitWords,
    ask_code,
    join_giver,
    offer_benefit,
    use_benefit,
)
from diandan.square.mall.actions.counter import serve
from diandan.square.mall.actions.gifts import GiftWords, move_stock, offer_gift
from diandan.square.mall.actions.order import order_gift
from diandan.square.mall.actions.vouchers import BatchWords, claim, issue_batch, use_voucher
from diandan.square.mall.models import Audience, Benefit, Gift, Giver, Order
from diandan.square.mall.queries import purse

from .furnish import House

GIFTS = (
    GiftWords(
        "公筷公勺一套", 0, "每户领一套", Audience.EVERYONE, limit_each=1, limit_period="ever"
    ),
    GiftWords("帆布购物袋", 5, "印有志愿者标志", limit_each=1),
    GiftWords("急救包", 10, "纱布、创可贴、止血带", limit_each=1),
    GiftWords("保温杯", 800, "500毫升", limit_each=1),
    GiftWords("血压计", 3800, "上臂式", limit_each=1, limit_period="year"),
)
STOCK = 30
PARTNERS = (
    ("区图书馆", "借阅室二楼服务台", "多借五册图书", 0, 12),
    ("体育中心", "东门售票处", "免费入场游泳一次", 1, 6),
    ("大剧院", "一楼取票处", "优先选座", 3, 4),
)
SHOWN_REDEEM = 6


def open_mall(house: House) -> None:
    """On the demo's first day: the catalogue, what lies at two stations, partners and vouchers."""
    at = house.cast.at
    by = _keeper(house)
    for words in GIFTS:
        gift = offer_gift(house.centre, words, by=by, at=at)
        for site in house.stations[:2]:
            move_stock(gift.id, site, STOCK, note="首批到货", by=by, at=at)
    givers = []
    for name, address, benefit, star, times in PARTNERS:
        giver = join_giver(
            house.centre, name=name, address=address, agreed_on=local(at).date(), by=by, at=at
        )
        wish = BenefitWords(benefit, star_min=star, times_a_year=times)
        offer_benefit(giver.id, wish, by=by, at=at)
        givers.append(giver)
    today = local(at).date()
    batch = BatchWords("文化惠民券", 200, today, today + timedelta(days=90), "看一场演出或展览")
    issue_batch(house.centre, batch, givers=givers[2:], by=by, at=at)


def redeem(house: House, at: datetime) -> int:
    """At the month's end: who has points takes something; every second one has fetched it."""
    by = _keeper(house)
    done = 0
    for number, person in enumerate(_with_points(house)):
        gift = _affordable(house, purse(person.id, house.centre).free)
        if gift is None:
            continue
        buyer = people.actor_for(person.id, at)
        order = _order(gift, house, buyer, at)
        if order is not None and number % 2:
            serve(order.code, by=by, at=at)
        done += 1
    _residents(house, by, at)
    return done


def _keeper(house: House) -> Actor:
    return house.cast.actor(house.staff[Role.CENTER_STAFF][0])


def _with_points(house: House) -> list[Person]:
    members = {m.person_id: m.person for t in house.teams for m in people.members_of(t)}
    found = [p for p in members.values() if purse(p.id, house.centre).free > 0]
    return found[: SHOWN_REDEEM * 2]


def _affordable(house: House, points: int) -> Gift | None:
    rows = Gift.objects.filter(centre=house.centre, cost__gt=0, cost__lte=points)
    return rows.order_by("-cost").first()


def _order(gift: Gift, house: House, by: Actor, at: datetime) -> Order | None:
    try:
        return order_gift(gift.id, house.stations[0].id, by=by, at=at)
    except Refusal:
        return None


def _residents(house: House, by: Actor, at: datetime) -> None:
    """Residents take their spoons and vouchers; one volunteer has shown her code at the library."""
    spoons = Gift.objects.get(centre=house.centre, cost=0)
    theatre = Giver.objects.get(centre=house.centre, name=PARTNERS[2][0])
    batch = theatre.batches.get()
    for number, resident in enumerate(house.residents[:SHOWN_REDEEM]):
        hers = people.actor_for(resident.id, at)
        _order(spoons, house, hers, at)
        voucher = claim(batch.id, by=hers, at=at)
        if number % 2:
            use_voucher(voucher.id, theatre, by=by, at=at)
    library = Benefit.objects.get(giver__centre=house.centre, giver__name=PARTNERS[0][0])
    reader = next(iter(_with_points(house)), None)
    if reader is not None:
        use = ask_code(library.id, by=people.actor_for(reader.id, at), at=at)
        use_benefit(use.id, library.giver, by=by, at=at)
