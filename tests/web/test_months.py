"""推演: a month lived through again: asked for on the desk, worked out beside it, read as curves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from diandan.engine.whatif.__main__ import answer
from diandan.flow.months import go_on
from diandan.ground.people.actions import tokens
from diandan.ground.people.actor import SYSTEM
from diandan.ground.people.models import Role
from diandan.path.bundle.states import JobState
from diandan.path.dispatch.models import MonthTrial, Offer
from tests import factories as make
from tests.web.desk_world import World, browser, key_in

pytestmark = pytest.mark.django_db
HERE = "/desk/dispatch/months/"


@pytest.fixture
def world(settings: Any, still_clock: Any) -> World:
    settings.DEMO = True
    made = World(still_clock.at, settings)
    for place in (made.station, made.centre):
        place.lat, place.lon = 31.95, 118.84
        place.save()
    return made


@pytest.fixture
def desk(world: World) -> Client:
    return browser(make.staff(Role.DISPATCHER, world.centre, "调度员")[0])


def in_this_process(question: dict[str, Any], is_wanted: Callable[[], bool]) -> dict[str, Any]:
    """What the process of its own would say."""
    assert is_wanted()
    return answer(question)


def some_jobs(world: World, count: int = 6) -> None:
    kind = make.kind(world.centre, "cut")
    team = make.team(world.station)[0]
    make.team(world.station)
    for n in range(count):
        at = world.at - timedelta(days=n + 2)
        job = make.job(world.centre, world.station, kind, made_at=at, state=JobState.SERVED)
        make.offer(job, team, state=Offer.State.ACCEPTED, offered_at=at)


def form(world: World, **other: Any) -> dict[str, Any]:
    day = world.at.date()
    usual = {
        "since": str(day - timedelta(days=20)),
        "until": str(day),
        "seeds": "2",
        "policies": ["by_hand", "ours", "oracle"],
    }
    return usual | other


def test_a_month_is_asked_for_worked_out_and_read(world: World, desk: Client) -> None:
    some_jobs(world)
    page = desk.get(HERE)
    assert "还没有做过推演" in page.content.decode()
    asked = desk.post(HERE, form(world, form_key=key_in(page)))
    row = MonthTrial.objects.get()
    assert asked.headers["Location"] == f"{HERE}{row.id}/"
    assert "排队等着算" in desk.get(asked.headers["Location"]).content.decode()
    assert go_on(world.at, in_this_process) == 1
    fresh = desk.get(f"{HERE}{row.id}/fresh", headers={"HX-Request": "true"}).content.decode()
    assert "算好 1 份,共 6 份" in fresh
    assert "hx-trigger" in fresh
    while go_on(world.at, in_this_process):
        pass
    row.refresh_from_db()
    assert (row.state, row.lines) == (MonthTrial.State.DONE, [])
    assert row.result["counts"]["requests"] == 6
    assert set(row.result["means"]) == {"by_hand", "ours", "oracle"}
    said = desk.get(f"{HERE}{row.id}/").content.decode()
    assert "hx-trigger" not in said.split('id="found"', 1)[1].split(">", 1)[0]
    assert said.count("<polyline") == 9
    assert "6 张服务单" in said
    csv = desk.get(f"{HERE}{row.id}/export.csv").content.decode()
    assert csv.count("按承诺服务") == 6
    assert "每单问了几家" in csv


def test_the_same_month_twice_gives_the_same_figures(world: World, desk: Client) -> None:
    some_jobs(world)
    found = []
    for _time in range(2):
        desk.post(HERE, form(world, policies=["ours"], seeds="1", form_key=key_in(desk.get(HERE))))
        while go_on(world.at, in_this_process):
            pass
        found.append(MonthTrial.objects.latest("asked_at", "id").result["rows"])
    assert found[0] == found[1]


def test_what_was_cut_short_goes_on_with_the_slice_that_was_lost(
    world: World, desk: Client
) -> None:
    some_jobs(world)
    desk.post(HERE, form(world, seeds="1", form_key=key_in(desk.get(HERE))))
    go_on(world.at, in_this_process)
    assert go_on(world.at, lambda _question, _is_wanted: None) == 0
    row = MonthTrial.objects.get()
    assert [policy for policy, _seed in row.result["left"]] == ["ours", "oracle"]


def test_it_can_be_stopped_and_keeps_what_it_has(world: World, desk: Client) -> None:
    some_jobs(world)
    page = desk.post(HERE, form(world, form_key=key_in(desk.get(HERE))), follow=True)
    row = MonthTrial.objects.get()
    go_on(world.at, in_this_process)
    said = desk.post(f"{HERE}{row.id}/stop", {"form_key": key_in(page)}, follow=True)
    assert "已停下" in said.content.decode()
    assert "电话派单" in said.content.decode()
    assert go_on(world.at, in_this_process) == 0


def test_a_slice_that_comes_after_the_stop_is_thrown_away(world: World, desk: Client) -> None:
    some_jobs(world)
    desk.post(HERE, form(world, form_key=key_in(desk.get(HERE))))

    def stopped_meanwhile(question: dict[str, Any], _is_wanted: Any) -> dict[str, Any]:
        MonthTrial.objects.update(state=MonthTrial.State.STOPPED)
        return answer(question)

    go_on(world.at, stopped_meanwhile)
    assert MonthTrial.objects.get().result["rows"] == {}


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"policies": []}, "至少选一种"),
        ({"policies": ["oracle"]}, "至少选一种"),
        ({"policies": ["ours", "magic"]}, "至少选一种"),
        ({"seeds": "99"}, "1 到 10 遍"),
        ({"since": "昨天"}, "请选日期"),
        ({"since": "2020-01-01"}, "92 天"),
        ({"since": "2026-03-05", "until": "2026-03-01"}, "之前"),
        ({"until": "2027-01-01"}, "已经过去"),
    ],
)
def test_what_cannot_be_tried_is_said_and_what_was_typed_stays(
    world: World, desk: Client, other: dict[str, Any], why: str
) -> None:
    some_jobs(world, 1)
    page = desk.post(HERE, form(world, form_key=key_in(desk.get(HERE)), **other))
    said = page.content.decode()
    assert why in said
    assert not MonthTrial.objects.exists()
    if "seeds" in other:
        assert 'value="99"' in said


def test_one_at_a_time_and_only_by_whom_it_concerns(world: World, desk: Client) -> None:
    some_jobs(world, 1)
    desk.post(HERE, form(world, form_key=key_in(desk.get(HERE))))
    again = desk.post(HERE, form(world, form_key=key_in(desk.get(HERE))))
    assert again.status_code == 409
    assert "停下" in again.content.decode()
    station = browser(make.staff(Role.STATION_STAFF, world.station, "站员")[0])
    page = station.get(HERE)
    assert "开始推演" not in page.content.decode()
    assert station.get(f"{HERE}{MonthTrial.objects.get().id}/").status_code == 200
    assert station.post(HERE, form(world, form_key="x")).status_code == 403


def test_a_month_without_a_place_on_the_map_says_why(world: World, desk: Client) -> None:
    kind = make.kind(world.centre, "cut")
    there = make.place("无坐标站", world.station.kind, world.centre)
    make.job(world.centre, there, kind, made_at=world.at - timedelta(days=1))
    desk.post(HERE, form(world, form_key=key_in(desk.get(HERE))))
    assert go_on(world.at, in_this_process) == 0
    row = MonthTrial.objects.get()
    assert row.state == MonthTrial.State.FAILED
    assert "没有可推演的单子" in desk.get(f"{HERE}{row.id}/").content.decode()


def test_a_program_asks_and_reads_the_same(world: World) -> None:
    some_jobs(world)
    clerk = make.staff(Role.DISPATCHER, world.centre, "调度员")[0]
    _row, key = tokens.make(owner=clerk, name="脚本", scopes=["dispatch"], at=world.at, by=SYSTEM)
    client, told = Client(), {"Authorization": f"Bearer {key}"}
    body = {
        "since": (world.at - timedelta(days=20)).isoformat(),
        "until": world.at.isoformat(),
        "policies": ["ours"],
        "seeds": 1,
    }
    there = "/api/v1/what-if/months"
    asked = client.post(
        there, body, content_type="application/json", headers={**told, "Idempotency-Key": "a"}
    )
    assert asked.status_code == 200, asked.content
    while go_on(world.at, in_this_process):
        pass
    found = client.get(f"{there}/{asked.json()['id']}", headers=told).json()
    assert (found["state"], found["left"]) == ("done", 0)
    assert found["rows"]["1"]["ours"]["requests"] == 6
    assert [one["id"] for one in client.get(there, headers=told).json()] == [found["id"]]
    over = client.post(
        f"{there}/{found['id']}/stop",
        {},
        content_type="application/json",
        headers={**told, "Idempotency-Key": "b"},
    )
    assert over.status_code == 409
