"""积分兑换: reads of the mall. Every figure is a count or a sum of rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person
from diandan.ground.places.models import Place
from diandan.kit.clock import SHANGHAI
from diandan.kit.units import local
from diandan.path.ledger.models import Account, Ledger, Transfer
from diandan.square.star.queries import level_of

from .core import PRESETS, Opening, ShopRules, opening, period_start
from .models import Audience, Gift, Order, Shelf, Shop, StockMove
from .pictures import Picture

ELDER_AGE = 60
COUNTED = (Order.State.ORDERED, Order.State.HANDED_OUT)
PURPOSE = "redeemed"
MOVED = (Transfer.Phase.DIRECT, Transfer.Phase.POSTING)


def rules_of(centre: Place) -> ShopRules:
    """The centre's own rules of the mall, else its preset, else the standard one."""
    preset = PRESETS.get(centre.slug, PRESETS["standard"])
    row = Shop.objects.filter(centre=centre).first()
    if row is None:
        return preset
    return replace(
        preset,
        is_open=row.is_open,
        window=row.window,
        window_days=row.window_days,
        orders_each_quarter=row.orders_each_quarter,
        keep_days=row.keep_days,
        return_days=row.return_days,
    )


def opening_at(rules: ShopRules, at: datetime) -> Opening:
    """Whether the mall takes orders at `at`."""
    found = opening(local(at).date(), rules.window, rules.window_days)
    return found if rules.is_open else Opening(False, found.opens_on, found.closes_on)


def start_of(at: datetime, period: str) -> datetime | None:
    """The moment at which the local month, quarter or year of `at` began."""
    day = period_start(local(at).date(), period)
    return datetime.combine(day, time.min, SHANGHAI) if day else None


def end_of_day(at: datetime, days: int) -> datetime:
    """The last second of the local day so many days ahead: a date that people can keep."""
    day = local(at).date() + timedelta(days=days)
    return datetime.combine(day, time(23, 59, 59), SHANGHAI)


def on_offer(centre: Place, at: datetime) -> QuerySet[Gift]:
    """Gifts of the centre on offer on the day of `at`, each with what lies free."""
    day = local(at).date()
    return (
        Gift.objects.filter(
            Q(from_on=None) | Q(from_on__lte=day),
            Q(until_on=None) | Q(until_on__gte=day),
            centre=centre,
            retired_at=None,
        )
        .annotate(free=Coalesce(Sum("shelves__free"), 0))
        .order_by("cost", "name", "id")
    )


