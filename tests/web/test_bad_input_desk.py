"""Bad input at the desk's pages: stale tabs, odd merges, and acts that come too late or twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from diandan.flow.conductor import do_job, do_request
from diandan.ground.people.actor import SYSTEM
from diandan.ground.people.models import Role
from diandan.path.ask.models import Request
from diandan.path.ask.states import RequestState
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import job_of
from diandan.path.bundle.states import JobState
from tests import factories as make
from tests.web.desk_world import World, browser, key_in
from tests.web.routes import fingerprint

pytestmark = pytest.mark.django_db
TYPED = "三号楼的门牌看不清,请补充"


@pytest.fixture
def world(still_clock: Any, at: datetime, settings: Any) -> World:
    return World(at, settings)


def state_of(row: Request) -> str:
    return Request.objects.get(id=row.id).state


@pytest.mark.parametrize("verb", ["return_order", "refuse", "take_up"])
def test_a_stale_tab_is_told_what_changed_and_loses_no_words(world: World, verb: str) -> None:
    row = world.request()
    clerk = browser(world.clerk)
    tab = clerk.get(f"/desk/requests/{row.id}/")
    do_request(row.id, "withdraw", by=make.actor(row.requester), at=world.at)
    before = fingerprint()
    answer = clerk.post(
        f"/desk/requests/{row.id}/do/{verb}", {"reason": TYPED, "form_key": key_in(tab)}
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "已撤回" in page, "what it is now"
    assert verb == "take_up" or TYPED in page, "what she typed"
    assert fingerprint() == before


def test_a_stale_tab_of_a_job_keeps_the_reason_too(world: World) -> None:
    job = world.offered()
    clerk = browser(world.clerk)
    tab = clerk.get(f"/desk/jobs/{job.id}/")
    do_job(job.id, "cancel", by=world.clerk_actor, at=world.at, reason="点单人不需要了")
    before = fingerprint()
    form = {"reason": TYPED, "form_key": key_in(tab)}
    answer = clerk.post(f"/desk/jobs/{job.id}/do/mark_unmet", form)
    assert answer.status_code == 409
    assert TYPED in answer.content.decode()
    assert "已取消" in answer.content.decode()
    assert fingerprint() == before


def test_two_clerks_take_up_the_same_and_the_second_is_told(world: World) -> None:
    row = world.request()
    other, _actor = make.staff(Role.INSTITUTE_STAFF, world.street, "赵主任")
    first, second = browser(world.clerk), browser(other)
    tab = second.get(f"/desk/requests/{row.id}/")
    assert first.post(f"/desk/requests/{row.id}/do/take_up").status_code == 303
    before = fingerprint()
    answer = second.post(f"/desk/requests/{row.id}/do/take_up", {"form_key": key_in(tab)})
    assert answer.status_code == 409
    assert "正在安排" in answer.content.decode()
    assert fingerprint() == before


def test_merging_requests_of_two_flows(world: World) -> None:
    """One by the centre's flow, one by another it chose since: they go different ways."""
    one, two = world.taken("水管漏水一"), world.taken("水管漏水二")
    Request.objects.filter(id=two.id).update(flow="w4_hongta")
    clerk, before = browser(world.clerk), fingerprint()
    answer = clerk.post("/desk/merge/", {"ids": [str(one.id), str(two.id)], "title": "修水管日"})
    assert answer.status_code in (409, 422)
    assert "流程" in answer.content.decode()
    assert "修水管日" in answer.content.decode()
    assert fingerprint() == before


def test_merging_two_kinds_asks_for_both_skills_and_loses_nobody(world: World) -> None:
    one, two = world.taken("水管漏水一"), world.taken("想理发", kind=world.hair)
    world.hair.skills = ["理发"]
    world.hair.save()
    answer = browser(world.clerk).post(
        "/desk/merge/", {"ids": [str(one.id), str(two.id)], "title": "一起办"}
    )
    assert answer.status_code == 303
    job = Job.objects.get(title="一起办")
    assert job.skills == ["水电维修", "理发"]
    assert job_of(one) == job_of(two) == job


