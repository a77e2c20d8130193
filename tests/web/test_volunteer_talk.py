"""留言·约时间: a team and who asked agree on an hour; codes cannot be guessed; who is too far."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from diandan.flow import answers
from diandan.flow.notices import tell_of
from diandan.ground.notify.models import Message
from diandan.ground.people.models import Role
from diandan.ground.record.models import FactRow
from diandan.kit.refusal import Refusal
from diandan.kit.units import local
from diandan.path.ask.models import Request, Words
from diandan.path.bundle.models import Job
from diandan.path.dispatch.queries import candidates_for
from diandan.path.engage.models import Task
from tests import factories as make
from tests.web.volunteer_world import World, client, serve_code, task_of, text

pytestmark = pytest.mark.django_db
SECRET = "周四三点在家,3幢7042室,电话13812345678"


@pytest.fixture
def world(still_clock: Any, settings: Any, at: Any) -> World:
    return World(at, settings)


def going(world: World) -> tuple[Job, Request, Task]:
    offer = world.offer()
    leader = client(world.leader)
    leader.post(f"/v/offers/{offer.id}/accept")
    leader.post(f"/v/jobs/{offer.job_id}/allocate", {"people": world.mate.id})
    task = task_of(world.mate)
    client(world.mate).post(f"/v/tasks/{task.id}/step", {"step": "confirm"})
    return offer.job, Request.objects.get(bonds__job=offer.job), task


def told(kind: str, at: datetime) -> dict[Any, str]:
    fact = FactRow.objects.filter(kind=kind).latest("id")
    tell_of(fact, at)
    return {m.person_id: m.link for m in Message.objects.filter(key__startswith=f"{fact.id}:")}


def test_the_leader_and_who_goes_write_in_the_name_of_the_team(world: World) -> None:
    job, row, task = going(world)
    client(world.leader).post(f"/v/jobs/{job.id}/say", {"request": row.id, "text": "周四行吗"})
    assert world.resident.id in told("request.added_to", world.at)
    client(world.mate).post(f"/v/tasks/{task.id}/say", {"request": row.id, "text": "我带梯子"})
    assert [(w.team_id, w.from_requester) for w in Words.objects.all()] == [
        (world.team.id, False),
        (world.team.id, False),
    ]
    page = text(client(world.resident).get(f"/requests/{row.id}"))
    assert "周四行吗" in page
    assert "东山先锋队" in page
    assert "孙队员" not in page


def test_her_answer_reaches_them_without_door_and_phone_until_they_are_there(world: World) -> None:
    job, row, task = going(world)
    answers.say(row.id, text=SECRET, by=make.actor(world.resident), at=world.at)
    links = told("request.added_to", world.at)
    assert links[world.leader.id] == f"/v/jobs/{job.id}"
    assert links[world.mate.id] == f"/v/tasks/{task.id}"
    mate = client(world.mate)
    for page in (
        text(client(world.leader).get(f"/v/jobs/{job.id}")),
        text(mate.get(links[world.mate.id])),
    ):
        assert "周四三点在家" in page
        assert "7042" not in page
        assert "13812345678" not in page
    mate.post(f"/v/tasks/{task.id}/step", {"step": "check_in", "code": serve_code(job)})
    assert "电话13812345678" in text(mate.get(links[world.mate.id]))
    mate.post(f"/v/tasks/{task.id}/step", {"step": "check_out"})
    assert "周四三点在家" not in text(mate.get(links[world.mate.id]))
    assert "周四三点在家" not in text(client(world.leader).get(f"/v/jobs/{job.id}"))
    late = mate.post(f"/v/tasks/{task.id}/say", {"request": row.id, "text": "再见"})
    assert late.status_code == 403


def test_nobody_else_of_the_team_or_another_may_write_or_read(world: World) -> None:
    job, row, _task = going(world)
    for by in (world.other_actor, make.actor(make.member(world.team, "没去的"))):
        with pytest.raises(Refusal) as no:
            answers.say(row.id, text="您好", by=by, at=world.at)
        assert no.value.status == 403
    there = {"request": row.id, "text": "您好"}
    assert client(world.other_leader).post(f"/v/jobs/{job.id}/say", there).status_code == 404
    leader = client(world.leader)
    stray = leader.post(f"/v/jobs/{job.id}/say", {"request": world.team.id, "text": "您好"})
    assert stray.status_code == 404
    Request.objects.update(is_private=True)
    with pytest.raises(Refusal):
        answers.say(row.id, text="您好", by=make.actor(world.mate), at=world.at)
    assert not Words.objects.exists()


def test_an_hour_is_agreed_and_both_sides_see_it(world: World, still_clock: Any) -> None:
    job, row, task = going(world)
    begin = world.at + timedelta(days=1)
    form = {
        "starts_at": f"{local(begin):%Y-%m-%dT%H:%M}",
        "ends_at": f"{local(begin + timedelta(hours=1)):%Y-%m-%dT%H:%M}",
    }
    leader = client(world.leader)
    assert leader.post(f"/v/jobs/{job.id}/time", form).status_code == 303
    job.refresh_from_db()
    assert job.starts_at == begin.replace(second=0, microsecond=0)
    assert {world.resident.id, world.mate.id} <= set(told("job.time_agreed", world.at))
    assert "约好的时间" in text(client(world.resident).get(f"/requests/{row.id}"))
    wrong = leader.post(f"/v/jobs/{job.id}/time", {**form, "ends_at": ""}, follow=True)
    assert "开始和结束" in text(wrong)
    with pytest.raises(Refusal) as no:
        answers.agree_on_time(
            job.id, starts_at=begin, ends_at=begin, by=make.actor(world.mate), at=world.at
        )
    assert no.value.status == 403
    still_clock.at = begin
    client(world.mate).post(
        f"/v/tasks/{task.id}/step", {"step": "check_in", "code": serve_code(job)}
    )
    assert leader.post(f"/v/jobs/{job.id}/time", form).status_code == 409


def test_a_code_cannot_be_guessed(world: World) -> None:
    job, _row, task = going(world)
    mate, url = client(world.mate), f"/v/tasks/{task.id}"
    for _n in range(10):
        mate.post(f"{url}/step", {"step": "check_in", "code": "0"})
    right = {"step": "check_in", "code": serve_code(job)}
    mate.post(f"{url}/step", right)
    assert "试得太多" in text(mate.get(url))
    task.refresh_from_db()
    assert (task.wrong_codes, task.state) == (10, Task.State.CONFIRMED)
    later = make.actor(world.mate), world.at + timedelta(minutes=61)
    answers.task_step(task.id, "check_in", code=right["code"], by=later[0], at=later[1])
    task.refresh_from_db()
    assert task.state == Task.State.CHECKED_IN


def test_a_team_across_the_district_is_not_asked_for_an_urgent_job(world: World) -> None:
    job = world.job()
    far = world.district.institute
    far.lat = 31.95 + 0.3  # some 33 km
    far.save()
    for urgency, rule in (("normal", ""), ("urgent", "too_far")):
        job.urgency = urgency
        rows = candidates_for(job, world.at, takers_only=False)
        assert {r.candidate.team_id: r.ruled_out for r in rows}[world.team.id] == rule


def test_a_job_stands_once_on_the_list_of_a_leader_who_goes(world: World) -> None:
    job, _row, _task = going(world)
    leader = client(world.leader)
    assert f"/v/jobs/{job.id}" in text(leader.get("/v/tasks"))
    leader.post(f"/v/jobs/{job.id}/allocate", {"people": [world.leader.id, world.mate.id]})
    page = text(leader.get("/v/tasks"))
    assert f"/v/jobs/{job.id}" not in page
    task = task_of(world.leader)
    assert f"/v/tasks/{task.id}" in page
    assert f"/v/jobs/{job.id}" in text(leader.get(f"/v/tasks/{task.id}"))


def test_one_request_alone_was_not_merged(world: World) -> None:
    job = world.job()
    clerk, _ = make.staff(Role.STATION_STAFF, world.district.station)
    assert "并入一张点单" not in text(client(clerk).get(f"/desk/jobs/{job.id}"))
