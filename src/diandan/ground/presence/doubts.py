"""疑点: what in a set of sessions a person should look at before hours post. Pure.

It accuses nobody: each finding names what was compared and lets somebody decide who is not party
to it. The cases are the ones in the news (domain.md 5-1): five hours bought and entered two
minutes later by an administrator, events of 500 that never met, one person in two places, a whole
team signed out in one minute. The figures are in `doubts.toml`, each with where it comes from.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files

from diandan.kit.units import distance_m, local

PERCENT = 100


class Kind(StrEnum):
    """What is doubtful."""

    TWO_PLACES = "two_places"
    TOO_FAST = "too_fast"
    SAME_MINUTE = "same_minute"
    LONG = "long"
    ENTERED_LATER = "entered_later"
    LONG_DAY = "long_day"
    NO_SITE_CODE = "no_site_code"
    RATER_RING = "rater_ring"
    MUTUAL = "mutual"


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on something is doubtful."""

    speed_kmh: int
    near_m: int
    team_size: int
    team_within_seconds: int
    long_percent: int
    entered_minutes: int
    day_minutes: int
    crowd: int
    ring_days: int
    ring_times: int
    mutual_times: int


@dataclass(frozen=True, slots=True)
class Stay:
    """One session. `*_by_hand`: that end rests on somebody's entry and on no code."""

    id: str
    person: str
    group: str
    began: datetime
    ended: datetime
    planned: int
    lat: float | None = None
    lon: float | None = None
    in_by_hand: bool = False
    out_by_hand: bool = False
    entered: datetime | None = None
    has_site_code: bool = False

    @property
    def minutes(self) -> int:
        """Whole minutes there."""
        return int((self.ended - self.began).total_seconds()) // 60


@dataclass(frozen=True, slots=True)
class Said:
    """One confirming word: `rater` said that what `server` did was good."""

    id: str
    rater: str
    server: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """One doubt about the stay `about`; `key` tells it from others of its kind."""

    kind: Kind
    about: str
    evidence: tuple[str, ...]
    key: str = ""
    figures: dict[str, int] = field(default_factory=dict)


@cache
def limits() -> Limits:
    """The shipped figures."""
    raw = tomllib.loads((files(__package__) / "doubts.toml").read_text())
    return Limits(**{name: line["value"] for name, line in raw.items()})


def of_one(stay: Stay, others: Iterable[Stay], given: Limits) -> list[Finding]:
    """What is doubtful in one session, beside the same person's others."""
    found = [*_alone(stay, given)]
    rows = [o for o in others if o.person == stay.person and o.id != stay.id]
    for other in rows:
        found += _pair(stay, other, given)
    found += _day(stay, rows, given)
    return found


def _alone(stay: Stay, given: Limits) -> Iterator[Finding]:
    if stay.minutes * PERCENT > stay.planned * given.long_percent:
        yield Finding(
            Kind.LONG,
            stay.id,
            (stay.id,),
            figures={"minutes": stay.minutes, "planned": stay.planned},
        )
    if (stay.in_by_hand or stay.out_by_hand) and stay.entered is not None:
        late = int((stay.entered - stay.ended).total_seconds()) // 60
        if late >= given.entered_minutes:
            yield Finding(Kind.ENTERED_LATER, stay.id, (stay.id,), figures={"minutes_later": late})


