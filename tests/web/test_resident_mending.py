"""Who mends it and by when, who is answerable before a team says yes, and how to come back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from diandan.flow import answers
from diandan.flow.conductor import do_job, do_request
from diandan.flow.desk_acts import settle_follow_up
from diandan.flow.worker import run_once
from diandan.ground.people.models import Role
from diandan.path.bundle.queries import job_of
from diandan.path.grade.models import FollowUp
from diandan.web.accounts import sign_in
from diandan.web.shared.words import for_request
from tests import factories as make
from tests.web.resident_world import AT, World, text_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(still_clock: Any, settings: Any) -> World:
    settings.DIANDAN_PLACE = "jiangning"
    return World()


def test_one_star_is_told_who_follows_up_and_by_when(world: World) -> None:
    row = world.served(world.place())
    _person, clerk = make.staff(Role.CENTER_STAFF, world.centre)
    client, base = world.browser(), f"/requests/{row.id}"
    assert client.post(base, {"verb": "rate", "score": "1"}).status_code == 303
    said = text_of(client.get(base))
    assert "对不起没让您满意。" in said
    assert "正在跟进" in said
    assert "前给您答复" in said
    assert "有专人跟进" in said
    assert "已评价,有专人跟进" in said
    assert "已评价,谢谢您" not in said
    do_request(row.id, "reopen", by=world.me, at=AT, reason="还漏")
    assert "对不起没让您满意。" in text_of(client.get(base))
    owed = FollowUp.objects.get(request=row)
    settle_follow_up(owed.id, text="换了新管子", by=clerk, at=AT)
    said = text_of(client.get(base))
    assert "对不起没让您满意。" not in said
    assert "跟进的答复:换了新管子" in said
    assert "跟进办结" in said


def test_until_a_team_says_yes_the_house_is_answerable(world: World) -> None:
    row = world.place()
    second, _leader_row, _leader = make.team(world.centre, "红马甲队")
    do_request(row.id, "take_up", by=world.dispatcher, at=AT)
    run_once(AT)
    job = job_of(row)
    assert job is not None
    teams = [world.team.id, second.id]
    do_job(job.id, "offer", by=world.dispatcher, at=AT, team_ids=teams)
    row.refresh_from_db()
    state = for_request(row, AT)
    assert "等哪一队先确认" in state.duty
    assert "负责催办" in state.duty
    said = text_of(world.browser().get(f"/requests/{row.id}"))
    assert "现在由" not in said


def test_after_yes_nothing_is_owed_but_the_deed(world: World) -> None:
    row = world.place()
    answers.accept_offer(world.offered(row).id, by=world.leader, at=AT)
    row.refresh_from_db()
    state = for_request(row, AT)
    assert state.word == "先锋志愿服务队已接单"
    assert state.by is None or "答复" not in state.by.words


def test_a_phone_just_proven_signs_in_by_one_press(
    world: World, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.DEMO = True
    sent: list[str] = []
    monkeypatch.setattr(sign_in, "send_code", lambda _phone, code, *_: sent.append(code))
    client = Client()
    given = world.form(name="王桂兰", phone="13900000002", notice="on")
    client.post("/order", given)
    placed = client.post("/order", {**given, "code": sent[-1], "code_sent": "1"})
    assert placed.status_code == 303
    done = client.get(placed["Location"])
    assert "用这个手机号登录" in text_of(done)
    assert "用这个手机号登录" not in text_of(Client().get(placed["Location"]))
    key = placed["Location"].split("/")[2]
    press = {"step": "proven", "key": key, "next": "/requests"}
    assert Client().post("/me/sign-in", press).status_code == 200  # no proof, no entry
    assert client.get("/requests").status_code == 302
    entered = client.post("/me/sign-in", press)
    assert (entered.status_code, entered["Location"]) == (302, "/requests")
    assert client.get("/requests").status_code == 200


def test_a_sign_in_says_why_it_is_asked_and_what_else_there_is(world: World) -> None:
    assert world
    said = text_of(Client().get("/requests", follow=True))
    assert "只给您本人看" in said
    assert "短信里的链接" in said
    said = text_of(Client().get("/family", follow=True))
    assert "替家人点单要记下" in said
    assert "替自己点单" in said
