"""地址分步: before acceptance roughly where, then the street, at the door the door, then nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from diandan.flow.conductor import do_job
from diandan.ground.people.actor import SYSTEM
from diandan.ground.people.models import Person, Reading
from diandan.path.bundle.models import Job
from diandan.path.dispatch.models import Offer
from diandan.path.fulfil.core import street_only, without_private
from tests.web.volunteer_world import (
    DOOR,
    STREET,
    World,
    client,
    serve_code,
    task_of,
    text,
)

pytestmark = pytest.mark.django_db
SECRETS = ("欧阳", "3幢", "7042", "13812345678", "1381234")


@pytest.fixture
def world(still_clock: Any, settings: Any, at: Any) -> World:
    world = World(at, settings)
    for n, person in enumerate((world.leader, world.mate, world.other_leader)):
        person.calendar_key = f"secret-{n}"
        person.save()
    return world


def seen(person: Person, offer: Offer) -> str:
    """Everything her pages and her feed say, together."""
    browser = client(person)
    paths = [
        *("/v/", "/v/offers", "/v/tasks", "/v/calendar", "/v/history", "/v/check-in"),
        *(f"/v/offers/{offer.id}", f"/v/offers/{offer.id}/decline", f"/v/jobs/{offer.job_id}"),
        *(f"/v/tasks/{t.id}" for t in person.tasks.all()),
    ]
    pages = [text(browser.get(path)) for path in paths]
    feed = Client().get(f"/v/calendar/{person.calendar_key}.ics").content.decode()
    return "\n".join([*pages, feed.replace("\r\n ", "")])


def leaks(whole: str, *more: str) -> list[str]:
    """The secrets said on a page. Ids and tokens may hold any digits by chance."""
    said = re.sub(r"[0-9A-Za-z_-]{20,}", "", whole)
    return [s for s in (*SECRETS, *more) if s in said]


@pytest.mark.parametrize("is_open", [False, True])
def test_an_offer_says_roughly_where_and_nothing_of_whom(world: World, is_open: bool) -> None:
    offer = world.offer(is_open=is_open)
    assert str(offer.id) in seen(world.leader, offer)
    for person in (world.leader, world.mate, world.other_leader):
        assert leaks(seen(person, offer), STREET, "灯坏了") == []


def test_the_address_opens_step_by_step_and_closes_again(world: World) -> None:
    offer = world.offer()
    leader, mate = client(world.leader), client(world.mate)
    leader.post(f"/v/offers/{offer.id}/accept")
    job = Job.objects.get(id=offer.job_id)
    whole = seen(world.leader, offer)
    assert STREET in whole
    assert "灯坏了" in whole
    assert leaks(whole) == []
    assert leaks(seen(world.other_leader, offer), STREET, "灯坏了") == []

    leader.post(f"/v/jobs/{job.id}/allocate", {"people": world.mate.id})
    task = task_of(world.mate)
    assert leaks(seen(world.mate, offer), STREET, "灯坏了") == []  # asked, not yet yes
    mate.post(f"/v/tasks/{task.id}/step", {"step": "confirm"})
    whole = seen(world.mate, offer)
    assert STREET in whole
    assert leaks(whole) == []
    assert not Reading.objects.filter(field="door").exists()

    mate.post(f"/v/tasks/{task.id}/step", {"step": "check_in", "code": serve_code(job)})
    page = mate.get(f"/v/tasks/{task.id}")
    assert DOOR in text(page)
    assert "欧阳秀英" in text(page)
    assert page["Cache-Control"] == "no-store"
    assert leaks(seen(world.leader, offer)) == []  # the leader is not at the door
    assert Reading.objects.filter(
        person=world.resident, reader_id=world.mate.id, field="door"
    ).exists()
    assert DOOR not in Client().get("/v/calendar/secret-1.ics").content.decode()

    mate.post(f"/v/tasks/{task.id}/step", {"step": "check_out"})
    for closed in (False, True):
        if closed:
            do_job(job.id, "close", by=SYSTEM, at=world.at)
        for person in (world.leader, world.mate, world.other_leader):
            assert leaks(seen(person, offer), STREET, "灯坏了") == []


def test_whoever_drops_out_sees_nothing_any_more(world: World) -> None:
    offer = world.offer()
    leader, mate = client(world.leader), client(world.mate)
    leader.post(f"/v/offers/{offer.id}/accept")
    leader.post(f"/v/jobs/{offer.job_id}/allocate", {"people": world.mate.id})
    task = task_of(world.mate)
    mate.post(f"/v/tasks/{task.id}/step", {"step": "confirm"})
    mate.post(f"/v/tasks/{task.id}/step", {"step": "cannot_come"})
    assert leaks(seen(world.mate, offer), STREET, "灯坏了") == []
    leader.post(f"/v/jobs/{offer.job_id}/give-up", {"reason": "人手不够"})
    assert leaks(seen(world.leader, offer), STREET, "灯坏了") == []


def test_the_feed_is_a_calendar_of_visits_by_secret_address(world: World) -> None:
    offer = world.offer()
    client(world.leader).post(f"/v/offers/{offer.id}/accept")
    client(world.leader).post(f"/v/jobs/{offer.job_id}/allocate", {"people": world.leader.id})
    reply = Client().get("/v/calendar/secret-0.ics")
    assert reply["Content-Type"].startswith("text/calendar")
    event = Calendar.from_ical(reply.content).walk("VEVENT")[0]
    assert event["summary"] == "水电维修"
    assert event["location"] == f"上元社区 {STREET}"
    assert event["dtstart"].dt == world.at + timedelta(hours=3)
    assert Client().get("/v/calendar/secret-9.ics").status_code == 404
    assert Client().get("/v/calendar/.ics").status_code == 404
    client(world.leader).post("/v/calendar")
    assert Client().get("/v/calendar/secret-0.ics").status_code == 404


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("住3幢202室,灯坏了", "灯坏了"),
        ("三号楼二单元501,换锁", "换锁"),
        ("12-3-402 水管漏水", "水管漏水"),
        ("打 138 1234 5678 或025-52281234找我", "找我"),
        ("张奶奶要理发", "奶奶要理发"),
    ],
)
def test_words_are_cleared_of_doors_phones_and_names(said: str, kept: str) -> None:
    cleared = without_private(said, name="张秀英", door="", phone="")
    assert kept in cleared
    for secret in ("202", "501", "402", "1234", "张"):
        assert secret not in cleared


def test_plain_words_stay_as_they_were() -> None:
    said = "楼道灯坏了,想请2位师傅下午3点来,要换10个灯泡"
    assert without_private(said, name="王芳") == said
    assert street_only("金盛路88号 3幢202室", "3幢202室") == "金盛路88号"
    assert street_only("金盛路88号翠屏苑12幢1单元303", "") == "金盛路88号翠屏苑"
