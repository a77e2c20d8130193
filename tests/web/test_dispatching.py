"""派单台: the plan before it is sent, sent as ticked, with what did not go and why."""

from __future__ import annotations

import re
from typing import Any

import pytest

from diandan.flow.worker import run_once
from diandan.path.bundle.models import Job
from diandan.path.dispatch.models import Offer
from diandan.path.dispatch.rounds import latest
from diandan.web.shared.reasons import teams_in
from tests import factories as make
from tests.web.desk_world import World, browser, key_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings: Any, still_clock: Any) -> World:
    return World(still_clock.at, settings)


def waiting(world: World, n: int = 2) -> list[Job]:
    """Jobs that wait with a plan and its reasons."""
    jobs = [world.job(world.taken(f"第{k}家水管漏水")) for k in range(n)]
    run_once(world.at)
    return jobs


def plan_of(world: World, job: Job) -> list[str]:
    made = latest(world.centre)
    assert made is not None
    found: list[str] = made.order[str(job.id)]
    return found


def send(world: World, page: Any, jobs: list[Job], **more: str) -> Any:
    form = {"form_key": key_in(page), "jobs": [str(j.id) for j in jobs]}
    form |= {f"plan-{j.id}": plan_of(world, j)[0] for j in jobs}
    clerk = browser(world.clerk)
    return clerk.post("/desk/dispatch/", {**form, **more}, follow=True)


def test_an_empty_desk_says_what_would_fill_it(world: World) -> None:
    page = browser(world.clerk).get("/desk/dispatch/")
    assert page.status_code == 200
    assert "没有等着派的单子" in page.content.decode()


def test_the_plan_stands_there_with_reasons_and_differences(world: World) -> None:
    jobs = waiting(world)
    said = browser(world.clerk).get("/desk/dispatch/").content.decode()
    for job in jobs:
        assert job.number in said
    assert world.team.name in said
    assert world.second.name in said
    assert "还没派过" in said
    assert "分" in said
    assert "新来" in said or "第一轮" in said
    assert not Offer.objects.exists()


def test_what_is_ticked_goes_as_planned_and_nothing_else(world: World) -> None:
    one, other = waiting(world)
    page = browser(world.clerk).get("/desk/dispatch/")
    answer = send(world, page, [one])
    assert "派出1单" in answer.content.decode()
    offer = Offer.objects.get()
    assert offer.job_id == one.id
    assert offer.round_id is not None
    assert not Offer.objects.filter(job=other).exists()


def test_another_team_needs_a_reason_and_what_was_typed_stays(world: World) -> None:
    (job,) = waiting(world, 1)
    page = browser(world.clerk).get("/desk/dispatch/")
    second = plan_of(world, job)[1]
    clerk = browser(world.clerk)
    form = {
        "form_key": key_in(page),
        "jobs": str(job.id),
        f"plan-{job.id}": plan_of(world, job)[0],
        f"team-{job.id}": second,
    }
    said = clerk.post("/desk/dispatch/", form, follow=True).content.decode()
    assert "1单没有派出" in said
    assert "写明理由" in said
    assert f'value="{second}" checked' in said
    assert not Offer.objects.exists()
    clerk.post("/desk/dispatch/", {**form, f"why-{job.id}": "和老人熟"}, follow=True)
    assert str(Offer.objects.get().team_id) == second


def test_one_that_cannot_go_holds_no_other_up(world: World) -> None:
    one, other = waiting(world)
    page = browser(world.clerk).get("/desk/dispatch/")
    wrong = {f"plan-{other.id}": plan_of(world, other)[1]}
    said = send(world, page, [one, other], **wrong).content.decode()
    assert "派出1单" in said
    assert "方案变了" in said
    assert list(Offer.objects.values_list("job_id", flat=True)) == [one.id]


def test_what_was_left_out_stays_left_out_when_another_is_refused(world: World) -> None:
    """Ticked again by itself, it would go with the next press."""
    one, left = waiting(world)
    page = browser(world.clerk).get("/desk/dispatch/")
    plan = {f"plan-{left.id}": plan_of(world, left)[0], f"why-{left.id}": "先等等"}
    wrong = {**plan, f"plan-{one.id}": plan_of(world, one)[1]}
    said = send(world, page, [one], **wrong).content.decode()
    assert "方案变了" in said
    assert re.search(rf'value="{one.id}" checked', said)
    assert f'value="{left.id}">' in said
    assert 'value="先等等"' in said
    none = browser(world.clerk).post("/desk/dispatch/", plan).content.decode()
    assert "请先勾选" in none
    assert f'value="{left.id}">' in none


def test_nothing_ticked_is_said(world: World) -> None:
    waiting(world, 1)
    answer = browser(world.clerk).post("/desk/dispatch/", {})
    assert answer.status_code == 422
    assert "请先勾选" in answer.content.decode()


