"""备勤页: a leader is asked to stand by, says yes, sees it in her lists and may take it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from diandan.flow import answers
from diandan.flow.backups import ask_if_risky
from diandan.flow.conductor import do_job
from diandan.ground.people.models import Role
from diandan.path.bundle.models import Job
from diandan.path.dispatch.models import Offer
from diandan.web.shared import words
from tests import factories as make
from tests.web.volunteer_world import World, client, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(still_clock: Any, settings: Any, at: Any) -> World:
    return World(at, settings)


def asked(world: World) -> Offer:
    """A job the first team has, three hours ahead; the second is asked to stand by."""
    offer = world.offer()
    answers.accept_offer(offer.id, by=world.leader_actor, at=world.at)
    assert ask_if_risky(offer.job_id, world.at)
    return Offer.objects.get(job=offer.job, role="backup")


def test_standing_by_from_the_question_to_the_call(world: World) -> None:
    row = asked(world)
    leader = client(world.other_leader)
    assert "备勤" in text(leader.get("/v/offers"))
    page = text(leader.get(f"/v/offers/{row.id}"))
    assert "能否备勤?" in page
    assert "可以备勤" in page
    assert f"/v/offers/{row.id}/accept" not in page
    assert leader.post(f"/v/offers/{row.id}/stand-by").status_code == 303
    assert leader.post(f"/v/offers/{row.id}/stand-by").status_code == 303
    assert "你们在备勤" in text(leader.get(f"/v/offers/{row.id}"))
    assert "备勤中" in text(leader.get("/v/offers"))
    assert "备勤中" in text(leader.get("/v/"))
    do_job(row.job_id, "give_up", by=world.leader_actor, at=world.at)
    assert "你们队已接单" in text(leader.get(f"/v/offers/{row.id}"))
    request = row.job.bonds.get().request
    page = text(client(world.resident).get(f"/requests/{request.id}"))
    assert f"原来的队伍来不了,改由{world.other.name}来" in page
    assert "另有一支队伍备勤" in page


def test_a_yes_is_taken_back_with_one_tap(world: World) -> None:
    row = asked(world)
    leader = client(world.other_leader)
    leader.post(f"/v/offers/{row.id}/stand-by")
    assert "不能备勤了" in text(leader.get(f"/v/offers/{row.id}"))
    assert leader.get(f"/v/offers/{row.id}/decline").status_code == 200
    assert leader.post(f"/v/offers/{row.id}/decline", {"reason": "busy"}).status_code == 303
    row.refresh_from_db()
    assert row.state == "declined"
    assert leader.post(f"/v/offers/{row.id}/stand-by").status_code == 409


def test_nobody_else_answers_for_the_team(world: World) -> None:
    row = asked(world)
    assert client(world.leader).post(f"/v/offers/{row.id}/stand-by").status_code == 404


def test_the_desk_sees_who_stands_by_and_why(world: World) -> None:
    row = asked(world)
    clerk, _actor = make.staff(Role.STATION_STAFF, world.district.station)
    page = text(client(clerk).get(f"/desk/jobs/{row.job_id}/"))
    assert f"已问{world.other.name}能否备勤,等回复" in page
    assert "一天内就要上门" in page
    answers.stand_by(row.id, by=world.other_actor, at=world.at)
    page = text(client(clerk).get(f"/desk/jobs/{row.job_id}/"))
    assert f"{world.other.name}备勤中" in page


def test_a_visit_far_ahead_says_when_teams_are_asked(world: World) -> None:
    job = world.job()
    starts = world.at + timedelta(days=30)
    Job.objects.filter(id=job.id).update(starts_at=starts, ends_at=starts + timedelta(hours=1))
    said = words.for_job(Job.objects.get(id=job.id), world.at)
    assert said.by is not None
    assert said.by.words.startswith("到3月")
    assert said.by.words.endswith("再问队伍")
