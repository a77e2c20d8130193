"""Sixty-four people redeem the last ten gifts at the same moment: ten win, nobody loses a point."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime
from uuid import uuid4

import pytest
from django.db import connections

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person
from diandan.kit.refusal import Refusal
from diandan.path.ledger.actions.move import Move, account_of, move
from diandan.path.ledger.checking import bad_rows
from diandan.path.ledger.models import Account, Ledger, Reason
from diandan.square.mall.actions.counter import serve
from diandan.square.mall.actions.order import order_gift
from diandan.square.mall.models import Order, Shelf
from diandan.square.mall.queries import stock_faults
from tests.square.mall_world import Mall

pytestmark = pytest.mark.django_db(transaction=True)
REDEEMERS, GIFTS, COST = 64, 10, 80
AT_ONCE = 16


def together(acts: list[object]) -> list[str]:
    """Every act in a thread of its own, let go at one moment; what each came to."""
    gate, room = threading.Event(), threading.BoundedSemaphore(AT_ONCE)
    came: list[str] = []

    def go(act: object) -> None:
        gate.wait()
        with room:
            try:
                act()  # type: ignore[operator]
                came.append("yes")
            except Refusal as no:
                came.append(no.code)
            except Exception as trouble:  # noqa: BLE001 told, not swallowed: the tally fails on it
                came.append(repr(trouble))
            finally:
                connections.close_all()

    threads = [threading.Thread(target=go, args=(act,)) for act in acts]
    for one in threads:
        one.start()
    gate.set()
    for one in threads:
        one.join()
    return came


def share(mall: Mall, people: list[tuple[Person, Actor]]) -> list[Actor]:
    """One visit's points, given on to everybody: sixty-four visits would only take longer."""
    mall.give(mall.her, COST * len(people))
    book = {"centre": mall.centre, "ledger": Ledger.POINTS, "at": mall.at}
    giver = account_of(mall.her, **book)  # type: ignore[arg-type]
    for person, _actor in people:
        hers = account_of(person, **book)  # type: ignore[arg-type]
        move(Move(uuid4(), giver, hers, COST, Reason.GIFT), by=mall.she, at=mall.at)
    return [actor for _person, actor in people]


def test_ten_of_sixty_four_win_and_every_other_keeps_her_points(at: datetime) -> None:
    mall = Mall(at, count=GIFTS, cost=COST)
    actors = share(mall, [mall.another(f"孙{n}") for n in range(REDEEMERS)])

    def wish(by: object) -> object:
        return lambda: order_gift(mall.gift.id, mall.site.id, by=by, at=at)  # type: ignore[arg-type]

    came = together([wish(by) for by in actors])
    assert Counter(came) == {"yes": GIFTS, "sold_out": REDEEMERS - GIFTS}
    assert Shelf.objects.get(gift=mall.gift).free == 0
    assert Order.objects.filter(state="ordered").count() == GIFTS
    hers = Account.objects.filter(ledger=Ledger.POINTS, owner="person").exclude(person=mall.her)
    assert Counter(hers.values_list("posted", "held")) == {
        (COST, COST): GIFTS,
        (COST, 0): REDEEMERS - GIFTS,
    }
    assert stock_faults() == []
    assert list(bad_rows("books.earn_for")) == []


def test_one_person_with_points_for_one_gets_one_however_fast_she_taps(at: datetime) -> None:
    mall = Mall(at, count=GIFTS, cost=COST)
    _her, by = mall.another("孙", COST)
    came = together(
        [lambda: order_gift(mall.gift.id, mall.site.id, by=by, at=at) for _ in range(8)]
    )
    assert Counter(came) == {"yes": 1, "not_enough": 7}
    code = Order.objects.get().code
    came = together([lambda: serve(code, by=mall.serves, at=at) for _ in range(8)])
    assert Counter(came) == {"yes": 1, "used_before": 7}
    assert stock_faults() == []
    assert list(bad_rows("books.earn_for")) == []
