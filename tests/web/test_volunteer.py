"""志愿者端: an offer's yes and no, allocation, the steps of a task, teams and the menu."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from diandan.ground.catalogue.models import ItemTake
from diandan.ground.people.models import Membership
from diandan.ground.presence.actions.codes import site_code
from diandan.ground.record.models import FactRow
from diandan.path.ask.models import Request
from diandan.path.bundle.models import Job
from diandan.path.dispatch.models import Offer
from diandan.path.engage.models import Engagement, Task
from diandan.path.fulfil.models import Attendance, Incident
from tests import factories as make
from tests.web.volunteer_world import World, client, serve_code, task_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(still_clock: Any, settings: Any, at: Any) -> World:
    return World(at, settings)


def accepted(world: World) -> Offer:
    offer = world.offer()
    client(world.leader).post(f"/v/offers/{offer.id}/accept")
    offer.refresh_from_db()
    assert offer.state == Offer.State.ACCEPTED
    return offer


def allocated(world: World) -> tuple[Job, Task]:
    offer = accepted(world)
    client(world.leader).post(f"/v/jobs/{offer.job_id}/allocate", {"people": world.mate.id})
    task = task_of(world.mate)
    client(world.mate).post(f"/v/tasks/{task.id}/step", {"step": "confirm"})
    return offer.job, task


def test_every_page_asks_to_sign_in_and_shows_its_empty_state(world: World) -> None:
    from django.test import Client

    stranger = client(make.person("路人"))
    for path in ["offers", "tasks", "calendar", "teams", "menu", "history", "check-in"]:
        sent = Client().get(f"/v/{path}")
        assert sent.status_code == 302
        assert sent["Location"].startswith("/me/sign-in")
        assert stranger.get(f"/v/{path}").status_code == 200, path
    assert "先报名" in text(stranger.get("/v/"))


def test_today_says_what_is_asked_and_the_offer_says_why(world: World) -> None:
    offer = world.offer()
    page = text(client(world.leader).get("/v/"))
    assert f"/v/offers/{offer.id}" in page
    page = text(client(world.leader).get(f"/v/offers/{offer.id}"))
    for said in ("水电维修", "上元社区", "约 1 公里", "会水电维修", "本周还没有任务", "先断电"):
        assert said in page
    assert page.index(">接单<") < page.index(">这次不行<")


def test_a_member_reads_the_offer_but_only_leaders_answer(world: World) -> None:
    offer = world.offer()
    page = client(world.mate).get(f"/v/offers/{offer.id}")
    assert "由队长或副队长回复" in text(page)
    assert client(world.mate).post(f"/v/offers/{offer.id}/accept").status_code == 403
    assert client(world.other_leader).get(f"/v/offers/{offer.id}").status_code == 404


def test_declining_is_one_tap_and_is_thanked(world: World) -> None:
    offer = world.offer()
    leader = client(world.leader)
    assert leader.post(f"/v/offers/{offer.id}/decline", {"reason": "no"}).status_code == 422
    page = leader.post(f"/v/offers/{offer.id}/decline", {"reason": "busy"}, follow=True)
    assert "谢谢" in text(page)
    offer.refresh_from_db()
    assert (offer.state, offer.reason) == (Offer.State.DECLINED, "busy")


def test_who_is_late_for_a_claim_is_told_who_is_thanked_and_what_else_there_is(
    world: World,
) -> None:
    first, second = world.offer(is_open=True), world.offer(is_open=True)
    late = client(world.other_leader)
    assert str(first.id) in text(late.get("/v/offers"))
    client(world.leader).post(f"/v/offers/{first.id}/accept")
    page = late.post(f"/v/offers/{first.id}/accept")
    assert page.status_code == 409
    assert "东山先锋队" in text(page)
    assert f"/v/offers/{second.id}" in text(page)
    assert "东山先锋队" in text(late.get(f"/v/offers/{first.id}"))
    assert Engagement.objects.filter(job=first.job).count() == 1


def test_the_same_yes_twice_is_one_yes(world: World) -> None:
    offer = world.offer(is_open=True)
    leader = client(world.leader)
    for _n in range(2):
        assert leader.post(f"/v/offers/{offer.id}/accept", {"form_key": "k"}).status_code == 303
    assert leader.post(f"/v/offers/{offer.id}/accept", {"form_key": "other"}).status_code == 303
    assert Engagement.objects.count() == 1


def test_a_team_that_said_no_may_still_claim_and_say_so_twice(world: World) -> None:
    offer = world.offer()
    leader = client(world.leader)
    leader.post(f"/v/offers/{offer.id}/decline", {"reason": "busy"})
    claim = Offer.objects.create(
        job=offer.job,
        wave=2,
        why={"open": True},
        offered_at=world.at,
        expires_at=world.at + timedelta(hours=1),
    )
    for _n in range(2):
        assert leader.post(f"/v/offers/{claim.id}/accept").status_code == 303
    assert Engagement.objects.count() == 1


def test_claims_list_only_what_my_team_can_do(world: World) -> None:
    make.member(make.team(world.district.station, "文艺队")[0], "周")
    artist = make.team(world.district.station, "歌舞队")[1]
    offer = world.offer(is_open=True)
    assert str(offer.id) not in text(client(artist).get("/v/offers"))
    assert client(artist).post(f"/v/offers/{offer.id}/accept").status_code == 422


def test_a_leader_of_two_teams_says_which(world: World) -> None:
    Membership.objects.create(
        team=world.other, person=world.leader, duty=Membership.Duty.DEPUTY, joined_at=world.at
    )
    offer = world.offer(is_open=True)
    leader = client(world.leader)
    page = leader.post(f"/v/offers/{offer.id}/accept")
    assert page.status_code == 422
    assert "由哪支队伍" in text(page)
    leader.post(f"/v/offers/{offer.id}/accept", {"team": str(world.other.id)})
    assert Engagement.objects.get().team_id == world.other.id


def test_allocation_shows_load_and_who_said_no(world: World) -> None:
    offer = accepted(world)
    leader, mate = client(world.leader), client(world.mate)
    page = text(leader.get(f"/v/jobs/{offer.job_id}"))
    assert "孙队员" in page
    assert "本周还没有任务" in page
    empty = leader.post(f"/v/jobs/{offer.job_id}/allocate")
    assert empty.status_code == 422
    Job.objects.update(headcount=2)
    leader.post(f"/v/jobs/{offer.job_id}/allocate", {"people": world.mate.id})
    assert "要 2 人,已请 1 人" in text(leader.get(f"/v/jobs/{offer.job_id}"))
    task = task_of(world.mate)
    assert str(task.id) in text(mate.get("/v/"))
    mate.post(f"/v/tasks/{task.id}/step", {"step": "decline", "reason": "要上课"})
    page = text(leader.get(f"/v/jobs/{offer.job_id}"))
    assert "要上课" in page
    assert f'value="{world.mate.id}"' not in page
    assert mate.get(f"/v/jobs/{offer.job_id}").status_code == 404


def test_a_minor_does_not_go_alone(world: World) -> None:
    child = make.member(world.team, "小周")
    child.born_on = (world.at - timedelta(days=365 * 15)).date()
    child.save()
    offer = accepted(world)
    leader = client(world.leader)
    url = f"/v/jobs/{offer.job_id}/allocate"
    assert leader.post(url, {"people": child.id}).status_code == 422
    assert leader.post(url, {"people": [child.id, world.mate.id]}).status_code == 303


def test_a_visit_from_set_out_to_check_out(world: World) -> None:
    job, task = allocated(world)
    mate, url = client(world.mate), f"/v/tasks/{task.id}"
    mate.post(f"{url}/step", {"step": "set_out"})
    wrong = mate.post(f"{url}/step", {"step": "check_in", "code": "000000x"})
    assert wrong.status_code == 303
    assert wrong["Location"] == url  # so that a reload is a plain look at the task
    assert "码不对" in text(mate.get(url))
    assert "码不对" not in text(mate.get(url))
    assert (
        mate.post(f"{url}/step", {"step": "check_in", "code": serve_code(job)}).status_code == 303
    )
    assert mate.post(f"{url}/incident", {"text": ""}).status_code == 422
    mate.post(f"{url}/incident", {"text": "梯子不够高", "urgent": "on"})
    assert Incident.objects.get().is_urgent
    mate.post(f"{url}/step", {"step": "check_out", "note": "换了灯"})
    job.refresh_from_db()
    assert job.state == "served"
    assert Request.objects.get(bonds__job=job).state == "served"
    assert Attendance.objects.get().note == "换了灯"
    assert job.number in text(mate.get("/v/history"))


class TestTheAgreedDay:
    """World.job() agrees on today 15:00 to 16:00; it is noon."""

    def check_in(self, world: World, job: Job, task: Task) -> str:
        mate, url = client(world.mate), f"/v/tasks/{task.id}"
        mate.post(f"{url}/step", {"step": "check_in", "code": serve_code(job)})
        return text(mate.get(url))

    def test_hours_before_it_the_code_opens_nothing(self, world: World, still_clock: Any) -> None:
        job, task = allocated(world)
        still_clock.at = world.at - timedelta(hours=1, minutes=1)
        ahead = text(client(world.mate).get(f"/v/tasks/{task.id}"))
        assert "11点起可以标记出发和签到" in ahead
        assert 'value="check_in"' not in ahead
        assert 'value="set_out"' not in ahead
        step = client(world.mate).post(f"/v/tasks/{task.id}/step", {"step": "set_out"})
        assert "提前4小时起才能标记出发" in text(step)
        task.refresh_from_db()
        assert task.state == "confirmed"
        page = self.check_in(world, job, task)
        assert "约定的是 03-05 15:00,提前4小时起才能签到" in page
        assert "7042" not in page
        still_clock.at = world.at - timedelta(hours=1)
        assert "签到成功" in self.check_in(world, job, task)

    def test_until_midnight_and_then_through_the_leader(
        self, world: World, still_clock: Any
    ) -> None:
        job, task = allocated(world)
        still_clock.at = world.at + timedelta(hours=12)  # midnight in Shanghai
        assert "请队长代为签到" in self.check_in(world, job, task)
        assert not Attendance.objects.exists()
        leader, url = client(world.leader), f"/v/jobs/{job.id}/check-in"
        assert "孙队员" in text(leader.get(url))
        form = {"task": task.id, "code": serve_code(job), "reason": " "}
        blank = leader.post(url, form)
        assert blank.status_code == 422
        assert "请写明为什么" in text(blank)
        wrong = leader.post(url, {**form, "code": "x", "reason": "昨晚去的"})
        assert "码不对" in text(wrong)
        assert 'value="昨晚去的"' in text(wrong)
        task.refresh_from_db()
        assert task.wrong_codes == 1
        assert leader.post(url, {**form, "reason": "昨晚去的,手机没电"}).status_code == 303
        assert Attendance.objects.get().in_proof == "served_code"
        fact = FactRow.objects.get(kind="job.checked_in")
        assert fact.data["why"] == "昨晚去的,手机没电"
        assert (fact.person_id, fact.by_id) == (world.mate.id, world.leader.id)
        assert "队长代为签到:昨晚去的,手机没电" in text(leader.get(f"/v/jobs/{job.id}"))

    def test_ten_minutes_before_midnight_is_still_that_day(
        self, world: World, still_clock: Any
    ) -> None:
        job, task = allocated(world)
        still_clock.at = world.at + timedelta(hours=11, minutes=50)
        assert "签到成功" in self.check_in(world, job, task)

    def test_a_member_cannot_pass_by_writing_a_reason(self, world: World, still_clock: Any) -> None:
        job, task = allocated(world)
        still_clock.at = world.at + timedelta(days=1)
        step = {"step": "check_in", "code": serve_code(job), "reason": "补签"}
        client(world.mate).post(f"/v/tasks/{task.id}/step", step)
        assert not Attendance.objects.exists()
        assert client(world.mate).get(f"/v/jobs/{job.id}/check-in").status_code == 404
        assert client(world.other_leader).get(f"/v/jobs/{job.id}/check-in").status_code == 404

    def test_without_an_agreed_hour_any_day_is_hers(self, world: World, still_clock: Any) -> None:
        job, task = allocated(world)
        Job.objects.filter(id=job.id).update(starts_at=None, ends_at=None)
        still_clock.at = world.at + timedelta(days=1)
        assert "签到成功" in self.check_in(world, job, task)


def test_handing_on_and_not_coming(world: World) -> None:
    _job, task = allocated(world)
    mate, leader = client(world.mate), client(world.leader)
    page = text(mate.get(f"/v/tasks/{task.id}"))
    assert str(world.leader.id) in page
    assert mate.post(f"/v/tasks/{task.id}/step", {"step": "hand_on"}).status_code == 422
    mate.post(f"/v/tasks/{task.id}/step", {"step": "hand_on", "to": world.leader.id})
    handed = task_of(world.leader)
    assert handed.state == Task.State.PROPOSED
    assert leader.get(f"/v/tasks/{task.id}").status_code == 404
    leader.post(f"/v/tasks/{handed.id}/step", {"step": "cannot_come", "reason": "生病"})
    handed.refresh_from_db()
    assert handed.state == Task.State.DROPPED


def test_the_last_who_cannot_come_ends_a_visit_others_have_made(world: World) -> None:
    job, task = allocated(world)
    leader, mate = client(world.leader), client(world.mate)
    people = {"people": [world.mate.id, world.leader.id]}
    leader.post(f"/v/jobs/{job.id}/allocate", people)
    for step in ({"step": "check_in", "code": serve_code(job)}, {"step": "check_out"}):
        mate.post(f"/v/tasks/{task.id}/step", step)
    job.refresh_from_db()
    assert job.state == "serving"
    own = task_of(world.leader)
    leader.post(f"/v/tasks/{own.id}/step", {"step": "cannot_come"})
    job.refresh_from_db()
    assert job.state == "served"


def test_a_scanned_site_code_checks_in_with_one_tap(world: World) -> None:
    job, task = allocated(world)
    code = site_code(place=world.district.station, at=world.at)
    link = f"/v/check-in?place={world.district.station.id}&code={code}"
    page = text(client(world.mate).get(link))
    assert code in page
    assert f"/v/tasks/{task.id}/step" in page
    assert (
        text(client(world.mate).get(f"/v/check-in?place={world.district.other.id}")).count(
            f"/v/tasks/{task.id}/step"
        )
        == 0
    )
    task.refresh_from_db()
    assert task.state == Task.State.CONFIRMED  # looking changed nothing
    step = {"step": "check_in", "code": code}
    client(world.mate).post(f"/v/tasks/{task.id}/step", step)
    job.refresh_from_db()
    assert job.state == "serving"


def test_only_keepers_of_a_site_see_its_code(world: World) -> None:
    url = f"/v/site-code/{world.district.institute.id}"
    page = client(world.leader).get(url)
    code = site_code(place=world.district.institute, at=world.at)
    assert f"{code[:3]} {code[3:]}" in text(page)
    assert page["Cache-Control"] == "no-store"
    assert client(world.mate).get(url).status_code == 403
    assert client(world.other_leader).get(url).status_code == 403
    clerk = make.staff(make.Role.STATION_STAFF, world.district.station)[0]
    assert client(clerk).get(f"/v/site-code/{world.district.station.id}").status_code == 200
    assert client(clerk).get(url).status_code == 403
    assert client(clerk).get("/v/site-code/99999999").status_code == 404


def test_giving_back_is_said_in_time(world: World) -> None:
    offer = accepted(world)
    leader = client(world.leader)
    leader.post(f"/v/jobs/{offer.job_id}/give-up", {"reason": "车坏了"})
    offer.job.refresh_from_db()
    assert offer.job.state == "ready"
    assert "已不在你们队手里" in text(leader.get(f"/v/jobs/{offer.job_id}"))


def test_a_team_takes_an_item_beforehand_and_puts_it_down(world: World) -> None:
    item = make.item(world.district.station, world.kind, "夏季检修")
    leader = client(world.leader)
    assert "夏季检修" in text(leader.get("/v/menu"))
    leader.post(f"/v/menu/{item.id}/take", {"team": world.team.id})
    take = ItemTake.objects.get(dropped_at=None)
    assert client(world.mate).post(f"/v/menu/takes/{take.id}/drop").status_code == 403
    leader.post(f"/v/menu/takes/{take.id}/drop")
    assert not ItemTake.objects.filter(dropped_at=None).exists()


def test_joining_is_ones_own_act_and_a_leader_names_her_successor(world: World) -> None:
    newcomer = make.volunteer("小李", world.district.station)
    url = f"/v/teams/{world.team.id}"
    client(newcomer).post(f"{url}/join")
    assert Membership.objects.filter(team=world.team, person=newcomer, left_at=None).exists()
    leader = client(world.leader)
    stuck = leader.post(f"{url}/leave")
    assert stuck.status_code == 409
    assert "接任" in text(stuck)
    assert leader.post(f"{url}/leave", {"successor": newcomer.id}).status_code == 303
    now = Membership.objects.get(team=world.team, person=newcomer)
    assert now.duty == Membership.Duty.LEADER


def test_lists_cost_the_same_however_long(world: World) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client(world.leader).get(path).status_code == 200
        return len(asked)

    paths = ("/v/", "/v/offers", "/v/tasks", "/v/calendar")
    for n in range(2):
        offer, _claim = world.offer(), world.offer(is_open=True)
        if n == 0:
            leader = client(world.leader)
            leader.post(f"/v/offers/{offer.id}/accept")
            leader.post(f"/v/jobs/{offer.job_id}/allocate", {"people": world.leader.id})
            world.offer()
            before = {path: cost(path) for path in paths}
    another = world.offer()
    client(world.leader).post(f"/v/offers/{another.id}/accept")
    people = {"people": world.leader.id}
    client(world.leader).post(f"/v/jobs/{another.job_id}/allocate", people)
    assert {path: cost(path) for path in paths} == before