def test_a_newer_plan_is_told_and_what_changed_is_marked(world: World) -> None:
    waiting(world, 1)
    old = latest(world.centre)
    assert old is not None
    clerk = browser(world.clerk)
    here = f"/desk/dispatch/fresh?round={old.id}"
    assert "新的一轮" not in clerk.get(here).content.decode()
    job = world.job(world.taken("又一家灯坏了"))
    run_once(world.at)
    assert "新的一轮" in clerk.get(here).content.decode()
    said = clerk.get("/desk/dispatch/").content.decode()
    assert "新来1单" in said
    assert job.number in said


def test_another_street_sees_and_sends_nothing_of_it(world: World) -> None:
    (job,) = waiting(world, 1)
    far = browser(world.far)
    said = far.get("/desk/dispatch/").content.decode()
    assert job.number not in said
    form = {"jobs": str(job.id), f"plan-{job.id}": plan_of(world, job)[0]}
    far.post("/desk/dispatch/", form, follow=True)
    assert not Offer.objects.exists()


def test_an_auditor_reads_the_plan_and_sends_nothing(world: World) -> None:
    (job,) = waiting(world, 1)
    page = browser(world.auditor).get("/desk/dispatch/").content.decode()
    assert job.number in page
    assert 'name="jobs"' not in page
    assert "漏水" not in page


def test_a_job_shows_its_rounds_reasons_and_an_auditor_who_was_not_asked(world: World) -> None:
    (job,) = waiting(world, 1)
    page = browser(world.clerk).get("/desk/dispatch/")
    send(world, page, [job])
    said = browser(world.clerk).get(f"/desk/jobs/{job.id}/").content.decode()
    assert "为什么这样派" in said
    assert "换一家,整体会" in said
    auditor = browser(world.auditor)
    page = auditor.get(f"/desk/jobs/{job.id}/asked").content.decode()
    for team in (world.team, world.second, world.unskilled):
        assert team.name in page
    assert "没有登记所需技能" in page
    assert "可以问,代价更高" in page
    table = auditor.get(f"/desk/jobs/{job.id}/asked.csv").content.decode()
    assert table.count(job.number) == 3
    for secret in ("张秀英", "张**", "漏水", "7042", "李主任", "李**"):
        assert secret not in table
        assert secret not in page
    assert browser(world.far).get(f"/desk/jobs/{job.id}/asked").status_code == 404


def test_a_volunteer_reads_why_her_team_and_when_it_is_its_turn(world: World) -> None:
    (job,) = waiting(world, 1)
    page = browser(world.clerk).get("/desk/dispatch/")
    send(world, page, [job])
    offer = Offer.objects.select_related("team").get()
    led = {t.id: p for t, p in ((world.team, world.leader),)}
    who = led.get(offer.team_id) or world.second.members.get(duty="leader").person
    phone = browser(who)
    said = phone.get(f"/v/offers/{offer.id}").content.decode()
    assert "为什么问我们" in said
    assert "预计接单率" in said
    assert offer.team is not None
    others = {world.team.name, world.second.name} - {offer.team.name}
    assert not any(name in said for name in others)
    turn = phone.get("/v/turn").content.decode()
    assert "1 次,一周最多 20 次" in turn
    assert "全中心 3 支队伍" in turn
    assert not any(name in turn for name in others)


def test_a_leader_refuses_automated_dispatch_and_takes_it_up_again(world: World) -> None:
    from diandan.path.dispatch.models import ByHandOnly

    leader = browser(world.leader)
    here = f"/v/teams/{world.team.id}/by-hand"
    said = leader.post(here, {"wish": "1"}, follow=True).content.decode()
    assert "自动派单不再问你们队" in said
    assert "恢复自动派单" in said
    (job,) = waiting(world, 1)
    assert plan_of(world, job) == [str(world.second.id)]
    said = browser(world.clerk).get(f"/desk/jobs/{job.id}/").content.decode()
    assert "要求由人工派单" in said
    leader.post(here, {"wish": "0"})
    assert ByHandOnly.objects.get().ended_at is not None
    assert browser(world.far).post(here, {"wish": "1"}).status_code == 403


def test_the_desk_shows_whether_predictions_came_true(world: World) -> None:
    desk = browser(world.clerk)
    address = "/desk/dispatch/foretold"
    assert "还没有问过" in desk.get(address).content.decode()
    team = make.team(world.station)[0]
    for n in range(40):
        job = make.job(world.centre, world.station, world.kind)
        state = Offer.State.ACCEPTED if n % 4 else Offer.State.DECLINED
        make.offer(job, team, state=state, offered_at=world.at, why={"chance": 750})
    said = desk.get(address).content.decode()
    assert "平均差 0.0 个百分点" in said
    assert "<polyline" in said
    csv = desk.get(f"{address}.csv").content.decode()
    assert "70–80%,40,0.75,0.75" in csv


def test_a_remedy_that_names_no_team_does_not_break_the_desk() -> None:
    """As with forty jobs and one team: the smallest change is the job's own price."""
    change = {"kind": "price", "person": "", "text": "", "codes": (), "amount": 7}
    told = {"chosen": [], "instead": [], "unmet": {"changes": [change]}}
    assert teams_in(told) == set()
