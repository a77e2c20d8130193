"""兑付: what is saved, against what a year can give back; computed from the rows, never typed.

Every time bank that failed had saved hours nobody could return (苏州杨枝, 温州菱藕; domain §5-9).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from django.db.models import Sum

from diandan.ground.people.core import age_on
from diandan.ground.places.models import Place
from diandan.kit.units import local
from diandan.path.fulfil.models import Attendance
from diandan.path.ledger.actions.move import SOURCE
from diandan.path.ledger.models import Account, Ledger
from diandan.path.ledger.proving import presence_minutes

from .models import Redemption
from .queries import FUND, POOL
from .rulebook import rules_for

YEAR = timedelta(days=365)
BANDS = (18, 40, 50, 60, 70, 80)
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Band:
    """Holders of an age: how many, what they hold."""

    word: str
    holders: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Liability:
    """All figures of a centre's bank, in minutes."""

    persons: int
    groups: int
    pool: int
    fund: int
    issued: int
    served_year: int
    used_year: int
    bands: tuple[Band, ...]

    @property
    def saved(self) -> int:
        """What may be asked back: persons' own, and what the pool and fund promise to elders."""
        return self.persons + self.pool + self.fund + self.groups

    @property
    def years(self) -> float | None:
        """How long the last year's capacity would need to give it all back; None: no capacity."""
        return self.saved / self.served_year if self.served_year else None


def liability(centre: Place, at: datetime) -> Liability:
    """As the books and attendances stand at `at`."""
    accounts = list(
        Account.objects.filter(centre=centre, ledger=Ledger.COINS).select_related("person")
    )
    own = [row for row in accounts if row.owner == Account.Owner.PERSON]
    return Liability(
        persons=sum(row.posted for row in own),
        groups=sum(row.posted for row in accounts if row.purpose.startswith("group:")),
        pool=sum(row.posted for row in accounts if row.purpose == POOL),
        fund=sum(row.posted for row in accounts if row.purpose == FUND),
        issued=-sum(row.posted for row in accounts if row.purpose == SOURCE),
        served_year=_served(centre, at),
        used_year=Redemption.objects.filter(
            centre=centre, state=Redemption.State.PAID, ended_at__gt=at - YEAR, ended_at__lte=at
        ).aggregate(sum=Sum("used"))["sum"]
        or 0,
        bands=_bands(own, local(at).date()),
    )


def _served(centre: Place, at: datetime) -> int:
    """Minutes of the bank's kinds that volunteers were seen to serve in the last twelve months."""
    rows = Attendance.objects.filter(
        task__engagement__job__centre=centre, out_at__gt=at - YEAR, out_at__lte=at
    )
    kinds = rules_for(centre).kinds
    if kinds:
        rows = rows.filter(task__engagement__job__kind__code__in=kinds)
    return sum(presence_minutes(row) for row in rows.iterator())


def _bands(own: Iterable[Account], day: date) -> tuple[Band, ...]:
    found: dict[str, list[int]] = {}
    for row in own:
        born = row.person.born_on if row.person else None
        if row.posted:
            found.setdefault(band_of(born, day), []).append(row.posted)
    words = [f"0-{BANDS[0] - 1}", *_words(), UNKNOWN]
    return tuple(Band(word, len(found[word]), sum(found[word])) for word in words if word in found)


def _words() -> list[str]:
    pairs = pairwise(BANDS)
    return [*(f"{low}-{high - 1}" for low, high in pairs), f"{BANDS[-1]}+"]


def band_of(born_on: date | None, day: date) -> str:
    """`60-69`; an unknown birthday is said to be unknown."""
    if born_on is None:
        return UNKNOWN
    years = age_on(born_on, day)
    if years < BANDS[0]:
        return f"0-{BANDS[0] - 1}"
    if years >= BANDS[-1]:
        return f"{BANDS[-1]}+"
    low = max(one for one in BANDS if one <= years)
    return f"{low}-{BANDS[BANDS.index(low) + 1] - 1}"