def pictured(gift_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """Which of these gifts have a picture, and since when: the picture itself is not read."""
    rows = Picture.objects.filter(gift_id__in=list(gift_ids))
    return dict(rows.values_list("gift_id", "at"))


def picture_of(gift_id: UUID) -> bytes:
    """The gift's picture; empty where it has none."""
    row = Picture.objects.filter(gift_id=gift_id).first()
    return bytes(row.jpeg) if row else b""


def catalogue(centre: Place) -> QuerySet[Gift]:
    """Every gift of the centre, the retired ones last, for who keeps the catalogue."""
    return (
        Gift.objects.filter(centre=centre)
        .annotate(free=Coalesce(Sum("shelves__free"), 0))
        .order_by("retired_at", "cost", "name", "id")
    )


def shelves_of(gift: Gift) -> list[Shelf]:
    """Where it lies, the fullest first."""
    return list(gift.shelves.select_related("site").order_by("-free", "site__path"))


def stock_rows(centre: Place, gift: Gift | None = None) -> QuerySet[StockMove]:
    """库存流水, the newest first."""
    rows = StockMove.objects.filter(shelf__gift__centre=centre)
    if gift is not None:
        rows = rows.filter(shelf__gift=gift)
    return rows.select_related("shelf__gift", "shelf__site").order_by("-at", "-id")


def stock_faults(centre: Place | None = None) -> list[str]:
    """Shelves whose figure is not the sum of their rows; empty while the database keeps it."""
    rows = Shelf.objects.annotate(total=Coalesce(Sum("moves__count"), 0))
    if centre is not None:
        rows = rows.filter(gift__centre=centre)
    return [str(row.id) for row in rows if row.free != row.total]


def orders_of(person_id: UUID) -> QuerySet[Order]:
    """Her orders, the newest first."""
    return (
        Order.objects.filter(person_id=person_id)
        .select_related("gift", "shelf__site", "centre")
        .order_by("-ordered_at", "-id")
    )


def orders_at(by: Actor, state: str = "") -> QuerySet[Order]:
    """Orders to be picked up where she works."""
    mine = Q(pk__in=[])
    for path in by.paths:
        mine |= Q(shelf__site__path__startswith=path)
    rows = Order.objects.filter(mine)
    if state in Order.State.values:
        rows = rows.filter(state=state)
    return rows.select_related("gift", "shelf__site", "person").order_by("-ordered_at", "-id")


def taken_by(person_id: UUID, gift: Gift, at: datetime) -> int:
    """How many of this gift she took in the gift's period, orders that ended otherwise not."""
    rows = Order.objects.filter(person_id=person_id, gift=gift, state__in=COUNTED)
    since = start_of(at, gift.limit_period)
    return (rows.filter(ordered_at__gte=since) if since else rows).count()


def ordered_this_quarter(person_id: UUID, centre: Place, at: datetime) -> int:
    """How many orders of hers stand in the centre's mall since the quarter began."""
    return Order.objects.filter(
        person_id=person_id,
        centre=centre,
        state__in=COUNTED,
        ordered_at__gte=start_of(at, "quarter"),
    ).count()


@dataclass(frozen=True, slots=True)
class Purse:
    """Her points in one centre: what she may give now, what is held, what is on notice."""

    free: int = 0
    held: int = 0
    coming: int = 0


def purse(person_id: UUID, centre: Place) -> Purse:
    """Her points account; nothing where none was opened."""
    row = Account.objects.filter(person_id=person_id, centre=centre, ledger=Ledger.POINTS).first()
    return Purse(row.available, row.held, row.coming) if row else Purse()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of her points account, with the balance after it."""

    row: Transfer
    at: datetime
    change: int
    balance: int
    state: str


def account_lines(person_id: UUID, centre: Place) -> list[Line]:
    """Every line of her points, oldest first, summed as it goes; what waits changes no balance."""
    account = Account.objects.filter(
        person_id=person_id, centre=centre, ledger=Ledger.POINTS
    ).first()
    if account is None:
        return []
    rows = list(
        Transfer.objects.filter(Q(debit=account) | Q(credit=account))
        .exclude(phase__in=(Transfer.Phase.POSTING, Transfer.Phase.VOIDING))
        .select_related("settlement", "task__engagement__job__kind")
        .order_by("at", "id")
    )
    counted = {row.task_id for row in rows if _state_of(row) != Transfer.Phase.VOIDING}
    # Minutes that were proved later stand again: the first try says nothing she needs to know.
    kept = [
        row
        for row in rows
        if _state_of(row) != Transfer.Phase.VOIDING
        or row.task_id is None
        or row.task_id not in counted
    ]
    # Within one moment what came stands before what went: no line shows a balance she never had.
    lines, balance = [], 0
    for row in sorted(kept, key=lambda row: (_moment_of(row), row.debit_id == account.id)):
        way, state = -1 if row.debit_id == account.id else 1, _state_of(row)
        balance += way * row.amount if state in MOVED else 0
        lines.append(Line(row, _moment_of(row), way * row.amount, balance, state))
    return lines


def _state_of(row: Transfer) -> str:
    """How it stands: moved at once, pending, or as it was settled."""
    settled = getattr(row, "settlement", None)
    if row.phase != Transfer.Phase.PENDING:
        return Transfer.Phase.DIRECT
    return settled.phase if settled else Transfer.Phase.PENDING


def _moment_of(row: Transfer) -> datetime:
    """When it took effect: a pending one when it was settled."""
    settled = getattr(row, "settlement", None)
    return settled.at if settled else row.at


def gifts_of_transfers(ids: Iterable[UUID]) -> dict[UUID, Order]:
    """Which order a hold belongs to."""
    rows = Order.objects.filter(held_id__in=list(ids)).select_related("gift", "shelf__site")
    return {row.held_id: row for row in rows if row.held_id}


def fits(person: Person, audience: str, *, is_volunteer: bool, at: datetime) -> bool:
    """Whether a thing is for her."""
    if audience == Audience.VOLUNTEERS:
        return is_volunteer
    if audience == Audience.ELDERS:
        today = local(at).date()
        born = person.born_on
        if born is None:
            return False
        had = (today.month, today.day) >= (born.month, born.day)
        return today.year - born.year - (0 if had else 1) >= ELDER_AGE
    return True


def star_of(person_id: UUID, centre: Place) -> int:
    """Her star in this centre; nought where she has none."""
    return level_of(person_id, centre)


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of a gift's orders."""

    gift: Gift
    ordered: int
    handed_out: int
    ended: int
    points: int


def tallies(centre: Place) -> list[Tally]:
    """Each gift with its orders counted; points are those that were spent, not held."""
    done = Q(orders__state=Order.State.HANDED_OUT)
    rows = (
        Gift.objects.filter(centre=centre)
        .annotate(
            n=Count("orders"),
            out=Count("orders", filter=done),
            waits=Count("orders", filter=Q(orders__state=Order.State.ORDERED)),
            spent=Coalesce(Sum("orders__cost", filter=done), 0),
        )
        .order_by("cost", "name", "id")
    )
    return [Tally(g, g.waits, g.out, g.n - g.out - g.waits, g.spent) for g in rows]


def shelves_prefetched() -> Prefetch[str]:
    """Shelves with their sites, for a list of gifts."""
    return Prefetch("shelves", Shelf.objects.select_related("site").order_by("-free", "site__path"))
