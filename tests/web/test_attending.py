"""到场: every way to be seen, through the pages: codes, scan, roll call, offline, paper, doubts."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from diandan.flow.answers import accept_offer
from diandan.flow.conductor import do_job
from diandan.flow.worker import run_once
from diandan.ground.notify.models import Message
from diandan.ground.people.models import Person, Role, RoleGrant
from diandan.ground.presence.actions.codes import code_of, job_subject, site_code
from diandan.ground.presence.models import Screen
from diandan.kit.refusal import Refusal
from diandan.path.ask.models import Request
from diandan.path.bundle.models import Job
from diandan.path.engage.models import Task
from diandan.path.fulfil.models import Attendance, Doubt, LateRecord, RollCall, SheetLine
from diandan.path.fulfil.queries_doubts import open_doubts
from diandan.path.ledger.actions.notice import confirm
from diandan.path.ledger.models import Transfer
from tests import factories as make
from tests.web.volunteer_world import World, client, leave_code, serve_code, text

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def world(at: datetime, still_clock: Any, settings: Any) -> World:
    return World(at, settings)


class Visit:
    """A job whose team said yes, with everybody named confirmed and the hour come."""

    def __init__(self, world: World, clock: Any, *people: Person) -> None:
        self.world, self.clock = world, clock
        self.job: Job = world.job()
        do_job(self.job.id, "offer", by=world.dispatcher, at=world.at, team_ids=[world.team.id])
        offer = self.job.offers.get()
        accept_offer(offer.id, by=world.leader_actor, at=world.at)
        ids = [p.id for p in people or (world.mate,)]
        do_job(self.job.id, "allocate", by=world.leader_actor, at=world.at, person_ids=ids)
        Task.objects.filter(engagement__job=self.job).update(state=Task.State.CONFIRMED)
        self.move(3 * HOUR)

    def move(self, by: timedelta) -> None:
        self.clock.at += by

    def task(self, person: Person) -> Task:
        return Task.objects.get(engagement__job=self.job, person=person)

    def step(self, person: Person, step: str, code: str = "") -> str:
        url = f"/v/tasks/{self.task(person).id}"
        sent = client(person).post(f"{url}/step", {"step": step, "code": code}, follow=True)
        return text(sent)

    def seen(self, person: Person) -> Attendance:
        return Attendance.objects.get(task=self.task(person))

    def site(self) -> str:
        return site_code(place=self.world.district.station, at=self.clock.at)


@pytest.fixture
def visit(world: World, still_clock: Any) -> Visit:
    return Visit(world, still_clock)


def test_a_sites_code_proves_both_ends_and_each_code_opens_once(visit: Visit) -> None:
    mate = visit.world.mate
    code = visit.site()
    assert "签到成功" in visit.step(mate, "check_in", code)
    visit.move(20 * timedelta(seconds=1))
    assert "已经用过一次了" in visit.step(mate, "check_out", code)
    visit.move(HOUR)
    assert "已经作废" in visit.step(mate, "check_out", code)
    assert "签退成功" in visit.step(mate, "check_out", visit.site())
    seen = visit.seen(mate)
    assert (seen.in_proof, seen.out_proof) == ("site_code", "site_code")
    assert seen.out_by_id == mate.id


def test_the_served_persons_code_of_the_arrival_does_not_let_her_leave(visit: Visit) -> None:
    """One call before the visit must not be enough for both ends; the page shows the second late."""
    mate, job = visit.world.mate, visit.job
    comes, leaves = serve_code(job), leave_code(job)
    hers = client(visit.world.resident)
    follow = f"/r/{Request.objects.get(bonds__job=job).follow_key}"
    assert leaves not in text(hers.get(follow))
    assert "这是离场的码" in visit.step(mate, "check_in", leaves)
    assert "签到成功" in visit.step(mate, "check_in", comes)
    assert leaves in text(hers.get(follow))
    visit.move(HOUR / 2)
    assert "这是到场的码" in visit.step(mate, "check_out", comes)
    assert visit.task(mate).wrong_codes == 2, "neither form is there to guess the other's code"
    assert "签退成功" in visit.step(mate, "check_out", leaves)
    assert visit.seen(mate).out_proof == "served_code"


def test_another_sites_and_another_jobs_code_open_nothing(visit: Visit, still_clock: Any) -> None:
    mate, world = visit.world.mate, visit.world
    other = Visit(world, still_clock)
    elsewhere = site_code(place=world.district.institute, at=still_clock.at)
    assert "码不对" in visit.step(mate, "check_in", elsewhere)
    strange = code_of(job_subject(other.job.id), at=still_clock.at)
    assert "码不对" in visit.step(mate, "check_in", strange)
    assert Task.objects.get(id=visit.task(mate).id).wrong_codes == 2
    assert not Attendance.objects.exists()


def test_a_screen_shows_the_code_until_it_is_ended(visit: Visit) -> None:
    person, _actor = make.staff(Role.STATION_STAFF, visit.world.district.station)
    officer, place = client(person), visit.world.district.station.id
    told = text(officer.post(f"/v/site-code/{place}/screens", {"label": "大门"}, follow=True))
    found = re.search(rf"/s/{place}/screen/[0-9A-Z]+", told)
    assert found is not None
    assert found.group() not in text(officer.get(f"/v/site-code/{place}"))
    nobody = make_client()
    shown = nobody.get(found.group())
    assert visit.site()[:3] in text(shown)
    assert shown["Cache-Control"] == "no-store"
    assert nobody.get(f"/s/{place}/screen/WRONG").status_code == 404
    officer.post(f"/v/site-code/{place}/screens/{Screen.objects.get().id}")
    assert nobody.get(found.group()).status_code == 404
    assert client(visit.world.mate).get(f"/v/site-code/{place}").status_code == 403


def make_client() -> Any:
    return Client()


def test_a_leaders_phone_proves_her_members_and_not_herself(world: World, still_clock: Any) -> None:
    visit = Visit(world, still_clock, world.mate, world.leader)
    page = text(client(world.leader).get(f"/v/jobs/{visit.job.id}/code"))
    code = code_of(job_subject(visit.job.id), at=still_clock.at)
    assert f"{code[:3]} {code[3:]}" in page
    assert client(world.mate).get(f"/v/jobs/{visit.job.id}/code").status_code == 404
    scanned = text(client(world.mate).get(f"/v/check-in?job={visit.job.id}&code={code}"))
    assert "我到了,签到" in scanned
    visit.step(world.mate, "check_in", code)
    visit.step(world.leader, "check_in", code)
    assert visit.seen(world.mate).in_proof == "job_code"
    assert visit.seen(world.leader).in_proof == "own_code"


def test_the_served_person_or_the_leader_scans_the_volunteers_phone(visit: Visit) -> None:
    mate, world = visit.world.mate, visit.world
    task = visit.task(mate)
    url = f"/v/tasks/{task.id}"
    shown = text(client(mate).get(f"{url}/code"))
    found = re.search(r'class="code">(\d{3}) (\d{3})<', shown)
    assert found is not None
    code = found.group(1) + found.group(2)
    assert client(mate).post(f"{url}/scan", {"code": code}).status_code == 404
    assert client(world.other_leader).post(f"{url}/scan", {"code": code}).status_code == 404
    resident = client(world.resident)
    assert "确认到场" in text(resident.get(f"{url}/scan?code={code}"))
    assert "已记下" in text(resident.post(f"{url}/scan", {"code": code}, follow=True))
    assert visit.seen(mate).in_proof == "scanned"
    assert visit.seen(mate).in_by_id == world.resident.id
    visit.move(HOUR)
    late = client(world.leader).post(f"{url}/scan", {"code": code})
    assert "已经作废" in text(late)
    new = text(client(mate).get(f"{url}/code"))
    again = re.search(r'class="code">(\d{3}) (\d{3})<', new)
    assert again is not None
    client(world.leader).post(f"{url}/scan", {"code": again.group(1) + again.group(2)})
    assert visit.seen(mate).out_proof == "scanned"


def test_a_roll_call_is_a_word_until_another_saw_it(world: World, still_clock: Any) -> None:
    second = make.member(world.team, "周队员", skills=("水电维修",))
    visit = Visit(world, still_clock, world.mate, second)
    leader, url = client(world.leader), f"/v/jobs/{visit.job.id}/roll"
    assert "孙队员" in text(leader.get(url))
    assert "请至少勾选" in text(leader.post(url, {"end": "in"}))
    ids = [str(visit.task(p).id) for p in (world.mate, second)]
    told = text(leader.post(url, {"end": "in", "tasks": ids}, follow=True))
    assert "请另一位在场的人见证" in told
    assert visit.seen(world.mate).in_proof == "hand"
    call = RollCall.objects.get()
    page = f"/v/roll-calls/{call.id}"
    assert leader.post(page, {"tasks": ids}).status_code == 403
    assert client(world.other_leader).get(page).status_code == 404
    mate = client(world.mate)
    assert mate.post(page, {"tasks": ids}).status_code == 409  # one of them is herself
    mate.post(page, {"tasks": ids[1:]})
    assert visit.seen(second).in_proof == "roll_call"
    assert visit.seen(world.mate).in_proof == "hand"
    client(world.resident).post(page, {"tasks": ids[:1]})
    assert visit.seen(world.mate).in_proof == "roll_call"


def test_signed_out_afterwards_by_hand_is_looked_at_by_somebody_else(
    visit: Visit, still_clock: Any
) -> None:
    world, mate = visit.world, visit.world.mate
    visit.step(mate, "check_in", visit.site())
    visit.move(2 * HOUR)
    task = visit.task(mate)
    client(world.leader).post(
        f"/v/jobs/{visit.job.id}/roll",
        {"end": "out", "tasks": [str(task.id)], "when": "16:00"},
    )
    assert {d.kind for d in open_doubts(task_id=task.id)} == {"entered_later"}
    run_once(still_clock.at)
    assert Message.objects.filter(person=mate, kind="doubt.opened").count() == 1
    assert "事后人工补记" in text(client(mate).get(f"/v/tasks/{task.id}"))
    officer, _actor = make.staff(Role.STATION_STAFF, world.district.station)
    desk = client(officer)
    shown = text(desk.get("/desk/doubts/"))
    assert "离场 60 分钟以后才由人工记下" in shown
    assert "孙" in shown
    doubt = Doubt.objects.get()
    blank = desk.post(f"/desk/doubts/{doubt.id}", {"outcome": "cleared", "reason": " "})
    assert blank.status_code == 422
    assert "请写明怎么核查的" in text(blank)
    waits = Transfer.objects.get(task=task, ledger="minutes", settlement=None)
    run_once(still_clock.at + timedelta(days=9))
    waits.refresh_from_db()
    assert not Transfer.objects.filter(settles=waits).exists()
    done = {"outcome": "voided", "reason": "问过点单人,三点半就走了"}
    assert desk.post(f"/desk/doubts/{doubt.id}", done).status_code == 303
    assert desk.post(f"/desk/doubts/{doubt.id}", {**done, "outcome": "cleared"}).status_code == 409
    run_once(still_clock.at + timedelta(days=9))
    assert Transfer.objects.get(settles=waits).phase == "voiding"
    assert "不计时长" in text(client(mate).get(f"/v/tasks/{task.id}"))
    assert "三点半就走了" in text(desk.get("/desk/doubts/?state=decided"))
    assert "三点半就走了" in text(desk.get("/desk/doubts/export.csv?state=decided"))
    assert "没有等人核查的时长" in text(desk.get("/desk/doubts/"))


def test_nobody_decides_about_her_own_hours(visit: Visit, still_clock: Any) -> None:
    world, mate = visit.world, visit.world.mate
    RoleGrant.objects.create(
        person=mate, role=Role.STATION_STAFF, place=world.district.station, from_on=world.at.date()
    )
    visit.step(mate, "check_in", visit.site())
    visit.move(3 * HOUR)
    visit.step(mate, "check_out", leave_code(visit.job))
    doubt = Doubt.objects.get(kind="long")
    shown = text(client(mate).get("/desk/doubts/"))
    assert "要由另一位同事来核查" in shown
    said = client(mate).post(f"/desk/doubts/{doubt.id}", {"outcome": "cleared", "reason": "没事"})
    assert said.status_code == 403
    doubt.refresh_from_db()
    assert doubt.settled_at is None


class Phone:
    """A phone whose clock is `off` from the server's, and its queue of one record at a time."""

    def __init__(self, visit: Visit, person: Person, off: timedelta = timedelta(0)) -> None:
        self.visit, self.person, self.off = visit, person, off

    def write(self, end: str, code: str) -> dict[str, str]:
        return {
            "form_key": str(uuid4()),
            "end": end,
            "code": code,
            "phone_at": (self.visit.clock.at + self.off).isoformat(),
        }

    def send(self, record: dict[str, str]) -> Any:
        task = self.visit.task(self.person)
        sent_at = (self.visit.clock.at + self.off).isoformat()
        return (
            client(self.person)
            .post(f"/v/tasks/{task.id}/late", {**record, "sent_at": sent_at})
            .json()
        )


