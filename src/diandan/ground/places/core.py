"""时限: when a promise falls due, over China's working days and a centre's own.

A promise is written as a number and a unit: `30m` minutes, `2h` hours, `7d` days of 24 hours,
`5wd` working days. Minutes, hours and days run day and night. A working-day promise ends at
18:00 in Shanghai on the n-th working day after the day it was made, which is not counted
itself (民法典 201), whatever its hour; offices work 9:00–18:00.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import chinese_calendar

from diandan.kit.clock import SHANGHAI

OPENS = time(9, 0)
CLOSES = time(18, 0)
_PROMISE = re.compile(r"(\d{1,4})(m|h|d|wd)")
_UNIT = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
# A centre that marks every day as off would otherwise make the search endless.
SEARCH_DAYS_MAX = 40_000

# (month, day) of the public holidays with a fixed date (全国年节及纪念日放假办法, 2024-11-10).
_FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
_KNOWN_YEARS = frozenset(day.year for day in chinese_calendar.constants.holidays)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise taken apart: so many of a unit (m, h, d or wd)."""

    amount: int
    unit: str


def parse(promise: str) -> Promise:
    """`5wd` → Promise(5, "wd"). ValueError when it is not written so."""
    found = _PROMISE.fullmatch(promise.strip())
    if found is None or int(found[1]) == 0:
        raise ValueError(f"not a promise: {promise!r}; write 30m, 2h, 7d or 5wd")
    return Promise(int(found[1]), found[2])


def due(at: datetime, promise: str, is_working: Callable[[date], bool]) -> datetime:
    """When `promise`, made at `at`, falls due, in the time zone of `at`.

    Raises ValueError for a promise that cannot be read or a calendar without working days.
    """
    wanted = parse(promise)
    if wanted.unit in _UNIT:
        return at + wanted.amount * _UNIT[wanted.unit]
    day = at.astimezone(SHANGHAI).date()
    left = wanted.amount
    for _step in range(SEARCH_DAYS_MAX):
        day += timedelta(days=1)
        if is_working(day):
            left -= 1
            if left == 0:
                return datetime.combine(day, CLOSES, SHANGHAI).astimezone(at.tzinfo)
    raise ValueError("the calendar has too few working days")


def is_office_hour(at: datetime, is_working: Callable[[date], bool]) -> bool:
    """Whether offices work at `at`: 9:00–18:00 on a working day."""
    local = at.astimezone(SHANGHAI)
    return OPENS <= local.time() < CLOSES and is_working(local.date())


def national_is_known(year: int) -> bool:
    """Whether the calendar library holds the State Council's days off for `year`."""
    return year in _KNOWN_YEARS


def national_is_working(day: date) -> bool:
    """Whether China works on `day`, with the moved days (调休) of the years that are known.

    The days off of a year are announced in the autumn before it. Until the library holds them:
    Monday to Friday, without the holidays whose date is fixed.
    """
    if national_is_known(day.year):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < _SATURDAY and (day.month, day.day) not in _FIXED_HOLIDAYS


@dataclass(frozen=True, slots=True)
class Calendar:
    """A centre's working days: China's, with the centre's own days over them."""

    own: Mapping[date, bool] = field(default_factory=dict)

    def is_working(self, day: date) -> bool:
        """Whether the centre works on `day`."""
        if day in self.own:
            return self.own[day]
        return national_is_working(day)

    def due(self, at: datetime, promise: str) -> datetime:
        """When `promise`, made at `at`, falls due by this calendar."""
        return due(at, promise, self.is_working)
