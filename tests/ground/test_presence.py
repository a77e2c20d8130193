"""到场: codes of one minute used once, and the pure rules of doubt."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diandan.ground.people import vault
from diandan.ground.people.actor import Actor
from diandan.ground.presence.actions import screens
from diandan.ground.presence.actions.codes import code_of, place_subject, shown_at, use_code
from diandan.ground.presence.core import code_at, minute_of, step_of
from diandan.ground.presence.doubts import Kind, Said, Stay, limits, of_all, of_group, of_ratings
from diandan.ground.presence.models import CodeSecret
from diandan.kit.refusal import Refusal
from tests import factories as make
from tests.conftest import NOON

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("seconds", [-600, -61, -60, -1, 0, 59, 60, 119, 120, 600])
def test_a_code_is_good_for_its_own_minute_and_one_beside_it(seconds: int) -> None:
    then = NOON + timedelta(seconds=seconds)
    near = abs(int(then.timestamp()) // 60 - int(NOON.timestamp()) // 60) <= 1
    # Two codes of different minutes may be equal once in a million; none of these are.
    assert (step_of(SECRET, code_at(SECRET, NOON), then) is not None) == near


def test_an_old_code_tells_its_minute() -> None:
    found = minute_of(SECRET, code_at(SECRET, NOON), NOON + 90 * MINUTE, timedelta(hours=3))
    assert found == NOON
    assert minute_of(SECRET, code_at(SECRET, NOON), NOON + 90 * MINUTE, timedelta(hours=1)) is None


@pytest.mark.django_db
class TestUsed:
    def test_once_a_person_and_only_where_it_is_shown(self) -> None:
        here, there = place_subject(1), place_subject(2)
        one, two = make.person(), make.person()
        code = code_of(here, at=NOON)
        code_of(there, at=NOON)
        assert use_code([there], code, person_id=one.id, at=NOON) is None
        used = use_code([there, here], code, person_id=one.id, at=NOON)
        assert used is not None
        assert used.subject == here
        with pytest.raises(Refusal) as again:
            use_code([here], code, person_id=one.id, at=NOON + MINUTE)
        assert again.value.code == "code_used"
        assert use_code([here], code, person_id=two.id, at=NOON + MINUTE) is not None

    def test_a_photograph_of_it_is_told_its_time(self) -> None:
        code = code_of(place_subject(1), at=NOON)
        with pytest.raises(Refusal) as old:
            use_code([place_subject(1)], code, person_id=make.person().id, at=NOON + 3 * MINUTE)
        assert old.value.code == "old_code"
        assert "12:00" in old.value.sentence
        later = NOON + timedelta(hours=5)
        assert shown_at([place_subject(1)], code, before=later, within=timedelta(hours=6)) == NOON

    def test_the_secret_is_sealed_and_a_screen_ends(self) -> None:
        here = make.district().station
        code_of(place_subject(here.id), at=NOON)
        row = CodeSecret.objects.get()
        secret = vault.unseal(row.wrapped_key, row.sealed)
        assert re.fullmatch("[A-Z2-7]{32}", secret)
        assert secret.encode() not in bytes(row.sealed)
        officer = make.person()
        screen, key = screens.open_screen(
            here, label="门口", by=Actor(person_id=officer.id), at=NOON
        )
        assert key not in str(screen.__dict__)
        assert screens.screen_at(here.id, key).id == screen.id
        with pytest.raises(Refusal):
            screens.screen_at(here.id + 1, key)
        screens.end_screen(screen.id, place=here, by=Actor(person_id=officer.id), at=NOON)
        with pytest.raises(Refusal):
            screens.screen_at(here.id, key)


def stay(name: str, person: str = "甲", began: int = 0, minutes: int = 60, **more: object) -> Stay:
    start = NOON + timedelta(minutes=began)
    return Stay(
        **{
            "id": name,
            "person": person,
            "group": name,
            "began": start,
            "ended": start + timedelta(minutes=minutes),
            "planned": 60,
            **more,
        }  # type: ignore[arg-type]  # the test's own words
    )


def kinds(stays: list[Stay]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in of_all(stays, limits()):
        found.setdefault(one.about, set()).add(one.kind.value)
    return found


def test_two_places_too_fast_and_a_long_day() -> None:
    near, far = {"lat": 31.95, "lon": 118.84}, {"lat": 32.20, "lon": 118.84}
    assert kinds([stay("a"), stay("b", began=30)]) == {"a": {"two_places"}, "b": {"two_places"}}
    quick = [stay("a", **near), stay("b", began=65, **far)]
    assert kinds(quick) == {"a": {"too_fast"}, "b": {"too_fast"}}
    assert kinds([stay("a", **near), stay("b", began=65, **near)]) == {}
    assert kinds([stay("a", **near), stay("b", began=120, **far)]) == {}
    assert kinds([stay("a"), stay("b", person="乙", began=30)]) == {}
    day = [stay("a", minutes=400, planned=400, began=-600), stay("b", minutes=400, planned=400)]
    assert kinds(day) == {"a": {"long_day"}, "b": {"long_day"}}


def test_longer_than_planned_and_entered_afterwards() -> None:
    assert kinds([stay("a", minutes=90)]) == {}
    assert kinds([stay("a", minutes=91)]) == {"a": {"long"}}
    bought = {"out_by_hand": True, "entered": NOON + timedelta(minutes=62)}
    assert kinds([stay("a", **bought)]) == {"a": {"entered_later"}}
    prompt = {"out_by_hand": True, "entered": NOON + timedelta(minutes=60, seconds=20)}
    assert kinds([stay("a", **prompt)]) == {}


def test_a_whole_team_in_one_minute_and_a_crowd_without_a_code() -> None:
    def team(size: int, **more: object) -> list[Stay]:
        return [stay(f"s{n}", person=f"p{n}", group="g", **more) for n in range(size)]

    by_hand = of_group(team(5, out_by_hand=True), limits())
    assert {f.kind for f in by_hand} == {Kind.SAME_MINUTE}
    assert {f.about for f in by_hand} == {f"s{n}" for n in range(5)}
    assert of_group(team(4, out_by_hand=True), limits()) == []
    assert of_group(team(5), limits()) == []
    crowd = of_group(team(10), limits())
    assert {f.kind for f in crowd} == {Kind.NO_SITE_CODE}
    assert (
        of_group([*team(10), stay("z", person="z", group="g", has_site_code=True)], limits()) == []
    )


def test_who_confirms_whom_too_often() -> None:
    def said(number: int, rater: str, server: str, day: int) -> Said:
        return Said(f"t{number}", rater, server, NOON + timedelta(days=day))

    weekly = [said(n, "老人", "甲", 7 * n) for n in range(12)]
    assert of_ratings(weekly, limits()) == []
    daily = [said(n, "老人", "甲", n) for n in range(10)]
    assert [f.kind for f in of_ratings(daily, limits())] == [Kind.RATER_RING]
    back = [said(1, "甲", "乙", 0), said(2, "乙", "甲", 1), said(3, "甲", "乙", 2)]
    assert of_ratings(back, limits()) == []
    both = of_ratings([*back, said(4, "乙", "甲", 3)], limits())
    assert {(f.kind, f.key) for f in both} == {(Kind.MUTUAL, "甲"), (Kind.MUTUAL, "乙")}


STAYS = st.lists(
    st.builds(
        lambda n, who, began, minutes, hand: stay(
            f"s{n}", who, began, minutes, planned=minutes, out_by_hand=hand, group="g"
        ),
        st.integers(0, 9999),
        st.sampled_from("甲乙丙丁戊己"),
        st.integers(0, 600),
        st.integers(1, 120),
        st.booleans(),
    ),
    max_size=14,
    unique_by=lambda s: s.id,
)


@settings(max_examples=150, deadline=None)
@given(STAYS)
def test_overlaps_are_found_on_both_sides_and_nowhere_else(stays: list[Stay]) -> None:
    want = {
        (a.id, b.id)
        for a in stays
        for b in stays
        if a.id != b.id and a.person == b.person and a.began < b.ended and b.began < a.ended
    }
    found = {(f.about, f.key) for f in of_all(stays, limits()) if f.kind == Kind.TWO_PLACES}
    assert found == want


@settings(max_examples=150, deadline=None)
@given(STAYS)
def test_findings_do_not_depend_on_the_order_and_name_only_what_is_there(stays: list[Stay]) -> None:
    def plain(rows: list[Stay]) -> set[tuple[str, str, str, tuple[str, ...]]]:
        return {(f.kind.value, f.about, f.key, f.evidence) for f in of_all(rows, limits())}

    assert plain(stays) == plain(stays[::-1])
    ids = {s.id for s in stays}
    for kind, about, _key, evidence in plain(stays):
        assert about in evidence, kind
        assert set(evidence) <= ids
    for found in of_all(stays, limits()):
        if found.kind == Kind.SAME_MINUTE:
            people = {s.person for s in stays if s.id in found.evidence}
            assert len(people) >= limits().team_size


def test_figures_are_read_with_their_reasons() -> None:
    assert limits().day_minutes == 12 * 60
    assert isinstance(NOON, datetime)
