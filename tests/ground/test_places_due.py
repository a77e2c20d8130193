"""Promises over China's real holidays and a centre's own days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diandan.ground.places import queries
from diandan.ground.places.actions.grow import grow
from diandan.ground.places.actions.set_day import set_day
from diandan.ground.places.core import (
    Calendar,
    due,
    is_office_hour,
    national_is_known,
    national_is_working,
)
from diandan.ground.places.models import Kind
from diandan.ground.places.words import calendar_note, check_promise, promise_in_words
from diandan.kit.clock import SHANGHAI
from diandan.kit.refusal import Refusal


def shanghai(*parts: int) -> datetime:
    """A moment by the Shanghai wall clock."""
    return datetime(*parts, tzinfo=SHANGHAI)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("made", "promise", "falls"),
    [
        # 国庆 2026: 1–7 October off, Saturday 10 October worked.
        (shanghai(2026, 9, 30, 16), "1wd", shanghai(2026, 10, 8, 18)),
        (shanghai(2026, 9, 30, 16), "3wd", shanghai(2026, 10, 10, 18)),
        (shanghai(2026, 9, 30, 16), "4wd", shanghai(2026, 10, 12, 18)),
        (shanghai(2026, 10, 3, 3), "1wd", shanghai(2026, 10, 8, 18)),
        # The Sunday before is worked, the Friday of 中秋 is not.
        (shanghai(2026, 9, 19, 10), "1wd", shanghai(2026, 9, 20, 18)),
        (shanghai(2026, 9, 24, 23), "1wd", shanghai(2026, 9, 28, 18)),
        # 春节 2026: 15–23 February off, Saturdays 14 and 28 worked.
        (shanghai(2026, 2, 13, 9), "2wd", shanghai(2026, 2, 24, 18)),
        (shanghai(2026, 3, 5, 12), "5wd", shanghai(2026, 3, 12, 18)),
        # Hours and days run through any holiday.
        (shanghai(2026, 9, 30, 23), "2h", shanghai(2026, 10, 1, 1)),
        (shanghai(2026, 9, 30, 23), "7d", shanghai(2026, 10, 7, 23)),
        (shanghai(2026, 9, 30, 23), "30m", shanghai(2026, 9, 30, 23, 30)),
        # A year not announced yet: Monday to Friday, without 1 January 2027 (a Friday).
        (shanghai(2026, 12, 31, 9), "1wd", shanghai(2027, 1, 4, 18)),
    ],
)
def test_due(made, promise, falls):
    assert due(made, promise, national_is_working) == falls
    assert due(made.astimezone(UTC), promise, national_is_working) == falls


@given(
    first=st.datetimes(datetime(2025, 6, 1), datetime(2028, 6, 1)),
    later=st.timedeltas(timedelta(0), timedelta(days=40)),
    amount=st.integers(1, 30),
    unit=st.sampled_from(["m", "h", "d", "wd"]),
    own=st.dictionaries(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.booleans(), max_size=10),
)
@settings(max_examples=200, deadline=None)
def test_due_never_comes_earlier_for_a_later_promise(first, later, amount, unit, own):
    calendar = Calendar(own)
    start = first.replace(tzinfo=UTC)
    promise = f"{amount}{unit}"
    sooner, afterwards = calendar.due(start, promise), calendar.due(start + later, promise)
    assert start < sooner <= afterwards
    assert sooner <= calendar.due(start, f"{amount + 1}{unit}")
    if unit == "wd":
        assert calendar.is_working(sooner.astimezone(SHANGHAI).date())


@pytest.mark.parametrize("promise", ["", "2", "h", "0h", "-1d", "2 h", "5WD", "1.5h", "99999h"])
def test_a_promise_written_wrong_is_refused_in_words(promise):
    with pytest.raises(ValueError, match="promise"):
        due(shanghai(2026, 3, 5), promise, national_is_working)
    with pytest.raises(Refusal) as refused:
        check_promise(promise)
    assert "5wd" in refused.value.sentence


def test_a_calendar_without_working_days_is_said_not_searched_for_ever():
    with pytest.raises(ValueError, match="working days"):
        due(shanghai(2026, 3, 5), "1wd", lambda _day: False)


def test_the_year_that_is_not_announced_yet_is_named():
    assert national_is_known(2026)
    assert calendar_note(2026) == ""
    unknown = 2100
    assert not national_is_known(unknown)
    assert "2100" in calendar_note(unknown)
    assert not national_is_working(date(2100, 10, 1))
    assert national_is_working(date(2100, 10, 4))


def test_office_hours():
    assert is_office_hour(shanghai(2026, 10, 10, 9), national_is_working)
    assert not is_office_hour(shanghai(2026, 10, 9, 18), national_is_working)
    assert not is_office_hour(shanghai(2026, 10, 11, 10), national_is_working)


def test_promises_in_words():
    words = [promise_in_words(p) for p in ("30m", "2h", "7d", "5wd")]
    assert words == ["30 分钟", "2 小时", "7 天", "5 个工作日"]


@pytest.mark.django_db
def test_a_centres_own_days_hold_in_its_whole_subtree(at):
    root = grow("hongta", at)
    street = queries.children(root, Kind.INSTITUTE)[0]
    friday, saturday = date(2026, 3, 6), date(2026, 3, 7)
    set_day(root, friday, is_working=False, at=at, why="火把节彩排")
    set_day(root, saturday, is_working=True, at=at)
    assert queries.calendar_of(street).due(at, "1wd") == shanghai(2026, 3, 7, 18)
    set_day(street, friday, is_working=True, at=at)
    assert queries.calendar_of(street).due(at, "1wd") == shanghai(2026, 3, 6, 18)
    assert queries.calendar_of(root).due(at, "1wd") == shanghai(2026, 3, 7, 18)
    set_day(root, saturday, is_working=None, at=at)
    assert queries.calendar_of(root).due(at, "1wd") == shanghai(2026, 3, 9, 18)
