"""The arithmetic of hours: each place's figures, and the steps that are shown for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diandan.path.ledger.core import Presence, Rules, count
from diandan.path.ledger.rulebook import read, rules_for, shipped
from tests import factories as make


@pytest.mark.parametrize(
    ("present", "counted"),
    [(0, 0), (15, 0), (16, 30), (45, 30), (46, 60), (60, 60), (75, 60), (76, 90), (120, 120)],
)
def test_chongqing_rounds_by_15_and_45_minutes(present: int, counted: int) -> None:
    assert count(shipped()["chongqing"], Presence(present, 120)).minutes == counted


@pytest.mark.parametrize(("present", "counted"), [(71, 0), (72, 72), (120, 120)])
def test_yunnan_counts_nothing_under_60_percent_of_the_session(present: int, counted: int) -> None:
    assert count(shipped()["yunnan"], Presence(present, 120)).minutes == counted


def test_hailin_three_hours_at_one_event_are_two_and_a_point_each() -> None:
    done = count(shipped()["hailin"], Presence(180, 180))
    assert (done.minutes, done.points) == (120, 2)


def test_kunshan_an_hour_is_ten_points() -> None:
    assert count(shipped()["kunshan"], Presence(60, 60)).points == 10


def test_hardship_raises_points_and_never_hours() -> None:
    done = count(shipped()["hainan"], Presence(60, 60, factor="hard"))
    assert (done.minutes, done.points) == (60, 15)


def test_a_day_and_a_year_have_their_caps() -> None:
    rules = Rules("x", "x", day_minutes_max=480, year_minutes_max=6000)
    assert count(rules, Presence(120, 120, today=420)).minutes == 60
    assert count(rules, Presence(120, 120, today=480)).minutes == 0
    assert count(rules, Presence(120, 120, year=5990)).minutes == 10


def test_each_step_that_changed_something_is_kept() -> None:
    done = count(shipped()["hailin"], Presence(180, 180))
    assert [(s.rule, s.before, s.after, s.figure) for s in done.steps] == [
        ("present", 180, 180, 180),
        ("event_max", 180, 120, 120),
        ("points", 120, 2, 1),
    ]


@given(
    st.sampled_from(sorted(shipped())),
    st.integers(0, 2000),
    st.integers(0, 1000),
    st.integers(0, 600),
)
def test_no_rule_makes_more_than_half_an_hour_out_of_nothing(
    name: str, present: int, planned: int, today: int
) -> None:
    done = count(shipped()[name], Presence(present, planned, today=today))
    assert 0 <= done.minutes <= present + 30
    assert done.points >= 0
    before = [step.before for step in done.steps[1:]]
    assert before == [step.after for step in done.steps[:-1]]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"title": "x", "hours": 1}, "unknown hours"),
        ({}, "title"),
        ({"title": "x", "event_minutes_max": -1}, "event_minutes_max"),
        ({"title": "x", "bands": [[45, 30], [15, 0]]}, "bands"),
        ({"title": "x", "factors": {"hard": 0}}, "factor"),
        ({"title": "x", "notice": "soon"}, "promise"),
    ],
)
def test_a_rule_file_with_a_fault_is_told_so(raw: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read("mine", raw)


@pytest.mark.django_db
def test_a_centre_has_the_rules_it_chose_or_its_places_or_the_standard_ones() -> None:
    there = make.district()
    assert rules_for(there.centre).name == "standard"
    there.centre.settings = {"hour_rules": "hailin"}
    assert rules_for(there.centre).name == "hailin"
    there.centre.settings, there.centre.slug = {}, "hongta"
    assert rules_for(there.centre).name == "yunnan"