def test_merging_one_that_was_withdrawn_meanwhile(world: World) -> None:
    rows = [world.taken(f"水管漏水第{n}家") for n in "一二三"]
    clerk = browser(world.clerk)
    ids = [str(r.id) for r in rows]
    clerk.get("/desk/merge/?" + "&".join(f"ids={i}" for i in ids))
    do_request(rows[1].id, "withdraw", by=make.actor(rows[1].requester), at=world.at)
    before = fingerprint()
    answer = clerk.post("/desk/merge/", {"ids": ids, "shown": ids, "title": "修水管日"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert rows[1].number in page, "which one"
    assert "修水管日" in page
    assert fingerprint() == before
    assert not Job.objects.filter(title="修水管日").exists()


def test_approving_ones_own_design(still_clock: Any, at: datetime, settings: Any) -> None:
    world = World(at, settings, slug="daxing")
    keeper, keeper_actor = make.staff(Role.STATION_STAFF, world.station, "站长")
    row = world.request()
    do_request(row.id, "take_up", by=keeper_actor, at=at)
    do_request(row.id, "arrange", by=keeper_actor, at=at)
    job = job_of(row)
    assert job is not None
    if job.state == JobState.DESIGNED:
        do_job(job.id, "submit", by=keeper_actor, at=at)
    before = fingerprint()
    answer = browser(keeper).post(f"/desk/jobs/{job.id}/do/approve", {"note": "我看行"})
    assert answer.status_code == 403
    assert "自己" in answer.content.decode()
    assert fingerprint() == before


def test_overruling_the_ranking_without_a_reason(world: World) -> None:
    job = world.job()
    Job.objects.filter(id=job.id).update(headcount=5)
    clerk, before = browser(world.clerk), fingerprint()
    for reason in ("", "   "):
        answer = clerk.post(
            f"/desk/jobs/{job.id}/do/offer", {"teams": [str(world.second.id)], "overruled": reason}
        )
        assert answer.status_code == 422
        assert "理由" in answer.content.decode() or "原因" in answer.content.decode()
    assert fingerprint() == before


def test_the_hotline_gives_back_twice(world: World) -> None:
    row = world.taken()
    do_request(row.id, "hand_over", by=world.clerk_actor, at=world.at, reason="归物业")
    clerk = browser(world.clerk)
    address, form = f"/desk/requests/{row.id}/do/take_back", {"outcome": "热线说归我们"}
    assert clerk.post(address, form).status_code == 303
    before = fingerprint()
    again = clerk.post(address, {"outcome": "热线又说了一遍"})
    assert again.status_code == 409
    assert "热线又说了一遍" in again.content.decode()
    assert fingerprint() == before


def test_reopening_what_she_withdrew(world: World) -> None:
    row = world.request()
    do_request(row.id, "withdraw", by=make.actor(row.requester), at=world.at)
    hers, before = browser(row.requester), fingerprint()
    answer = hers.post(f"/requests/{row.id}", {"verb": "reopen", "text": "还是想请人来"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "还是想请人来" in page, "what she wrote is still there"
    assert "已撤回" in page
    assert state_of(row) == RequestState.WITHDRAWN
    assert fingerprint() == before


def test_splitting_a_project_twice(world: World) -> None:
    rows = [world.taken(f"水管漏水第{n}家") for n in "一二三"]
    job = world.job(*rows)
    clerk = browser(world.clerk)
    address = f"/desk/jobs/{job.id}/split/{rows[1].id}"
    assert clerk.post(address).status_code == 303
    before = fingerprint()
    again = clerk.post(address)
    assert again.status_code in (404, 409)
    assert fingerprint() == before


def test_an_hour_that_is_over_or_runs_backward(world: World) -> None:
    row = world.taken()
    clerk, before = browser(world.clerk), fingerprint()
    for starts, ends in (
        ("2020-01-01T09:00", "2020-01-01T10:00"),
        ("2026-03-09T10:00", "2026-03-09T09:00"),
    ):
        answer = clerk.post(
            "/desk/merge/",
            {"ids": [str(row.id)], "title": "修水管", "starts_at": starts, "ends_at": ends},
        )
        assert answer.status_code == 422, (starts, answer.status_code)
        assert "修水管" in answer.content.decode()
    assert fingerprint() == before


def test_calling_off_what_was_served(world: World) -> None:
    job = world.offered()
    do_job(job.id, "mark_unmet", by=SYSTEM, at=world.at, reason="没有队伍")
    clerk, before = browser(world.clerk), fingerprint()
    answer = clerk.post(f"/desk/jobs/{job.id}/do/recall", {})
    assert answer.status_code == 409
    assert fingerprint() == before
