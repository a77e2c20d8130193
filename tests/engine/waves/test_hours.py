"""安静时段: opening, counting and adding of waking minutes agree with counting one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diandan.engine.waves.hours import DAY, Daily

SPANS = st.tuples(st.integers(0, DAY - 1), st.integers(1, DAY)).filter(lambda s: s[0] < s[1])


@given(SPANS, st.integers(0, 4 * DAY), st.integers(0, 2 * DAY))
def test_minutes_between_are_the_open_minutes(span: tuple[int, int], at: int, length: int) -> None:
    daily = Daily(*span)
    counted = sum(daily.is_open(minute) for minute in range(at, at + length))
    assert daily.minutes_between(at, at + length) == counted
    assert daily.minutes_between(at + length + 1, at) == 0


@given(SPANS, st.integers(0, 4 * DAY), st.integers(1, 2 * DAY))
def test_after_is_the_first_moment_with_so_many_minutes(
    span: tuple[int, int], at: int, minutes: int
) -> None:
    daily = Daily(*span)
    then = daily.after(at, minutes)
    assert daily.minutes_between(at, then) == minutes
    assert daily.minutes_between(at, then - 1) == minutes - 1


@given(SPANS, st.integers(0, 4 * DAY))
def test_next_open_is_open_and_nothing_before_it_is(span: tuple[int, int], at: int) -> None:
    daily = Daily(*span)
    then = daily.next_open(at)
    assert daily.is_open(then)
    assert daily.minutes_between(at, then) == 0


def test_a_span_that_closes_before_it_opens_is_refused() -> None:
    with pytest.raises(ValueError, match="opens before it closes"):
        Daily(600, 500)
