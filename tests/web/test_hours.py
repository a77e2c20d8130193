"""Hours on the phone and on the desk: seen whole, objected to, confirmed, put right, shared."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from diandan.ground.people import vault
from diandan.ground.people.models import FamilyMember, Person, Role
from diandan.path.engage.models import Task
from diandan.path.ledger.actions.earn import earn
from diandan.path.ledger.actions.join import pool_points
from diandan.path.ledger.actions.notice import post_due
from diandan.path.ledger.models import (
    Confirmation,
    Declaration,
    Objection,
    RuleChoice,
    Transfer,
)
from tests import factories as make
from tests.path.ledger_world import Visit
from tests.story.adversary_world import Fraud
from tests.web.street_world import browser
from tests.web.volunteer_world import client, text

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture
def visit(at: datetime, still_clock: Any, settings: Any) -> Visit:
    world = Visit(at)
    world.centre.slug = "jiangning"
    world.centre.save(update_fields=["slug"])
    settings.DIANDAN_PLACE = "jiangning"
    return world


def desk(visit: Visit) -> Client:
    return browser(visit.officer)


def test_my_hours_are_empty_then_two_totals_that_are_never_one(visit: Visit) -> None:
    mine = client(visit.member)
    assert "还没有时长" in text(mine.get("/v/hours"))
    visit.rate()
    earn(visit.task.id, at=visit.at)
    earn(visit.another(out="").id, at=visit.at)
    page = text(mine.get("/v/hours"))
    assert page.count("另有 1小时 未入账") == 2
    assert "公示中" in page
    assert "等第二个人核对" in page


def test_a_session_shows_its_proofs_its_arithmetic_and_both_buttons(visit: Visit) -> None:
    visit.rate()
    earn(visit.task.id, at=visit.at)
    page = text(client(visit.member).get(f"/v/hours/{visit.task.id}"))
    for said in (
        "服务对象的码",
        "到场 60 分钟",
        "每小时 10 分 × 60 分钟 = 10 分",
        "提异议",
        "这不是我",
    ):
        assert said in page, said
    assert client(visit.leader).get(f"/v/hours/{visit.task.id}").status_code == 404


def test_not_me_freezes_the_hour_and_asks_whose_the_account_is(visit: Visit) -> None:
    visit.rate()
    earn(visit.task.id, at=visit.at)
    mine = client(visit.member)
    page = mine.post(f"/v/hours/{visit.task.id}/object", {"kind": "not_me"}, follow=True)
    assert "这个账号是您本人的吗" in text(page)
    assert Objection.objects.get().kind == "not_me"
    assert post_due(at=visit.at + WEEK) == 0
    assert "这不是我" in text(desk(visit).get("/desk/hours/"))


def test_the_export_is_everything_of_hers(visit: Visit) -> None:
    earn(visit.task.id, at=visit.at)
    mine = client(visit.member)
    rows = json.loads(mine.get("/v/hours/export.json").content)["hours"]
    assert (rows[0]["minutes"], rows[0]["points"]) == (60, 10)
    assert "到场 60 分钟" in text(mine.get("/v/hours/export.csv"))


def test_the_board_masks_names_and_takes_objections_of_who_is_signed_in(visit: Visit) -> None:
    assert "现在没有在公示的时长" in text(Client().get("/v/hours/board"))
    row = earn(visit.task.id, at=visit.at)[0]
    page = text(Client().get("/v/hours/board"))
    assert "王*" in page
    assert "王强" not in page
    assert 'name="transfer"' not in page
    asked = {"transfer": row.id, "kind": "did_not_come", "text": "没见到人"}
    assert Client().post("/v/hours/board", asked).status_code == 302
    assert not Objection.objects.exists()
    neighbour = client(make.person("邻居"))
    bad = neighbour.post("/v/hours/board", {**asked, "kind": ""})
    assert "没见到人" in text(bad)
    neighbour.post("/v/hours/board", asked)
    assert Objection.objects.get().text == "没见到人"


def test_an_officer_settles_an_objection_with_her_reason(visit: Visit) -> None:
    visit.rate()
    earn(visit.task.id, at=visit.at)
    client(visit.member).post(f"/v/hours/{visit.task.id}/object", {"kind": "wrong"})
    said = Objection.objects.get()
    clerk = desk(visit)
    asked = {"reason": "看过签到", "verdict": ""}
    assert "请选择异议是否成立" in text(clerk.post(f"/desk/hours/objections/{said.id}", asked))
    clerk.post(f"/desk/hours/objections/{said.id}", {**asked, "verdict": "dismissed"})
    said.refresh_from_db()
    assert (said.is_upheld, said.settlement) == (False, "看过签到")


def test_a_second_person_confirms_and_an_error_is_put_right(visit: Visit) -> None:
    task = visit.another(out="")
    earn(task.id, at=visit.at)
    clerk = desk(visit)
    assert "核对属实" in text(clerk.get("/desk/hours/"))
    clerk.post(f"/desk/hours/{task.id}/stand-for")
    assert Confirmation.objects.get().by_id == visit.officer.id
    post_due(at=visit.at + WEEK)
    row = Transfer.objects.get(phase="posting", ledger="minutes")
    wrong = clerk.post(f"/desk/hours/{row.id}/correct", {"minutes": "61", "reason": "早退"})
    assert "更正不能超过原来的数量" in text(wrong)
    clerk.post(f"/desk/hours/{row.id}/correct", {"minutes": "20", "reason": "早退"})
    assert Transfer.objects.get(reason="correct").data["why"] == "早退"
    assert "后来更正减去 20分钟" in text(client(visit.member).get("/v/hours"))


def test_a_leader_says_what_no_code_showed_and_an_officer_stands_for_it(
    at: datetime, still_clock: Any, settings: Any
) -> None:
    world = Fraud(at)
    task = world.missed_visit()
    leader = client(world.leader)
    page = text(leader.get("/v/declare"))
    assert "王*" in page
    no = leader.post(f"/v/declare/{task.id}", {"minutes": "90", "reason": "忘了签退"})
    assert "不能超过原定的时长" in text(no)
    assert "忘了签退" in text(no)
    leader.post(f"/v/declare/{task.id}", {"minutes": "50", "reason": "忘了签退"})
    assert Declaration.objects.get().minutes == 50
    row = Transfer.objects.get(task=task, ledger="minutes")
    assert (row.amount, row.credit.grade) == (50, "declared")
    browser(world.officer).post(f"/desk/hours/{task.id}/stand-for")
    assert Confirmation.objects.filter(task=task).exists()


def test_a_family_is_joined_by_each_ones_own_act_and_shares_points_by_choice(visit: Visit) -> None:
    mother = visit.member
    mother.home = visit.there.station
    mother.save()
    son = make.volunteer("王小强", visit.there.station)
    hers, his = client(mother), client(son)
    hers.post("/v/family", {"name": "王家"})
    hers.post("/v/family/invite", {"phone": phone(son)})
    assert FamilyMember.objects.count() == 1
    page = text(his.get("/v/family"))
    assert "请您加入志愿家庭" in page
    invitation = page.split('name="invitation" value="')[1].split('"')[0]
    his.post("/v/family/answer", {"invitation": invitation, "answer": "yes"})
    hers.post("/v/family/pool", {"pools": "1"})
    visit.rate()
    earn(visit.task.id, at=visit.at)
    post_due(at=visit.at + WEEK)
    points = Transfer.objects.get(phase="posting", ledger="points")
    pool_points(points.id, at=visit.at + WEEK)
    pool_points(points.id, at=visit.at + WEEK)
    assert "放进 10" in text(his.get("/v/family"))
    assert "余额不够" in text(his.post("/v/family/draw", {"amount": "11"}))
    his.post("/v/family/draw", {"amount": "4"})
    assert "取出 4" in text(hers.get("/v/family"))
    assert "王家" in text(desk(visit).get("/desk/families/"))
    his.post("/v/family/leave")
    assert FamilyMember.objects.filter(left_at=None).count() == 1


def test_a_guardian_brings_her_ward_and_nobody_elses(visit: Visit) -> None:
    mother, child = visit.member, make.person("王小小", visit.there.station)
    for row in (mother, child):
        row.home = visit.there.station
    child.born_on = visit.at.date() - timedelta(days=10 * 365)
    mother.save()
    child.save()
    hers = client(mother)
    hers.post("/v/family", {"name": "王家"})
    assert hers.post("/v/family/ward", {"person": child.id}).status_code == 403
    child.guardian = mother
    child.save()
    hers.post("/v/family/ward", {"person": child.id})
    assert FamilyMember.objects.filter(person=child, joined_how="guarded").exists()


def test_the_active_figure_stands_beside_its_definition(visit: Visit) -> None:
    visit.member.home = visit.there.station
    visit.member.save()
    page = text(desk(visit).get("/desk/hours/active"))
    assert "当年服务满 24小时(只算已核实)" in page


def test_an_administrator_tries_a_preset_and_chooses_it_from_tomorrow(visit: Visit) -> None:
    visit.rate()
    earn(visit.task.id, at=visit.at)
    admin = browser(make.staff(Role.ADMIN, visit.centre)[0])
    page = text(admin.get("/desk/settings/hours"))
    assert "现在用" in page
    tomorrow = (visit.at + timedelta(days=1)).date().isoformat()
    asked = {"preset": "hailin", "from_on": tomorrow, "step": "try"}
    page = text(admin.post("/desk/settings/hours", asked))
    assert "一次活动最多 2小时" in page
    assert "本中心近来的 1 次服务" in page
    assert not RuleChoice.objects.exists()
    late = {**asked, "from_on": visit.at.date().isoformat(), "step": "choose"}
    assert "最早从明天起" in text(admin.post("/desk/settings/hours", late))
    admin.post("/desk/settings/hours", {**asked, "step": "choose"})
    assert RuleChoice.objects.get().preset == "hailin"
    active = {"hours": "30", "from_year": "2026", "step": "active"}
    admin.post("/desk/settings/hours", active)
    assert "当年服务满 30小时" in text(desk(visit).get("/desk/hours/active"))


def phone(person: Person) -> str:
    return vault.unseal(person.wrapped_key, person.phone_enc)


def test_who_did_not_lead_declares_nothing(visit: Visit) -> None:
    task = Task.objects.get(id=visit.task.id)
    assert client(visit.member).get("/v/declare").status_code == 403
    assert client(visit.member).post(f"/v/declare/{task.id}", {"minutes": "60"}).status_code == 403
