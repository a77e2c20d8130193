"""定期服务: on which day a standing order comes round again. Pure."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from django.utils.translation import gettext as _

from diandan.kit.refusal import Refusal

from .models import Standing

Rhythm = Standing.Rhythm
WEEK = timedelta(days=7)
MONTHLY_DAY_MAX = 28
AHEAD_MAX_DAYS = 60


def month_end(day: date) -> date:
    """The last day of the month of `day`."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def next_on(rhythm: str, after: date, born_on: date | None = None) -> date:
    """The first occurrence after the occurrence on `after` (a birthday: after any day).

    A birthday of 29 February is kept on 28 February in common years: a party may come a day
    early and must not come in the wrong month.
    """
    if rhythm == Rhythm.WEEKLY:
        return after + WEEK
    if rhythm == Rhythm.MONTHLY:
        return _same_day_next_month(after)
    if rhythm == Rhythm.MONTH_END:
        end = month_end(after)
        return end if end > after else month_end(end + timedelta(days=1))
    born = born_on or after  # the date of birth was taken off the record meanwhile
    this_year = birthday_in(after.year, born)
    return this_year if this_year > after else birthday_in(after.year + 1, born)


def birthday_in(year: int, born_on: date) -> date:
    """The day on which a birthday is kept in `year`."""
    last = calendar.monthrange(year, born_on.month)[1]
    return date(year, born_on.month, min(born_on.day, last))


def first_on(rhythm: str, from_on: date, born_on: date | None = None) -> date:
    """The first occurrence on or after `from_on`.

    Refuses a monthly one on the 29th to 31st, which not every month has: 每月月底 is meant.
    """
    if rhythm == Rhythm.WEEKLY:
        return from_on
    if rhythm == Rhythm.MONTHLY:
        if from_on.day > MONTHLY_DAY_MAX:
            raise Refusal(
                "monthly_day", _("不是每个月都有这一天,请选「每月月底」。"), field="from_on"
            )
        return from_on
    if rhythm == Rhythm.BIRTHDAY and born_on is None:
        raise Refusal("birth_missing", _("还没有登记出生日期,不能按生日安排。"), field="rhythm")
    return next_on(rhythm, from_on - timedelta(days=1), born_on)


def first_from(rhythm: str, last: date, from_on: date, born_on: date | None = None) -> date:
    """The first occurrence of a rhythm that had one on `last`, on or after `from_on`."""
    day = last
    while day < from_on:
        day = next_on(rhythm, day, born_on)
    return day


def _same_day_next_month(day: date) -> date:
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
