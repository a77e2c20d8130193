"""有账的区: a district that lived some weeks, people with points, a gift; and what stands after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import cycle
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.db.models import Count, F, Sum

from diandan.flow.books import HANDLER
from diandan.flow.models import Pulse
from diandan.flow.worker import NAME
from diandan.ground.people import queries as people
from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.people.models import Login, Person, Role, RoleGrant
from diandan.ground.places.models import Kind, Place
from diandan.ground.record.models import FactFailed, FactRow
from diandan.kit.clock import now
from diandan.ops.demo import fill
from diandan.ops.racing.world import session_of
from diandan.path.ledger.actions.move import Move, account_of
from diandan.path.ledger.actions.move_many import move_many
from diandan.path.ledger.actions.notice import post_due
from diandan.path.ledger.checking import bad_rows
from diandan.path.ledger.models import Account, Ledger, Reason, Transfer
from diandan.path.ledger.queries import due_rows
from diandan.square.mall.actions.gifts import GiftWords, move_stock, offer_gift, set_shop
from diandan.square.mall.models import Order, Window
from diandan.square.mall.queries import stock_faults

if TYPE_CHECKING:
    from .redeemers import Heard

STOCK = 5_000
COST = 1


@dataclass(frozen=True, slots=True)
class World:
    """Who redeems (her session), what, where, and how many points all had together."""

    sessions: list[str]
    gift: UUID
    site: int
    points: int
    orders_before: int


def make_world(slug: str, *, days: int, a_tick: float, people: int) -> World:
    """The district lived until now: the first days' hours are posted, the last days' on notice."""
    fill(slug, days=days, a_tick=a_tick)
    at = now()
    centre = Place.objects.filter(kind=Kind.CENTER).earliest("id")
    by = _holder(Role.CENTER_STAFF, centre)
    set_shop(
        centre,
        is_open=True,
        window=Window.ALWAYS,
        window_days=0,
        orders_each_quarter=0,
        keep_days=30,
        return_days=7,
        by=by,
        at=at,
    )
    gift = offer_gift(centre, GiftWords("小红花", COST), by=by, at=at)
    grant = RoleGrant.objects.filter(role=Role.STATION_STAFF, revoked_at=None).earliest("id")
    site = grant.place
    move_stock(gift.id, site, STOCK, by=_actor(grant.person_id), at=at)
    post_due(at=at)  # for its points
    sessions = _share(centre, people)
    held = Account.objects.filter(ledger=Ledger.POINTS, owner="person")
    total = held.aggregate(sum=Sum(F("posted") - F("held")))["sum"] or 0
    return World(sessions, gift.id, site.id, total, Order.objects.count())


def _share(centre: Place, count: int) -> list[str]:
    """Points people have from their visits, given on to those who will redeem."""
    at = now()
    rows = Account.objects.filter(
        centre=centre, ledger=Ledger.POINTS, owner="person", posted__gt=F("held")
    )
    logins = Login.objects.select_related("person").filter(person__volunteer__isnull=False)
    chosen = list(logins.order_by("id")[:count])
    takers = [
        account_of(login.person, centre=centre, ledger=Ledger.POINTS, at=at) for login in chosen
    ]
    piles = [
        Move(uuid4(), row, taker, 1, Reason.GIFT)
        for row in rows
        for n, taker in zip(range(row.available), cycle(takers), strict=False)
        if taker.id != row.id
    ]
    move_many(piles, by=SYSTEM, at=at)
    return [session_of(login) for login in chosen]


def _holder(role: Role, place: Place) -> Actor:
    grant = RoleGrant.objects.filter(role=role, place=place, revoked_at=None).earliest("id")
    return _actor(grant.person_id)


def _actor(person_id: UUID) -> Actor:
    return people.actor_for(person_id, now())


def waiting() -> int:
    """Sessions whose notice is over and that are not posted, and rows not yet in the chain."""
    return len(due_rows(now())) + Transfer.objects.filter(link=None).count()


def on_notice() -> int:
    """Rows of services that are neither posted nor taken off notice."""
    return Transfer.objects.filter(phase="pending", reason=Reason.SERVICE, settlement=None).count()


def moment() -> datetime:
    """What all clocks of this place say."""
    return now()


def has_worked(since: datetime) -> bool:
    """Whether the background worker has had a round since then."""
    return Pulse.objects.filter(name=NAME, at__gt=since).exists()


def verdict(world: World, heard: Heard) -> dict[str, Any]:
    """Every figure, and `wrong`: what does not hold, in words. Empty when all holds."""
    new = Order.objects.filter(gift_id=world.gift)
    kept = {str(i) for i in new.values_list("id", flat=True)}
    told = set(heard.orders.values())
    wrong = [f"{each}:回答过,库里没有" for each in sorted(told - kept)]
    wrong += [f"{each}:库里有,没有人收到过回答" for each in sorted(kept - told)]
    wrong += [f"{each}:第二次的回答不同" for each in heard.changed]
    if len(told) != len(heard.orders):
        wrong.append("两张表单得到同一张兑换单")
    holds = Transfer.objects.filter(reason=Reason.REDEEM, phase="pending", settlement=None)
    of_new = holds.filter(id__in=new.values("held")).count()
    waits = set(map(str, new.filter(state=Order.State.ORDERED).values_list("id", flat=True)))
    wrong += [f"{each}:回答过已取消,库里没有取消" for each in sorted(heard.cancelled & waits)]
    wrong += [
        f"{each}:没有人取消,库里却不是待领取" for each in sorted(kept - waits - heard.cancelled)
    ]
    if of_new != len(waits):
        wrong.append(f"{len(waits)} 张待领取的兑换单,占用积分 {of_new} 笔")
    placed = FactRow.objects.filter(data__gift=str(world.gift)).count()
    twice = Transfer.objects.exclude(settles=None).values("settles").annotate(n=Count("id"))
    wrong += [f"{row['settles']}:入账两次" for row in twice.filter(n__gt=1)]
    wrong += [f"记录 {f.fact_id} 的 {f.handler} 没有做成" for f in FactFailed.objects.all()[:5]]
    wrong += stock_faults()
    wrong += [f"{bad.check} {bad.row} {bad.words}" for bad in bad_rows(HANDLER)]
    if waiting():
        wrong.append(f"还有 {waiting()} 笔没有入账或入链")
    return {
        "orders_kept": len(kept),
        "facts_of_the_gift": placed,
        "transfers": Transfer.objects.count(),
        "posted": Transfer.objects.filter(phase="posting").count(),
        "people": Person.objects.count(),
        "books_check": "clean" if not list(bad_rows(HANDLER)) else "faults",
        "wrong": wrong[:20],
    }
