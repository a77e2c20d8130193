"""Points buy nothing twice: held until fetched, spent once, back in full when nothing was fetched."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from diandan.ground.record.models import FactRow
from diandan.kit.refusal import Refusal
from diandan.path.ledger.checking import bad_rows
from diandan.square.mall import core
from diandan.square.mall.actions.counter import find, serve
from diandan.square.mall.actions.gifts import (
    GiftWords,
    edit_gift,
    move_stock,
    offer_gift,
    retire_gift,
    set_shop,
)
from diandan.square.mall.actions.order import (
    cancel_order,
    expire_orders,
    order_gift,
    take_back,
)
from diandan.square.mall.models import Order, Shelf, StockMove
from diandan.square.mall.queries import account_lines, purse, stock_faults
from tests import factories as make
from tests.square.mall_world import Mall

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def mall(at: datetime) -> Mall:
    made = Mall(at)
    made.give(made.her, 2000)
    return made


def order(mall: Mall, **more: object) -> Order:
    return order_gift(
        mall.gift.id,
        mall.site.id,
        **{"by": mall.she, "at": mall.at, **more},  # type: ignore[arg-type]
    )


def stands(mall: Mall) -> tuple[int, int, int]:
    """Free points, held points, gifts on the shelf."""
    held = purse(mall.her.id, mall.centre)
    return held.free, held.held, Shelf.objects.get(gift=mall.gift).free


def sound(mall: Mall) -> None:
    assert stock_faults() == []
    assert [(bad.check, bad.words) for bad in bad_rows("books.earn_for")] == []


def refused(code: str) -> pytest.RaisesContext[Refusal]:  # type: ignore[name-defined]
    return pytest.raises(Refusal, match=f"^{code}:")


def test_an_order_holds_points_and_a_gift_and_the_counter_spends_them(mall: Mall) -> None:
    row = order(mall)
    assert stands(mall) == (1200, 800, 9)
    assert len(row.code) == 8
    assert row.keep_until > mall.at + 13 * DAY
    serve(core.spoken(row.code).lower(), by=mall.serves, at=mall.at)
    row.refresh_from_db()
    assert (row.state, row.handed_by_id) == (Order.State.HANDED_OUT, mall.clerk.id)
    assert stands(mall) == (1200, 0, 9)
    lines = account_lines(mall.her.id, mall.centre)
    assert [(line.change, line.balance, line.state) for line in lines] == [
        (2000, 2000, "posting"),
        (-800, 1200, "posting"),
    ]
    sound(mall)


def test_a_code_used_twice_is_refused_with_when_and_where(mall: Mall) -> None:
    row = order(mall)
    serve(row.code, by=mall.serves, at=mall.at)
    with refused("used_before") as no:
        serve(row.code, by=mall.serves, at=mall.at + DAY)
    assert "2026-03-05 12:00" in no.value.sentence
    assert "上元社区" in no.value.sentence
    assert stands(mall) == (1200, 0, 9)


def test_a_code_is_no_use_to_the_wrong_hands(mall: Mall) -> None:
    row = order(mall)
    _other, elsewhere = make.staff("station_staff", mall.there.other)  # type: ignore[arg-type]
    with refused("not_your_site"):
        serve(row.code, by=elsewhere, at=mall.at)
    with refused("not_your_site"):
        serve(row.code, by=mall.she, at=mall.at)
    with refused("unknown_code"):
        find("ZZZZZZZZ", by=mall.serves)
    with refused("code"):
        find("12", by=mall.serves)
    assert not FactRow.objects.filter(data__icontains=row.code).exists()


def test_nobody_hands_a_gift_to_herself(mall: Mall) -> None:
    mall.give(mall.clerk, 800)
    make.actor(mall.clerk)
    row = Order.objects.get(id=order(mall).id)
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(id=row.id).update(
            state="handed_out", handed_at=mall.at, handed_by=mall.her
        )


def test_cancelling_gives_everything_back_and_kills_the_code(mall: Mall) -> None:
    row = order(mall)
    _other, stranger = mall.another()
    with refused("unknown_order"):
        cancel_order(row.id, by=stranger, at=mall.at)
    cancel_order(row.id, by=mall.she, at=mall.at)
    assert stands(mall) == (2000, 0, 10)
    with refused("ended_before"):
        cancel_order(row.id, by=mall.she, at=mall.at)
    with refused("ended_before"):
        serve(row.code, by=mall.serves, at=mall.at)
    sound(mall)


def test_what_nobody_fetches_expires_with_the_points_back(mall: Mall) -> None:
    row = order(mall)
    assert expire_orders(at=row.keep_until) == 0
    with refused("too_late"):
        serve(row.code, by=mall.serves, at=row.keep_until + DAY)
    assert expire_orders(at=row.keep_until + DAY) == 1
    assert expire_orders(at=row.keep_until + DAY) == 0
    assert stands(mall) == (2000, 0, 10)
    assert FactRow.objects.filter(kind="gift_order.expired", person_id=mall.her.id).count() == 1
    sound(mall)


def test_a_return_runs_against_the_spending_and_only_within_the_days(mall: Mall) -> None:
    row = order(mall)
    with refused("not_handed_out"):
        take_back(row.id, reason="破损", by=mall.serves, at=mall.at)
    serve(row.code, by=mall.serves, at=mall.at)
    with refused("return_over"):
        take_back(row.id, reason="破损", by=mall.serves, at=mall.at + 8 * DAY)
    with refused("reason"):
        take_back(row.id, reason=" ", by=mall.serves, at=mall.at)
    take_back(row.id, reason="杯盖破损", by=mall.serves, at=mall.at + 7 * DAY)
    assert stands(mall) == (2000, 0, 10)
    sound(mall)


def test_points_that_are_not_there_buy_nothing(at: datetime) -> None:
    poor = Mall(at, cost=3800)
    poor.give(poor.her, 3799)
    with refused("not_enough"):
        order(poor)
    assert stands(poor) == (3799, 0, 10)
    poor.give(poor.her, 1)
    order(poor)
    assert stands(poor) == (0, 3800, 9)


def test_limits_stars_audience_and_dates_are_each_said_in_words(mall: Mall) -> None:
    def written(**more: object) -> None:
        words = GiftWords(**{"name": "保温杯", "cost": 100, **more})  # type: ignore[arg-type]
        edit_gift(mall.gift.id, words, by=mall.heads, at=mall.at)

    written(limit_each=1, limit_period="quarter")
    first = order(mall)
    with refused("limit"):
        order(mall)
    cancel_order(first.id, by=mall.she, at=mall.at)
    order(mall)
    order(mall, at=mall.at + 40 * DAY)
    written(star_min=3)
    with refused("star_needed"):
        order(mall)
    mall.star(mall.her, 3)
    order(mall)
    written(from_on=date(2026, 4, 1))
    with refused("not_on_offer"):
        order(mall)
    written(audience="elders")
    with refused("not_for_her"):
        order(mall)
    retire_gift(mall.gift.id, by=mall.heads, at=mall.at)
    with refused("not_on_offer"):
        order(mall)


def test_hailin_redeems_once_a_quarter_in_its_first_days(at: datetime) -> None:
    mall = Mall(at, slug="hailin")
    mall.give(mall.her, 5000)
    with refused("shut") as no:
        order(mall)
    assert "2026-04-01" in no.value.sentence
    april = datetime.fromisoformat("2026-04-03T02:00:00+00:00")
    order(mall, at=april)
    with refused("quarter_limit"):
        order(mall, at=april + DAY)
    order(mall, at=datetime.fromisoformat("2026-07-02T02:00:00+00:00"))


def test_the_centre_writes_its_own_rules(mall: Mall) -> None:
    rules: dict[str, object] = {
        "is_open": False, "window": "always", "window_days": 0, "orders_each_quarter": 0,
        "keep_days": 3, "return_days": 0,
    }  # fmt: skip
    with refused("not_your_mall"):
        set_shop(mall.centre, **rules, by=mall.serves, at=mall.at)  # type: ignore[arg-type]
    set_shop(mall.centre, **rules, by=mall.heads, at=mall.at)  # type: ignore[arg-type]
    with refused("shut"):
        order(mall)


@pytest.mark.parametrize(
    "words",
    ["价值50元的保温杯", "原价99", "¥30 杯子", "￥30", "三十元购物券", "现金红包", "20块钱话费"],
)
def test_no_gift_has_a_price(mall: Mall, words: str) -> None:
    with refused("priced") as no:
        offer_gift(mall.centre, GiftWords(words, 10), by=mall.heads, at=mall.at)
    assert "不标价" in no.value.sentence
    with refused("priced"):
        offer_gift(mall.centre, GiftWords("杯子", 10, words), by=mall.heads, at=mall.at)


@pytest.mark.parametrize("words", ["元宵灯笼", "二单元门铃", "核心价值观书签", "三元桥剧场座位"])
def test_words_that_only_look_like_money_are_fine(words: str) -> None:
    assert core.price_in(words) == ""


def test_stock_is_the_sum_of_its_rows_in_the_database_too(mall: Mall) -> None:
    shelf = Shelf.objects.get(gift=mall.gift)
    for wrong in (
        lambda: Shelf.objects.filter(id=shelf.id).update(free=99),
        lambda: StockMove.objects.filter(shelf=shelf).update(count=99),
        lambda: StockMove.objects.filter(shelf=shelf).delete(),
        lambda: StockMove.objects.create(shelf=shelf, count=-11, why="out", at=mall.at),
        lambda: Shelf.objects.create(gift=mall.gift, site=mall.there.other, free=5),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong()
    with refused("sold_out"):
        move_stock(mall.gift.id, mall.site, -11, note="盘亏", by=mall.serves, at=mall.at)
    with refused("note_needed"):
        move_stock(mall.gift.id, mall.site, -1, by=mall.serves, at=mall.at)
    move_stock(mall.gift.id, mall.site, -1, note="破损", by=mall.serves, at=mall.at)
    assert Shelf.objects.get(id=shelf.id).free == 9
    sound(mall)


def test_a_thing_that_costs_nothing_is_taken_once_by_anybody(at: datetime) -> None:
    """泰兴 公筷 100,000: a gift of no points for every resident, once."""
    mall = Mall(at, count=100_000, name="公筷公勺", cost=0, audience="everyone", limit_each=1,
                limit_period="ever")  # fmt: skip
    resident = make.person("李桂英", mall.site)
    row = order(mall, by=make.actor(resident))
    assert row.held is None
    with refused("limit"):
        order(mall, by=make.actor(resident), at=mall.at + 400 * DAY)
    serve(row.code, by=mall.serves, at=mall.at)
    assert Shelf.objects.get(gift=mall.gift).free == 99_999
    sound(mall)
