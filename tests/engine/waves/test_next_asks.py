"""下一波: the rules of asking hold whatever the people; the order and the reasons are right."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from diandan.engine.waves.next_asks import (
    ASK_WAITING,
    ASKED_BEFORE,
    WEEK_FULL,
    Answered,
    History,
    Job,
    Person,
    next_asks,
)
from diandan.engine.waves.timing import Settings, Window, backups_wanted, miss_chance
from diandan.engine.waves.turn import Weights

MORNING = 10 * 60
NIGHT = 23 * 60
SOON = Window(start=MORNING, promise=MORNING + 300, booked=False)
PEOPLE = st.lists(
    st.builds(
        Person,
        key=st.integers(0, 10_000),
        metres=st.integers(0, 9000),
        minutes_away=st.integers(0, 60),
        days_unasked=st.none() | st.integers(0, 60),
        asks_7_days=st.integers(0, 5),
        asks_30_days=st.integers(0, 12),
        minutes_30_days=st.integers(0, 900),
        has_ask_waiting=st.booleans(),
    ),
    max_size=25,
    unique_by=lambda p: p.key,
)


def near(key: str, **more: Any) -> Person:
    return Person(key, metres=1000, minutes_away=6, **more)


@settings(deadline=None)  # the first example compiles
@given(PEOPLE, st.integers(1, 4), st.integers(0, 3 * 1440), st.sets(st.integers(0, 10_000)))
def test_nobody_is_asked_against_a_rule(
    people: list[Person], heads: int, at: int, asked: set[int]
) -> None:
    asked |= {p.key for p in people[:3]}
    rules = Settings()
    job = Job("errand", heads, Window(at, at + 400, booked=False), asked=frozenset(asked))
    wave = next_asks(job, people, History(), at, settings=rules)
    keys = [ask.person.key for ask in wave.asks]
    assert len(keys) == len(set(keys))
    if not rules.asking.is_open(at):
        assert not keys
        assert wave.look_again_at is not None
        assert rules.asking.is_open(wave.look_again_at)
    for ask in wave.asks:
        assert ask.person.key not in asked
        assert not ask.person.has_ask_waiting
        assert ask.person.asks_7_days < rules.asks_a_week_max + rules.asks_a_week_more
        assert 0 < ask.chance < 1
        assert ask.reasons
    if rules.asking.is_open(at):
        fit = [p for p in people if p.key not in wave.passed]
        assert len(keys) >= min(heads, len(fit))


def test_who_may_not_be_asked_is_named_with_the_rule() -> None:
    people = [near("no"), near("busy", has_ask_waiting=True), near("tired", asks_7_days=6)]
    job = Job("errand", 1, SOON, asked=frozenset({"no"}))
    wave = next_asks(job, people, History(), MORNING)
    assert wave.passed == {"no": ASKED_BEFORE, "busy": ASK_WAITING, "tired": WEEK_FULL}
    assert wave.asks == ()
    assert wave.look_again_at == MORNING + 60


def test_the_budget_gives_a_little_only_for_a_job_due_soon_that_else_stays_unfilled() -> None:
    tired = near("tired", asks_7_days=4)
    far_off = Window(start=4 * 1440 + MORNING, promise=4 * 1440 + MORNING + 60, booked=True)
    assert next_asks(Job("errand", 1, far_off), [tired], History(), MORNING).asks == ()
    soon = next_asks(Job("errand", 1, SOON), [tired], History(), MORNING)
    assert [ask.person.key for ask in soon.asks] == ["tired"]
    many = [tired, *(near(str(n)) for n in range(20))]
    asks = next_asks(Job("errand", 1, SOON), many, History(), MORNING).asks
    assert "tired" not in {ask.person.key for ask in asks}


def test_whose_yes_would_come_too_late_is_asked_last() -> None:
    pressing = Window(start=MORNING, promise=MORNING + 60, booked=False)
    people = [Person("far", 1000, 40), Person("near", 1000, 10)]
    wave = next_asks(Job("meal", 1, pressing), people, History(), MORNING)
    assert next(ask.person.key for ask in wave.asks) == "near"


def test_who_was_never_asked_comes_before_who_often_was() -> None:
    people = [near("often", days_unasked=1, asks_30_days=8, minutes_30_days=600), near("never")]
    wave = next_asks(Job("errand", 1, SOON), people, History(), MORNING)
    assert wave.asks[0].person.key == "never"
    assert "never_asked" in wave.asks[0].reasons


def test_without_fairness_the_likely_come_first() -> None:
    answers = [Answered("yes", "errand", MORNING, MORNING + 600, 6, 0, True)] * 9
    answers += [Answered("no", "errand", MORNING, MORNING + 600, 6, 0, False)] * 9
    people = [near("no"), near("yes", days_unasked=1, asks_30_days=9)]
    wave = next_asks(
        Job("errand", 1, SOON), people, History(answers), MORNING, weights=Weights().scaled(0)
    )
    assert wave.asks[0].person.key == "yes"


def test_a_scarce_skill_is_spared() -> None:
    people = [near("electrician", days_unasked=3, spare=1.5)]
    people.append(Person("neighbour", 1500, 9, days_unasked=3))
    wave = next_asks(Job("errand", 1, SOON), people, History(), MORNING)
    assert wave.asks[0].person.key == "neighbour"


def test_a_refuser_is_replaced_by_one() -> None:
    people = [near(name) for name in "abcdef"]
    long = Window(start=3 * 1440 + MORNING, promise=3 * 1440 + MORNING + 120, booked=True)
    first = next_asks(Job("visit", 1, long), people, History(), MORNING)
    assert len(first.asks) == 1
    gone = frozenset({first.asks[0].person.key})
    second = next_asks(Job("visit", 1, long, asked=gone), people, History(), MORNING + 10)
    assert len(second.asks) == 1
    assert second.asks[0].person.key not in gone


def test_a_pressing_job_asks_many_at_once() -> None:
    people = [near(str(n)) for n in range(20)]
    pressing = Window(start=MORNING, promise=MORNING + 60, booked=False)
    assert len(next_asks(Job("meal", 1, pressing), people, History(), MORNING).asks) > 5


def test_a_callers_own_order_is_kept() -> None:
    people = [near("a"), near("b"), near("c")]
    wave = next_asks(
        Job("errand", 1, SOON),
        people,
        History(),
        MORNING,
        order=lambda who, _chances: np.array([{"a": 3, "b": 1, "c": 2}[p.key] for p in who]),
    )
    assert wave.asks[0].person.key == "b"
    assert wave.asks[0].cost == 1


def test_a_backup_is_asked_ahead_only_where_a_drop_out_cannot_be_mended() -> None:
    start = 1440 + MORNING
    tight, loose = Window(start, start + 45, booked=True), Window(start, start + 300, booked=True)
    people, engaged = [near(str(n)) for n in range(40)], (near("in"),)
    wave = next_asks(Job("escort", 1, tight, engaged=engaged), people, History(), MORNING)
    assert wave.for_backup
    assert len(wave.asks) == 1
    few = people[:5]
    assert not next_asks(Job("escort", 1, tight, engaged=engaged), few, History(), MORNING).asks
    assert not next_asks(Job("escort", 1, loose, engaged=engaged), people, History(), MORNING).asks
    assert not next_asks(
        Job("escort", 1, tight, engaged=engaged, backups=1), people, History(), MORNING
    ).asks


def test_backups_grow_with_the_risk() -> None:
    tight = Window(1000, 1030, booked=True)
    assert backups_wanted([0.001], tight, Settings(), others=99) == 0
    assert backups_wanted([0.08], tight, Settings(), others=99) == 1
    assert backups_wanted([0.2] * 4, tight, Settings(), others=99) == 2
    assert backups_wanted([0.2] * 4, tight, Settings(), others=9) == 0
    assert miss_chance(0, 0) == 0.08
    assert miss_chance(5, 10) > 0.2 > miss_chance(0, 40)


def test_at_night_nobody_is_asked() -> None:
    wave = next_asks(Job("errand", 1, SOON), [near("a")], History(), NIGHT)
    assert wave.asks == ()
    assert wave.look_again_at == 1440 + 8 * 60
