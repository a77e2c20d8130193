"""跟单 and the resident's lists: what she sees, what she can do, what others may not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from diandan.flow.answers import say
from diandan.flow.conductor import do_request
from diandan.ground.people.models import Consent
from diandan.path.ask.actions.standing import StandingWish, arrange_standing
from diandan.path.ask.models import Standing
from diandan.path.grade.models import FollowUp, Rating
from diandan.web.shared.timeline import Viewer, request_timeline
from diandan.web.shared.words import for_request, say_when
from tests import factories as make
from tests.web.resident_world import AT, World, text_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(still_clock: Any, settings: Any) -> World:
    settings.DIANDAN_PLACE = "jiangning"
    return World()


def test_every_state_says_who_and_by_when(world: World) -> None:
    row = world.place()
    state = for_request(row, AT)
    assert (state.word, state.who) == ("已收到", "江宁新时代文明实践中心")
    assert state.by is not None
    assert "前答复" in state.by.words
    world.offered(row)
    row.refresh_from_db()
    state = for_request(row, AT)
    assert state.word == "已派给先锋志愿服务队,等对方确认"
    assert state.by is not None
    assert "前确认" in state.by.words
    late = for_request(row, AT + timedelta(days=30))
    assert late.by is not None
    assert late.by.late
    other = world.place("再来一次")
    world.coming(other)
    other.refresh_from_db()
    assert for_request(other, AT).word == "志愿者在路上"


def test_when_is_said_as_people_say_it() -> None:
    assert say_when(AT, AT) == "今天12点"
    assert say_when(AT + timedelta(days=1, minutes=30), AT) == "明天12点30分"
    assert say_when(AT + timedelta(days=9), AT) == "3月14日12点"
    assert say_when(AT + timedelta(days=400), AT) == "2027年4月9日12点"


def test_the_timeline_shows_each_viewer_her_part(world: World) -> None:
    row = world.served(world.place())

    def titles(viewer: Viewer, **more: Any) -> list[str]:
        rows = request_timeline(row, viewer=viewer, at=AT, **more)
        return [one.title for one in rows if one.at]

    hers = titles(Viewer.REQUESTER)
    assert hers[0] == "您点了单"
    assert "先锋志愿服务队接单" in hers
    assert "志愿者到场" in hers
    assert "制单" not in hers
    team = titles(Viewer.VOLUNTEER, teams=frozenset({world.team.id}))
    assert "已受理,正在安排" not in team
    assert "制单" in titles(Viewer.STAFF)
    names = [one.who for one in request_timeline(row, viewer=Viewer.REQUESTER, at=AT)]
    assert any("赵**" in who for who in names)  # never the whole name


def test_she_follows_by_account_and_by_slip(world: World) -> None:
    row = world.place()
    task = world.coming(row)
    assert task
    for client, address in (
        (world.browser(), f"/requests/{row.id}"),
        (Client(), f"/r/{row.follow_key}"),
    ):
        page = client.get(address)
        said = text_of(page)
        assert "志愿者在路上" in said
        assert row.serve_code in said
        slip = client.get(f"{address}/slip")
        assert row.number in text_of(slip)
        assert "<svg" in slip.content.decode()
    assert Client().get(f"/requests/{row.id}").status_code == 302
    stranger = make.person("路人")
    from diandan.ground.people.actions.register import sign_in_person

    sign_in_person(person=stranger, at=AT)
    assert world.browser(stranger).get(f"/requests/{row.id}").status_code == 404
    assert Client().get("/r/0000").status_code == 404


def test_a_private_matter_needs_her_account(world: World) -> None:
    row = world.place("楼上吵架", kind=world.mediation)
    page = Client().get(f"/r/{row.follow_key}")
    assert page.status_code == 302
    assert "吵架" not in page.content.decode()
    assert "吵架" in text_of(world.browser().get(f"/r/{row.follow_key}"))
    assert "吵架" not in text_of(Client().get("/unmet"))


def test_say_change_the_kind_and_withdraw(world: World) -> None:
    client, row = world.browser(), world.place()
    base = f"/requests/{row.id}"
    assert client.post(base, {"verb": "say", "text": "下午在家"}).status_code == 303
    assert "下午在家" in text_of(client.get(base))
    assert client.post(base, {"verb": "say", "text": " "}).status_code == 422
    assert client.post(base, {"verb": "rekind", "kind": "haircut"}).status_code == 303
    row.refresh_from_db()
    assert (row.kind, row.words) == (world.haircut, "厨房水管漏水")
    private = client.post(base, {"verb": "rekind", "kind": "mediation"})
    assert private.status_code == 422
    assert client.post(base, {"verb": "rekind", "kind": "none"}).status_code == 404
    assert client.post(base, {"verb": "withdraw"}).status_code == 303
    row.refresh_from_db()
    assert row.state == "withdrawn"
    assert client.post(base, {"verb": "withdraw", "form_key": "w"}).status_code == 409
    assert client.post(base, {"verb": "fly"}).status_code == 404
    assert row.title in text_of(client.get("/requests?old=1"))


def test_what_came_back_is_filled_up_by_slip(world: World) -> None:
    row = world.place()
    do_request(row.id, "return_order", by=world.dispatcher, at=AT, reason="请写明几楼")
    base = f"/r/{row.follow_key}"
    client = Client()
    assert "请写明几楼" in text_of(client.get(base))
    assert client.post(base, {"verb": "resubmit", "text": "三楼"}).status_code == 303
    row.refresh_from_db()
    assert row.state == "placed"
    assert row.said.get().text == "三楼"


def test_rating_has_five_levels_and_no_default(world: World) -> None:
    row = world.served(world.place())
    client, base = world.browser(), f"/requests/{row.id}"
    page = client.get(base)
    assert text_of(page).count("非常不满意") == 1
    assert 'name="score" value="5" checked' not in page.content.decode()
    assert client.post(base, {"verb": "rate", "text": "好"}).status_code == 422
    for _turn in range(2):
        page = client.post(base, {"verb": "rate", "score": "2", "text": "", "form_key": "r"})
        assert page.status_code == 303
    assert Rating.objects.get().score == 2
    assert FollowUp.objects.count() == 1  # a bad word is followed up
    assert "不满意" in text_of(client.get(base))


def test_dispute_and_reopen(world: World) -> None:
    row = world.served(world.place())
    client, base = world.browser(), f"/requests/{row.id}"
    assert client.post(base, {"verb": "dispute", "text": ""}).status_code == 422
    assert client.post(base, {"verb": "dispute", "text": "还在漏"}).status_code == 303
    row.refresh_from_db()
    assert row.state == "disputed"
    assert "正在回头办" in text_of(client.get(base))
    assert client.post(base, {"verb": "reopen", "text": "再来一次"}).status_code == 303
    row.refresh_from_db()
    assert (row.state, row.reopened) == ("placed", 1)


def test_the_house_answers_without_a_name(world: World) -> None:
    row = world.place()
    say(row.id, text="明天上午来", by=world.dispatcher, at=AT)
    said = text_of(world.browser().get(f"/requests/{row.id}"))
    assert "明天上午来" in said
    assert "工作人员" in said
    assert "李主任" not in said


def test_unmet_needs_are_shown_without_persons(world: World) -> None:
    row = world.place("想学拉二胡,我是张秀英", kind=world.other)
    assert "现在没有办不了的需求" in text_of(Client().get("/unmet"))
    do_request(row.id, "take_up", by=world.dispatcher, at=AT)
    do_request(row.id, "mark_unmet", by=world.dispatcher, at=AT)
    said = text_of(Client().get("/unmet"))
    assert "1 件需求" in said
    assert "其他" in said
    assert "二胡" not in said
    assert "张" not in said


def test_a_standing_order_is_ended_by_one_press(world: World) -> None:
    consent = make.consent(world.resident, Consent.About.STANDING_ORDER)
    wish = StandingWish(
        kind=world.haircut,
        place=world.station,
        words="每周来看看",
        rhythm=Standing.Rhythm.WEEKLY,
        from_on=AT.date() + timedelta(days=2),
    )
    row = arrange_standing(person=world.resident, wish=wish, consent=consent, by=world.me, at=AT)
    client = world.browser()
    assert "每周来看看" in text_of(client.get("/standing"))
    assert client.post("/standing", {"standing": "x"}).status_code == 404
    assert client.post("/standing", {"standing": row.id}).status_code == 303
    row.refresh_from_db()
    assert row.ended_at == AT
    assert "没有定期服务" in text_of(client.get("/standing"))


def test_messages_are_read(world: World) -> None:
    from diandan.flow.worker import run_once

    world.place()
    run_once(AT)
    client = world.browser()
    assert "都看过了" in text_of(client.get("/messages"))
    client.post("/messages")
    assert "都看过了" not in text_of(client.get("/messages"))


@pytest.mark.parametrize("address", ["/", "/requests", "/menu", "/unmet"])
def test_a_list_costs_the_same_with_one_row_and_with_three(world: World, address: str) -> None:
    def fill(n: int) -> None:
        for number in range(n):
            make.item(
                world.station,
                world.haircut,
                f"义剪{number}",
                joinable=True,
                starts_at=AT + timedelta(days=1),
                seats=9,
            )
            world.offered(world.place(f"水管{number}"))
            lost = world.place(f"二胡{number}", kind=world.other)
            do_request(lost.id, "take_up", by=world.dispatcher, at=AT)
            do_request(lost.id, "mark_unmet", by=world.dispatcher, at=AT)

    client = world.browser()
    fill(1)
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    fill(2)
    with CaptureQueriesContext(connection) as three:
        client.get(address)
    assert len(three) == len(one), [q["sql"][:120] for q in three.captured_queries]
    assert len(one) <= 25


def test_one_orders_page_costs_the_same_with_more_facts(world: World) -> None:
    row = world.place()
    client, base = world.browser(), f"/requests/{row.id}"
    world.offered(row)
    with CaptureQueriesContext(connection) as short:
        client.get(base)
    for number in range(3):
        say(row.id, text=f"补充{number}", by=world.me, at=AT)
    with CaptureQueriesContext(connection) as long:
        client.get(base)
    assert len(long) == len(short)


def test_pages_are_light(world: World) -> None:
    from django.contrib.staticfiles.finders import find

    client = world.browser()
    for address in ("/", "/order?kind=haircut", "/menu", f"/requests/{world.place().id}"):
        body = client.get(address).content
        files = ("base.css", "resident.css", "elder.css", "app.js", "ask.js", "mark.svg")
        paths = [find(f"diandan/{name}") for name in files] + [find("vendor/icons.svg")]
        weight = len(body) + sum(Path(str(path)).stat().st_size for path in paths)
        assert weight < 120_000, (address, weight)


def test_in_english_and_elder_mode(world: World) -> None:
    client = world.browser()
    client.cookies["elder"] = "1"
    page = client.get("/")
    assert 'class="elder"' in page.content.decode()
    assert client.get("/", headers={"accept-language": "en"}).status_code == 200
