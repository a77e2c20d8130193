"""工作台: what stands in each queue, who sees it, and what one page costs however many rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from diandan.flow.conductor import do_job, do_request
from diandan.flow.desk_acts import ask_units
from diandan.ground.people.models import Reading, Role
from diandan.path.ask.models import Request, Words
from diandan.path.ask.states import RequestState
from diandan.path.bundle.models import Job
from diandan.path.bundle.states import JobState
from diandan.path.fulfil.models import Incident
from diandan.path.grade.models import CallBack, FollowUp, Rating
from diandan.web.desk.queues import QUEUES
from tests import factories as make
from tests.web.desk_world import World, browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(still_clock: Any, at: datetime, settings: Any) -> World:
    return World(at, settings)


def fill(world: World, key: str, n: int) -> None:
    """`n` more rows for a queue, each by the acts that bring one there or as the bare row."""
    states = {q.key: q for q in QUEUES}[key].states
    for _i in range(n):
        if key in ("followups", "whistles", "hotline"):
            row = world.taken()
            if key == "hotline":
                do_request(row.id, "hand_over", by=world.clerk_actor, at=world.at, reason="归12345")
            elif key == "whistles":
                ask_units(
                    row.id,
                    unit_ids=[world.street.id],
                    question="归谁管?",
                    due_at=world.at + timedelta(days=1),
                    by=world.clerk_actor,
                    at=world.at,
                )
            else:
                FollowUp.objects.create(
                    request=row,
                    cause="dispute",
                    owner=world.clerk,
                    opened_at=world.at,
                    due_at=world.at + timedelta(days=3),
                )
        elif key == "incidents":
            Incident.objects.create(job=world.job(), by=world.leader, at=world.at, text="门打不开")
        elif key == "mediation":
            make.request(
                world.station,
                world.kind,
                flow="mediation",
                is_private=True,
                state=RequestState.PLACED,
            )
        elif states[0] in RequestState.values:
            row = world.request()
            Request.objects.filter(id=row.id).update(state=states[0])
        else:
            job = world.job()
            Job.objects.filter(id=job.id).update(state=states[0], review_level="institute")


class TestQueues:
    @pytest.mark.parametrize("key", [q.key for q in QUEUES])
    def test_a_queue_costs_the_same_for_one_row_and_for_three(self, world: World, key: str) -> None:
        clerk = browser(world.mediator if key == "mediation" else world.clerk)
        address = f"/desk/q/{key}/?scope=all"
        fill(world, key, 1)
        clerk.get(address)
        with CaptureQueriesContext(connection) as first:
            page = clerk.get(address)
        assert page.status_code == 200
        assert page.content.decode().count("data-row=") == 1
        fill(world, key, 2)
        with CaptureQueriesContext(connection) as more:
            page = clerk.get(address)
        assert page.content.decode().count("data-row=") == 3
        assert len(more) == len(first)

    def test_the_rail_counts_what_is_hers_and_says_what_is_late(
        self, world: World, still_clock: Any
    ) -> None:
        world.request()
        world.request(place=world.other_station)
        still_clock.at = world.at + timedelta(days=2)
        page = browser(world.clerk).get("/desk/q/placed/").content.decode()
        assert "超时1" in page
        assert page.count("data-row=") == 1

    def test_filters_narrow_by_words_kind_and_place(self, world: World) -> None:
        world.request("厨房水管漏水")
        world.request("想剪头发", kind=world.hair)
        clerk = browser(world.clerk)
        for query, n in (
            ("text=水管", 1),
            (f"kind={world.hair.id}", 1),
            (f"place={world.station.path}", 2),
            (f"place={world.other_station.path}", 0),
            ("kind=abc&page=zz", 2),
        ):
            page = clerk.get(f"/desk/q/placed/?{query}").content.decode()
            assert page.count("data-row=") == n, query

    def test_residents_are_told_whose_desk_it_is(self, world: World) -> None:
        page = browser(make.person("外人", world.station)).get("/desk/")
        assert page.status_code == 403
        assert "只对工作人员开放" in page.content.decode()

    def test_an_auditor_sees_everything_and_has_no_button(self, world: World) -> None:
        row = world.request()
        auditor = browser(world.auditor)
        assert auditor.get("/desk/q/placed/").content.decode().count("data-row=") == 1
        page = auditor.get(f"/desk/requests/{row.id}/").content.decode()
        assert "/do/" not in page
        assert "显示电话" not in page
        assert auditor.post(f"/desk/requests/{row.id}/do/take_up").status_code == 403
        assert auditor.post(f"/desk/requests/{row.id}/reveal").status_code == 403


class TestStreets:
    def test_a_clerk_sees_and_touches_nothing_of_another_street(self, world: World) -> None:
        row, job = world.taken(), world.job()
        far = browser(world.far)
        assert far.get("/desk/q/design/?scope=all").content.decode().count("data-row=") == 0
        for address in (f"/desk/requests/{row.id}/", f"/desk/jobs/{job.id}/"):
            assert far.get(address).status_code == 404
        for address in (
            f"/desk/requests/{row.id}/do/refuse",
            f"/desk/requests/{row.id}/say",
            f"/desk/requests/{row.id}/reveal",
            f"/desk/requests/{row.id}/call",
            f"/desk/requests/{row.id}/whistle",
            f"/desk/jobs/{job.id}/do/offer",
            f"/desk/jobs/{job.id}/do/cancel",
        ):
            answer = far.post(address, {"reason": "x", "text": "x"})
            assert answer.status_code in (403, 404), address
        assert far.get(f"/desk/jobs/{job.id}/paper").status_code == 404
        far.post("/desk/q/placed/bulk", {"verb": "take_up", "ids": [str(row.id)]})
        answer = far.post("/desk/merge/", {"ids": [str(row.id)], "title": "抢"})
        assert answer.status_code == 404
        row.refresh_from_db()
        job.refresh_from_db()
        assert (row.state, job.state) == (RequestState.TAKEN_UP, JobState.READY)
        assert not Reading.objects.filter(reader_id=world.far.id).exists()

    def test_a_merge_may_not_slip_in_a_request_of_another_street(self, world: World) -> None:
        own = world.taken()
        theirs = world.request(place=world.other_station)
        answer = browser(world.clerk).post(
            "/desk/merge/", {"ids": [str(own.id), str(theirs.id)], "title": "一起"}
        )
        assert answer.status_code == 404
        theirs.refresh_from_db()
        assert theirs.state == RequestState.PLACED

    def test_private_cases_are_seen_by_mediators_alone(self, world: World) -> None:
        row = make.request(
            world.station, world.kind, flow="mediation", is_private=True, title="邻里纠纷"
        )
        for who, status in ((world.clerk, 404), (world.auditor, 404), (world.mediator, 200)):
            assert browser(who).get(f"/desk/requests/{row.id}/").status_code == status
        listed = browser(world.clerk).get("/desk/q/placed/export.csv?scope=all").content.decode()
        assert "邻里纠纷" not in listed


class TestRequest:
    def test_every_step_of_the_desk_by_plain_posts(self, world: World) -> None:
        row = world.request()
        clerk = browser(world.clerk)
        page = clerk.get(f"/desk/requests/{row.id}/").content.decode()
        assert "受理" in page
        assert "张**" in page
        assert "张秀英" not in page
        answer = clerk.post(f"/desk/requests/{row.id}/do/take_up?q=placed")
        assert answer.status_code == 303
        row.refresh_from_db()
        assert row.state == RequestState.TAKEN_UP
        assert row.first_owner_id == world.clerk.id

    def test_a_refusal_keeps_what_was_typed(self, world: World) -> None:
        row = world.request()
        answer = browser(world.clerk).post(
            f"/desk/requests/{row.id}/do/return_order", {"reason": "缺" * 301}
        )
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "原因最多300个字" in page
        assert "缺" * 301 in page

    def test_htmx_gets_the_detail_and_the_list_and_a_no_goes_to_the_messages(
        self, world: World
    ) -> None:
        row = world.request()
        clerk, htmx = browser(world.clerk), {"HX-Request": "true"}
        part = clerk.get(f"/desk/requests/{row.id}/?q=placed", headers=htmx).content.decode()
        assert "<html" not in part
        assert "queue-list" not in part
        assert 'id="messages"' in part
        answer = clerk.post(f"/desk/requests/{row.id}/do/refuse?q=placed", {}, headers=htmx)
        assert answer.status_code == 200
        assert answer["HX-Retarget"] == "#messages"
        done = clerk.post(
            f"/desk/requests/{row.id}/do/take_up?q=placed", headers=htmx, follow=True
        ).content.decode()
        assert "<html" not in done
        assert 'id="queue-list"' in done
        assert "已受理" in done

    def test_seeing_the_phone_is_an_act_that_is_written_down(self, world: World) -> None:
        row = world.request()
        page = browser(world.clerk).post(f"/desk/requests/{row.id}/reveal").content.decode()
        assert "张秀英" in page
        assert "+86138" in page
        assert "3幢7042室" in page
        read = Reading.objects.filter(reader_id=world.clerk.id, request_id=row.id)
        assert set(read.values_list("field", flat=True)) == {"name", "phone", "door"}

    def test_words_go_both_ways_and_a_double_click_is_one_message(self, world: World) -> None:
        row = world.request()
        clerk = browser(world.clerk)
        typed = {"text": "请问几楼?", "form_key": "k1"}
        for _i in range(2):
            assert clerk.post(f"/desk/requests/{row.id}/say", typed).status_code == 303
        assert Words.objects.filter(request=row, from_requester=False).count() == 1

    def test_units_are_whistled_and_answer(self, world: World) -> None:
        row = world.taken()
        browser(world.clerk).post(
            f"/desk/requests/{row.id}/whistle",
            {"units": [world.one.unit.id], "question": "墙归谁管?", "due": "1wd"},
        )
        whistle = row.whistles.get()
        unit, _actor = make.staff(Role.STATION_STAFF, world.one.unit, "住建局")
        desk = browser(unit)
        assert "墙归谁管" in desk.get("/desk/q/whistles/").content.decode()
        answer = desk.post(f"/desk/whistles/{whistle.id}", {"text": "归我们,明天到"})
        assert answer.status_code == 303
        assert (
            "归我们,明天到"
            in browser(world.clerk).get(f"/desk/requests/{row.id}/").content.decode()
        )

    def test_a_hotline_case_waits_visibly_and_is_taken_back(self, world: World) -> None:
        row = world.taken()
        clerk = browser(world.clerk)
        clerk.post(f"/desk/requests/{row.id}/do/hand_over", {"reason": "归12345"})
        assert row.number in clerk.get("/desk/q/hotline/table").content.decode()
        clerk.post(f"/desk/requests/{row.id}/do/take_back", {"outcome": "热线退回"})
        row.refresh_from_db()
        assert row.state == RequestState.TAKEN_UP

    def test_a_call_back_takes_her_rating_and_a_bad_one_gets_a_named_person(
        self, world: World
    ) -> None:
        row = world.taken()
        make.served(row, world.team, world.leader)
        caller, _actor = make.staff(Role.CALLBACK_STAFF, world.street, "回访员")
        answer = browser(caller).post(
            f"/desk/requests/{row.id}/call",
            {"reached": "yes", "score": "1", "text": "没修好", "note": "语气着急"},
        )
        assert answer.status_code == 303
        assert CallBack.objects.get(request=row).reached
        assert Rating.objects.get(request=row).channel == "phone"
        follow = FollowUp.objects.get(request=row)
        assert follow.owner_id is not None
        done = browser(world.clerk).post(
            f"/desk/requests/{row.id}/follow-ups/{follow.id}", {"text": "今天重新修好了"}
        )
        assert done.status_code == 303
        follow.refresh_from_db()
        assert follow.settlement == "今天重新修好了"


class TestJob:
    def test_merge_and_unmerge_lose_nobody(self, world: World) -> None:
        rows = [world.taken(f"厨房水管漏水,第{n}家", name=f"王{n}英") for n in "一二三"]
        before = {r.id: (r.number, r.words, r.promise_at, r.requester_id) for r in rows}
        clerk = browser(world.clerk)
        page = clerk.get(f"/desk/merge/?ids={rows[0].id}&ids={rows[1].id}&ids={rows[2].id}")
        assert "<mark>" in page.content.decode()
        assert page.content.decode().count("王**") == 3
        answer = clerk.post(
            "/desk/merge/",
            {"ids": [str(r.id) for r in rows], "title": "修水管日", "headcount": "2"},
        )
        assert answer.status_code == 303
        job = Job.objects.get(title="修水管日")
        assert (job.headcount, job.is_project) == (2, True)
        shown = clerk.get(f"/desk/jobs/{job.id}/").content.decode()
        assert all(r.number in shown for r in rows)
        answer = clerk.post(f"/desk/jobs/{job.id}/split/{rows[1].id}")
        assert answer.status_code == 303
        for row in rows:
            row.refresh_from_db()
            assert (row.number, row.words, row.promise_at, row.requester_id) == before[row.id]
        assert [r.state for r in rows] == ["arranged", "taken_up", "arranged"]
        clerk.get("/desk/")  # the message is said once
        left = clerk.get(f"/desk/jobs/{job.id}/").content.decode()
        assert rows[1].number not in left
        assert rows[2].number in left

    def test_the_ranking_says_why_and_an_overruling_needs_a_reason(self, world: World) -> None:
        job = world.job()
        clerk = browser(world.clerk)
        page = clerk.get(f"/desk/jobs/{job.id}/").content.decode()
        assert "首选" in page
        assert "手上没有任务" in page
        assert "没有登记所需技能:水电维修" in page
        Job.objects.filter(id=job.id).update(headcount=5)
        answer = clerk.post(f"/desk/jobs/{job.id}/do/offer", {"teams": [str(world.second.id)]})
        assert answer.status_code == 422
        answer = clerk.post(
            f"/desk/jobs/{job.id}/do/offer",
            {"teams": [str(world.second.id)], "overruled": "和老人熟"},
        )
        assert answer.status_code == 303
        job.refresh_from_db()
        assert job.state == JobState.OFFERED
        again = clerk.get(f"/desk/jobs/{job.id}/").content.decode()
        assert "上元红马甲队" in again
        assert " checked>" not in again.split("data-keys-on")[0], "nobody is ticked beforehand"
        assert clerk.post(f"/desk/jobs/{job.id}/do/recall").status_code == 303

    def test_open_for_claiming_widen_escalate_unmet_cancel(self, world: World) -> None:
        clerk = browser(world.clerk)
        for verbs, state in (
            (["offer", "mark_unmet"], JobState.UNMET),
            (["offer", "widen", "escalate"], JobState.ESCALATED),
            (["offer", "cancel"], JobState.CANCELLED),
        ):
            job = world.job()
            for verb in verbs:
                typed = {"reason": "附近没有会的", "teams": [str(world.team.id)]}
                assert clerk.post(f"/desk/jobs/{job.id}/do/{verb}", typed).status_code == 303
            job.refresh_from_db()
            assert job.state == state

    def test_nobody_reviews_her_own_and_each_level_speaks_for_itself(
        self, still_clock: Any, at: datetime, settings: Any
    ) -> None:
        world = World(at, settings, slug="daxing")
        row = world.request()
        do_request(row.id, "take_up", by=world.clerk_actor, at=at)
        browser(world.clerk).post("/desk/merge/", {"ids": [str(row.id)], "title": "修水管"})
        job = Job.objects.get()
        do_job(job.id, "submit", by=world.clerk_actor, at=at)
        station, _a = make.staff(Role.STATION_STAFF, world.station, "站长")
        assert "待站审核" in browser(station).get("/desk/q/review/table").content.decode()
        assert browser(station).post(f"/desk/jobs/{job.id}/do/approve").status_code == 303
        own = browser(world.clerk)
        assert "不能自己审自己" in own.get(f"/desk/jobs/{job.id}/").content.decode()
        assert own.post(f"/desk/jobs/{job.id}/do/approve").status_code == 403
        peer, _a = make.staff(Role.INSTITUTE_STAFF, world.street, "副主任")
        assert (
            browser(peer)
            .post(f"/desk/jobs/{job.id}/do/send_back", {"reason": "写清楚带什么工具"})
            .status_code
            == 303
        )
        job.refresh_from_db()
        assert job.state == JobState.SENT_BACK

    def test_an_incident_is_settled_by_the_desk(self, world: World) -> None:
        job = world.offered()
        row = Incident.objects.create(job=job, by=world.leader, at=world.at, text="老人摔了")
        clerk = browser(world.clerk)
        assert "老人摔了" in clerk.get("/desk/q/incidents/").content.decode()
        clerk.post(f"/desk/jobs/{job.id}/incidents/{row.id}", {"text": "已送医"})
        row.refresh_from_db()
        assert row.settlement == "已送医"

    def test_the_paper_shows_streets_and_no_doors(self, world: World) -> None:
        job = world.job()
        page = browser(world.clerk).get(f"/desk/jobs/{job.id}/paper").content.decode()
        assert job.number in page
        assert "金盛路88号" in page
        assert "3幢7042室" not in page