def _pair(stay: Stay, other: Stay, given: Limits) -> Iterator[Finding]:
    both = tuple(sorted((stay.id, other.id)))
    shared = min(stay.ended, other.ended) - max(stay.began, other.began)
    if shared > timedelta(0):
        minutes = max(1, int(shared.total_seconds()) // 60)
        yield Finding(Kind.TWO_PLACES, stay.id, both, other.id, {"minutes": minutes})
        return
    if stay.lat is None or stay.lon is None or other.lat is None or other.lon is None:
        return
    metres = distance_m(stay.lat, stay.lon, other.lat, other.lon)
    seconds = int(-shared.total_seconds())
    # In integers: metres / seconds > km/h is metres x 3600 > km/h x 1000 x seconds.
    if metres > given.near_m and metres * 3600 > given.speed_kmh * 1000 * seconds:
        figures = {"metres": metres, "minutes": seconds // 60}
        yield Finding(Kind.TOO_FAST, stay.id, both, other.id, figures)


def _day(stay: Stay, others: Sequence[Stay], given: Limits) -> Iterator[Finding]:
    day = local(stay.began).date()
    rows = [stay, *(o for o in others if local(o.began).date() == day)]
    minutes = sum(row.minutes for row in rows)
    if minutes > given.day_minutes:
        ids = tuple(sorted(row.id for row in rows))
        yield Finding(Kind.LONG_DAY, stay.id, ids, figures={"minutes": minutes})


def of_group(stays: Sequence[Stay], given: Limits) -> list[Finding]:
    """What is doubtful in the sessions of one event taken together; a finding for each member."""
    found: list[Finding] = []
    ends = (
        ("in", [(s.began, s) for s in stays if s.in_by_hand]),
        ("out", [(s.ended, s) for s in stays if s.out_by_hand]),
    )
    for end, rows in ends:
        for bunch in _bunches(rows, given):
            ids = tuple(sorted(s.id for s in bunch))
            found += [
                Finding(Kind.SAME_MINUTE, s.id, ids, end, {"people": len(bunch)}) for s in bunch
            ]
    if len(stays) >= given.crowd and not any(s.has_site_code for s in stays):
        ids = tuple(sorted(s.id for s in stays))
        found += [
            Finding(Kind.NO_SITE_CODE, s.id, ids, figures={"people": len(stays)}) for s in stays
        ]
    return found


def _bunches(rows: list[tuple[datetime, Stay]], given: Limits) -> Iterator[list[Stay]]:
    """Largest runs of different people within the minute, each stay in one of them."""
    rows = sorted(rows, key=lambda row: (row[0], row[1].id))
    start = 0
    while start < len(rows):
        last = rows[start][0] + timedelta(seconds=given.team_within_seconds)
        run = [stay for moment, stay in rows[start:] if moment <= last]
        if len({stay.person for stay in run}) >= given.team_size:
            yield run
            start += len(run)
        else:
            start += 1


def of_ratings(said: Sequence[Said], given: Limits) -> list[Finding]:
    """The same person confirming the same volunteer too often, and two confirming each other."""
    found: list[Finding] = []
    by_pair: dict[tuple[str, str], list[Said]] = {}
    for row in sorted(said, key=lambda row: (row.at, row.id)):
        by_pair.setdefault((row.rater, row.server), []).append(row)
    for (rater, server), rows in by_pair.items():
        last = rows[-1]
        near = [r for r in rows if r.at > last.at - timedelta(days=given.ring_days)]
        if len(near) >= given.ring_times:
            ids = tuple(r.id for r in near)
            figures = {"times": len(near), "days": given.ring_days}
            found.append(Finding(Kind.RATER_RING, last.id, ids, rater, figures))
        back = by_pair.get((server, rater), [])
        if min(len(rows), len(back)) >= given.mutual_times:
            ids = tuple(r.id for r in (*rows, *back))
            figures = {"times": len(rows), "back": len(back)}
            found.append(Finding(Kind.MUTUAL, last.id, ids, rater, figures))
    return found


def of_all(stays: Sequence[Stay], given: Limits) -> list[Finding]:
    """Everything doubtful in a set of sessions: each alone, in pairs, by day and by event."""
    found = [f for stay in stays for f in of_one(stay, stays, given)]
    groups: dict[str, list[Stay]] = {}
    for stay in stays:
        groups.setdefault(stay.group, []).append(stay)
    return found + [f for rows in groups.values() for f in of_group(rows, given)]
