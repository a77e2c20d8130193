"""Kinds are loaded once, items go from draft to menu, and teams take them up beforehand."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from diandan.ground.catalogue import queries
from diandan.ground.catalogue.actions.items import (
    ItemWords,
    drop_item,
    edit_item,
    make_item,
    publish_item,
    retire_item,
    submit_item,
    take_item,
)
from diandan.ground.catalogue.actions.kinds import default_kinds, edit_kind, load_kinds, retire_kind
from diandan.ground.catalogue.core import in_season
from diandan.ground.catalogue.models import Item, ItemTake
from diandan.ground.people.models import Role
from diandan.ground.record.models import FactRow
from diandan.kit.refusal import Refusal
from tests import factories as make

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 5)


def test_kinds_are_loaded_once_and_keep_what_the_centre_changed(at: datetime) -> None:
    there = make.district()
    _admin, by = make.staff(Role.ADMIN, there.centre)
    assert len(load_kinds(centre=there.centre, at=at)) == len(default_kinds())
    haircut = queries.kind_by_code(there.centre, "haircut")
    edit_kind(haircut, name="理发到家", by=by, at=at)
    retire_kind(queries.kind_by_code(there.centre, "show"), by=by, at=at)
    assert load_kinds(centre=there.centre, at=at) == []
    names = {kind.code: kind.name for kind in queries.kinds_of(there.centre)}
    assert names["haircut"] == "理发到家"
    assert "show" not in names
    assert list(names)[-1] == "other"
    assert FactRow.objects.filter(kind="catalogue.kinds_loaded").count() == 1


@pytest.mark.parametrize("promises", [{"urgent": "2h"}, {"urgent": "2h", "normal": "soon"}])
def test_a_kind_must_promise_something_readable(promises: dict[str, str], at: datetime) -> None:
    there = make.district()
    _admin, by = make.staff(Role.ADMIN, there.centre)
    with pytest.raises(Refusal, match="promise_unreadable"):
        edit_kind(make.kind(there.centre), promises=promises, by=by, at=at)


def test_an_item_goes_from_draft_to_the_menu_by_two_people(at: datetime) -> None:
    there = make.district()
    kind = make.kind(there.centre)
    _maker, maker = make.staff(Role.STATION_STAFF, there.station)
    _boss, boss = make.staff(Role.CENTER_STAFF, there.centre)
    words = ItemWords(title="春季 义剪", kind=kind)
    item = make_item(place=there.station, words=words, by=maker, at=at)
    with pytest.raises(Refusal, match="not_now"):
        publish_item(item, by=boss, at=at)
    submit_item(item, by=maker, at=at)
    with pytest.raises(Refusal, match="not_now"):
        edit_item(item, words=words, by=maker, at=at)
    with pytest.raises(Refusal, match="self_approval"):
        publish_item(item, by=maker, at=at)
    publish_item(item, by=boss, at=at)
    assert list(queries.menu(there.centre, MARCH)) == [item]
    with pytest.raises(Refusal, match="reason_missing"):
        retire_item(item, reason=" ", by=boss, at=at)
    retire_item(item, reason="换季", by=boss, at=at)
    assert list(queries.menu(there.centre, MARCH)) == []
    kinds = list(FactRow.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["item.made", "item.submitted", "item.published", "item.retired"]


def test_only_staff_of_the_place_or_above_write_its_menu(at: datetime) -> None:
    there = make.district()
    _clerk, by = make.staff(Role.STATION_STAFF, there.other)
    words = ItemWords(title="义剪", kind=make.kind(there.centre))
    with pytest.raises(Refusal, match="not_your_place"):
        make_item(place=there.station, words=words, by=by, at=at)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"title": ""}, "wrong_title"),
        ({"title": "长" * 81}, "wrong_title"),
        ({"season": "monsoon"}, "unknown_season"),
        ({"from_on": MARCH, "until_on": MARCH - timedelta(days=1)}, "window_backward"),
        ({"seats": 0}, "wrong_seats"),
        ({"joinable": True}, "start_missing"),
    ],
)
def test_what_cannot_be_offered_is_refused(
    change: dict[str, object], code: str, at: datetime
) -> None:
    there = make.district()
    _clerk, by = make.staff(Role.STATION_STAFF, there.station)
    fields: dict[str, object] = {"title": "义剪", "kind": make.kind(there.centre), **change}
    with pytest.raises(Refusal, match=code):
        make_item(place=there.station, words=ItemWords(**fields), by=by, at=at)  # type: ignore[arg-type]


def test_the_menu_shows_what_is_in_season_and_within_reach(at: datetime) -> None:
    there = make.district()
    kind = make.kind(there.centre)
    near = make.item(there.station, kind, "本社区")
    street = make.item(there.institute, kind, "本街道")
    make.item(there.other, kind, "别的社区")
    make.item(there.station, kind, "冬天的", season="winter")
    spring = make.item(there.station, kind, "春天的", season="spring")
    make.item(there.station, kind, "过期的", until_on=MARCH - timedelta(days=1))
    make.item(there.station, kind, "未到的", from_on=MARCH + timedelta(days=1))
    today = make.item(there.station, kind, "当天的", from_on=MARCH, until_on=MARCH)
    make.item(there.station, kind, "开过了", starts_at=at - timedelta(days=1))
    make.item(there.station, kind, "草稿", state=Item.State.DRAFT)
    shown = list(queries.menu(there.centre, MARCH, there.station.path))
    assert set(shown) == {near, street, spring, today}
    assert shown[-1] == street
    assert set(queries.menu(there.centre, MARCH, there.institute.path)) > set(shown)
    assert list(queries.menu(there.centre, MARCH, search="春天")) == [spring]


@pytest.mark.parametrize(
    ("change", "is_on"),
    [
        ({}, True),
        ({"season": "spring"}, True),
        ({"season": "winter"}, False),
        ({"season": "winter", "from_on": MARCH, "until_on": MARCH}, True),
        ({"until_on": MARCH - timedelta(days=1)}, False),
        ({"from_on": MARCH + timedelta(days=1)}, False),
        ({"state": Item.State.DRAFT}, False),
        ({"state": Item.State.RETIRED}, False),
    ],
)
def test_only_what_is_on_the_menu_can_be_ordered(change: dict[str, object], is_on: bool) -> None:
    there = make.district()
    item = make.item(there.station, make.kind(there.centre), **change)
    assert (item in queries.menu(there.centre, MARCH)) is is_on
    published = item.state == Item.State.PUBLISHED
    assert (published and in_season(item, MARCH)) is is_on


def test_teams_take_an_item_beforehand_and_drop_it(at: datetime) -> None:
    there = make.district()
    item = make.item(there.station, make.kind(there.centre, skills=["haircut"]))
    team, _leader, by = make.team(there.station, skills=("haircut",))
    unskilled, _other, other = make.team(there.station)
    take = take_item(item, team=team, by=by, at=at)
    assert take_item(item, team=team, by=by, at=at) == take
    assert queries.takers(item) == [team]
    assert queries.menu(there.centre, MARCH).get().taken == 1  # type: ignore[attr-defined]
    with pytest.raises(Refusal, match="leader_only"):
        take_item(item, team=team, by=other, at=at)
    with pytest.raises(Refusal, match="not_eligible"):
        take_item(item, team=unskilled, by=other, at=at)
    drop_item(take, by=by, at=at)
    assert queries.takers(item) == []
    assert take_item(item, team=team, by=by, at=at) != take
    assert ItemTake.objects.count() == 2


def test_a_team_of_another_centre_cannot_take_it(at: datetime) -> None:
    there, far = make.district(), make.district()
    item = make.item(there.station, make.kind(there.centre))
    team, _leader, by = make.team(far.station)
    with pytest.raises(Refusal, match="not_eligible"):
        take_item(item, team=team, by=by, at=at)