def test_records_kept_offline_are_taken_once_at_the_hour_they_were_written(visit: Visit) -> None:
    phone = Phone(visit, visit.world.mate, off=timedelta(minutes=7))
    began = visit.clock.at
    came = phone.write("in", visit.site())
    visit.move(HOUR)
    left = phone.write("out", visit.site())
    visit.move(4 * HOUR)
    first = phone.send(came)
    assert first["taken"]
    assert "快了 7 分钟" in first["sentence"]
    assert phone.send(came) == first
    assert phone.send(left)["taken"]
    seen = visit.seen(visit.world.mate)
    assert (seen.in_at, seen.out_at) == (began, began + HOUR)
    assert (seen.in_proof, seen.out_proof) == ("offline", "offline")
    assert LateRecord.objects.count() == 2
    run_once(visit.clock.at)
    row = Transfer.objects.get(task=seen.task, ledger="minutes", settlement=None)
    assert row.credit.grade == "declared"
    assert {"check_in_code", "check_out_code"} <= set(row.data["missing"])


def test_a_changed_clock_is_found_by_the_code_itself(visit: Visit) -> None:
    code = visit.site()
    visit.move(2 * HOUR)
    honest = Phone(visit, visit.world.mate)
    record = honest.write("in", code)
    answer = honest.send(record)
    assert not answer["taken"]
    assert "手机的时间改过或不准" in answer["sentence"]
    assert not Attendance.objects.exists()
    assert LateRecord.objects.get().code == "clock_changed"
    assert honest.send(record) == answer


