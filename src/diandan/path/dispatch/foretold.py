"""预测准不准: whether the chances under which teams and volunteers were asked came true.

Computed from the rows: each ask kept the chance it was made with (`why.chance`), before anybody
answered. A silence that ran out counts as a no, as it does for the learning.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from diandan.ground.places.models import Place

from .folk import SILENT
from .models import Offer, PersonAsk
from .scene import ANSWERED

SINCE = timedelta(days=90)
TENTHS = 10


@dataclass(frozen=True, slots=True)
class Tenth:
    """Asks whose predicted chance lay between `low` and `low + 100` thousandths."""

    low: int
    asks: int
    foretold: float
    said_yes: float


@dataclass(frozen=True, slots=True)
class Foretold:
    """`brier` of the chances, of always saying the mean, and how far off they are on average."""

    asks: int
    brier: float
    brier_of_mean: float
    off: float
    tenths: tuple[Tenth, ...]


def of_teams(centre: Place, at: datetime) -> Foretold:
    """The asks of teams that were answered, or ran out, in ninety days."""
    rows = Offer.objects.filter(
        job__centre=centre,
        team__isnull=False,
        role=Offer.Role.MAIN,
        state__in=ANSWERED,
        offered_at__gte=at - SINCE,
        why__has_key="chance",
    )
    return judge(
        (int(why["chance"]), state == Offer.State.ACCEPTED)
        for why, state in rows.values_list("why", "state")
    )


def of_people(centre: Place, at: datetime) -> Foretold:
    """The asks of volunteers themselves."""
    silent = Q(state=PersonAsk.State.OPEN, asked_at__lt=at - SILENT)
    said = Q(state__in=(PersonAsk.State.AGREED, PersonAsk.State.DECLINED))
    rows = PersonAsk.objects.filter(
        said | silent, job__centre=centre, asked_at__gte=at - SINCE, why__has_key="chance"
    )
    return judge(
        (int(why["chance"]), state == PersonAsk.State.AGREED)
        for why, state in rows.values_list("why", "state")
    )


def judge(rows: Iterable[tuple[int, bool]]) -> Foretold:
    """Judge (predicted thousandth, whether it was a yes)."""
    kept = [(chance / 1000, said_yes) for chance, said_yes in rows]
    if not kept:
        return Foretold(0, 0.0, 0.0, 0.0, ())
    count = len(kept)
    mean = sum(yes for _chance, yes in kept) / count
    tenths = tuple(_tenth(n, part) for n in range(TENTHS) if (part := _in_tenth(kept, n)))
    return Foretold(
        asks=count,
        brier=sum((chance - yes) ** 2 for chance, yes in kept) / count,
        brier_of_mean=mean * (1 - mean),
        off=sum(t.asks * abs(t.foretold - t.said_yes) for t in tenths) / count,
        tenths=tenths,
    )


def _in_tenth(kept: list[tuple[float, bool]], number: int) -> list[tuple[float, bool]]:
    return [one for one in kept if min(int(one[0] * TENTHS), TENTHS - 1) == number]


def _tenth(number: int, part: list[tuple[float, bool]]) -> Tenth:
    return Tenth(
        low=number * 1000 // TENTHS,
        asks=len(part),
        foretold=sum(chance for chance, _yes in part) / len(part),
        said_yes=sum(yes for _chance, yes in part) / len(part),
    )
