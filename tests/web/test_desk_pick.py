"""查找着选: one of two hundred places on the desk's forms, by name or pinyin, with scripts or without."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from diandan.ground.places.models import Kind, Place
from diandan.path.ask.models import Request, VisitPlan
from tests import factories as make
from tests.web.desk_world import World, browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(still_clock: Any, at: datetime, settings: Any) -> World:
    """A street with more stations than a list should hold, two of them alike."""
    world = World(at, settings)
    for n in range(14):
        make.place(f"第{n}社区", Kind.STATION, world.street)
    make.place("枫林社区", Kind.STATION, world.street, pinyin="fenglinshequ flsq")
    make.place("枫林苑社区", Kind.STATION, world.street, pinyin="fenglinyuanshequ flysq")
    return world


def typed(world: World, **more: str) -> dict[str, str]:
    """A proxy order without a word of where."""
    return {
        "channel": "phone",
        "name": "赵桂兰",
        "phone": "13911112222",
        "words": "灯坏了,请人换灯泡",
        "kind": str(world.kind.id),
        "urgency": "normal",
        "people_count": "1",
        "consent_note": "电话里复述后同意",
        "read_back": "yes",
        "form_key": "n1",
        **more,
    }


def test_few_places_are_a_list(still_clock: Any, at: datetime, settings: Any) -> None:
    world = World(at, settings)
    page = browser(world.clerk).get("/desk/new/").content.decode()
    assert '<select id="pick-place" name="place"' in page


@pytest.mark.parametrize("words", ["枫林", "fenglin", "fl", "FENG LIN"])
def test_what_fits_is_offered_by_name_and_by_sound(many: World, words: str) -> None:
    clerk = browser(many.clerk)
    page = clerk.get("/desk/new/").content.decode()
    assert 'name="place_words"' in page
    assert "<select" not in page
    found = clerk.get("/desk/find/homes", {"place_words": words}).content.decode()
    assert found.count('name="place"') == 2
    assert many.street.name in found
    assert "checked" not in found
    one = clerk.get("/desk/find/homes", {"place_words": "fengliny"}).content.decode()
    assert one.count("checked") == 1


def test_no_place_of_another_street_is_offered(many: World) -> None:
    found = browser(many.far).get("/desk/find/homes", {"place_words": "枫林"})
    assert "枫林" not in found.content.decode()
    assert "没有找到" in found.content.decode()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"place_words": "枫林"}, "请点选一个"),
        ({"place_words": "不在这里"}, "没有找到「不在这里」"),
        ({}, "请选择本人住在哪里"),
        ({"place": "999999"}, "请选择本人住在哪里"),
        ({"place": "x'"}, "请选择本人住在哪里"),
    ],
)
def test_a_sentence_asks_which_and_nothing_is_lost(
    many: World, said: dict[str, str], sentence: str
) -> None:
    answer = browser(many.clerk).post("/desk/new/", typed(many, **said))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "灯坏了,请人换灯泡" in page
    assert said.get("place_words", "") in page
    assert not Request.objects.exists()


def test_words_that_mean_one_place_are_enough_without_scripts(many: World) -> None:
    form = typed(many, place="", place_words="枫林社区")
    assert browser(many.clerk).post("/desk/new/", form).status_code == 303
    assert Request.objects.get().place.name == "枫林社区"


def test_what_is_written_and_what_is_ticked_must_agree(many: World) -> None:
    form = typed(many, place=str(many.station.id), place_words="枫林社区")
    answer = browser(many.clerk).post("/desk/new/", form)
    assert answer.status_code == 422
    assert "写的是「枫林社区」" in answer.content.decode()


def test_a_team_is_found_by_its_sound(many: World) -> None:
    for n in range(14):
        make.team(many.station, f"第{n}队")
    clerk = browser(many.clerk)
    found = clerk.get("/desk/find/teams", {"team_words": "dsxfd"}).content.decode()
    assert many.team.name in found
    form = {
        "title": "入户",
        "place_words": "枫林社区",
        "team_words": "东山先锋",
        "from_on": "2026-03-05",
        "until_on": "2026-03-20",
        "households": "3幢202",
    }
    assert clerk.post("/desk/visits/new", form).status_code == 303
    assert VisitPlan.objects.get().team == many.team


def test_the_list_narrows_to_a_place_by_its_sound(many: World) -> None:
    many.request("厨房水管漏水")
    many.request("灯坏了", place=Place.objects.get(name="枫林社区"))
    page = browser(many.clerk).get("/desk/q/placed/?place=flsq").content.decode()
    assert page.count("data-row=") == 1
    assert "灯坏了" in page
