"""原话: an auditor sees how an order went; a resident's own words only by an act that is recorded."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from diandan.flow.answers import say
from diandan.ground.people.models import Reading
from diandan.path.grade.models import Rating
from tests import factories as make
from tests.web.desk_world import World, browser

pytestmark = pytest.mark.django_db
SECRET = "楼上邻居半夜砸门"


@pytest.fixture
def world(still_clock: Any, at: datetime, settings: Any) -> World:
    return World(at, settings)


def test_no_page_shows_an_auditor_the_words(world: World) -> None:
    row, taken = world.request(SECRET), world.taken(SECRET)
    say(row.id, text=SECRET, by=make.actor(row.requester), at=world.at)
    Rating.objects.create(
        request=row, role="resident", score=2, text=SECRET, by=row.requester, at=world.at
    )
    job = world.job(taken)
    auditor = browser(world.auditor)
    for address in (
        "/desk/",
        "/desk/q/latest/",
        "/desk/q/placed/",
        "/desk/q/placed/table",
        "/desk/q/placed/export.csv",
        "/desk/q/dispatch/",
        "/desk/q/dispatch/table",
        f"/desk/requests/{row.id}/",
        f"/desk/requests/{taken.id}/",
        f"/desk/jobs/{job.id}/",
        f"/desk/jobs/{job.id}/paper",
        "/desk/merge/",
        f"/desk/merge/?kind={world.kind.id}&at={world.station.id}",
    ):
        page = auditor.get(address)
        assert page.status_code == 200, address
        assert "砸门" not in page.content.decode(), address
    page = auditor.get(f"/desk/requests/{row.id}/").content.decode()
    for told in (row.number, "已收到", "张**", "水电维修", "查看原话"):
        assert told in page
    assert not Reading.objects.filter(reader_id=world.auditor.id).exists()


def test_searching_is_no_way_round(world: World) -> None:
    row = world.request(SECRET)
    auditor = browser(world.auditor)
    for text, n in (("砸门", 0), (row.number, 1)):
        page = auditor.get("/desk/q/placed/", {"text": text}).content.decode()
        assert page.count("data-row=") == n, text
    assert browser(world.clerk).get("/desk/q/placed/?text=砸门").content.decode().count(row.number)
    field = 'placeholder="%s" data-search'
    assert field % "单号" in auditor.get("/desk/q/placed/").content.decode()
    assert (
        field % "单号、标题、原话" in browser(world.clerk).get("/desk/q/placed/").content.decode()
    )


def test_opening_them_is_an_act_and_leaves_a_reading(world: World) -> None:
    row = world.request(SECRET)
    auditor = browser(world.auditor)
    assert auditor.get(f"/desk/requests/{row.id}/words").status_code == 405
    page = auditor.post(f"/desk/requests/{row.id}/words").content.decode()
    assert SECRET in page
    assert "已记录您查看了原话" in page
    reading = Reading.objects.get(reader_id=world.auditor.id)
    assert (reading.person_id, reading.field, reading.why) == (row.requester_id, "words", "audit")
    assert reading.request_id == row.id
    assert SECRET not in auditor.get(f"/desk/requests/{row.id}/").content.decode()
    told = browser(row.requester).get("/me/privacy").content.decode()
    assert "原话" in told


def test_those_who_work_on_it_read_it_as_before(world: World) -> None:
    row = world.request(SECRET)
    page = browser(world.clerk).get(f"/desk/requests/{row.id}/").content.decode()
    assert SECRET in page
    assert "查看原话" not in page
    far = browser(world.far)
    assert far.post(f"/desk/requests/{row.id}/words").status_code == 404
    assert not Reading.objects.exists()