def test_a_record_somebody_was_quicker_with_says_so(visit: Visit) -> None:
    phone = Phone(visit, visit.world.mate)
    came = phone.write("in", visit.site())
    visit.move(2 * MINUTE)
    visit.step(visit.world.mate, "check_in", serve_code(visit.job))
    visit.move(HOUR)
    answer = phone.send(came)
    assert not answer["taken"]
    assert "已经有人记了您到场" in answer["sentence"]
    task = visit.task(visit.world.mate)
    strange = client(visit.world.leader).post(f"/v/tasks/{task.id}/late", came)
    assert strange.status_code == 404


def test_a_paper_sheet_is_declared_and_needs_another_officer(visit: Visit) -> None:
    world, mate = visit.world, visit.world.mate
    officer, keeps = make.staff(Role.STATION_STAFF, world.district.station)
    desk = client(officer)
    sheet = text(desk.get(f"/desk/jobs/{visit.job.id}/sheet"))
    assert "孙队员" in sheet
    line = SheetLine.objects.get()
    visit.move(4 * HOUR)
    assert "没有这个码" in text(desk.get("/desk/sheet/?code=NOSUCH00"))
    found = desk.get(f"/desk/sheet/?code={line.code.lower()[:4]} {line.code[4:]}", follow=True)
    assert "照表补录" in text(found)
    hours = {"came_at": "2026-03-05T15:00", "left_at": "2026-03-05T14:00"}
    assert "离场要晚于到场" in text(desk.post(f"/desk/sheet/{line.code}", hours))
    hours["left_at"] = "2026-03-05T16:00"
    assert desk.post(f"/desk/sheet/{line.code}", hours).status_code == 303
    assert "不用再录" in text(desk.get(f"/desk/sheet/{line.code}"))
    seen = visit.seen(mate)
    assert (seen.in_proof, seen.out_proof) == ("paper", "paper")
    run_once(visit.clock.at)
    row = Transfer.objects.get(task=seen.task, ledger="minutes", settlement=None)
    assert row.credit.grade == "declared"
    with pytest.raises(Refusal):
        confirm(seen.task_id, by=keeps, at=visit.clock.at)
    _other, second = make.staff(Role.STATION_STAFF, world.district.station)
    confirm(seen.task_id, by=second, at=visit.clock.at)
