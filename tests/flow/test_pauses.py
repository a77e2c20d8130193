"""暂停接任务: no way to a visit is open to who is paused; what she said yes to before stays hers."""

from __future__ import annotations

import pytest

from diandan.flow import answers
from diandan.flow.conductor import do_job
from diandan.flow.dispatcher import call_once
from diandan.flow.pausing import teams_for
from diandan.ground.people.models import Membership, Person
from diandan.kit.refusal import Refusal
from diandan.path.bundle.models import Job
from diandan.path.dispatch.models import PersonAsk
from diandan.path.engage.models import Task
from diandan.path.ledger.models import ServicePause
from tests import factories as make
from tests.factories import NOON
from tests.flow.test_lives import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    made = World(NOON)
    for _n in range(3):
        make.member(made.team, "志愿者")
    return made


def pause(world: World, who: Person) -> ServicePause:
    return ServicePause.objects.create(
        person=who, centre=world.district.centre, missed=5, paused_at=world.at
    )


def mates(world: World) -> list[Person]:
    rows = Membership.objects.filter(team=world.team, duty=Membership.Duty.MEMBER)
    return [row.person for row in rows.select_related("person").order_by("joined_at", "id")]


def engaged(world: World) -> Job:
    """A job the team has taken."""
    job = make.job(world.district.centre, world.district.station, world.kind)
    do_job(job.id, "offer", by=world.dispatcher, at=world.at, team_ids=[world.team.id])
    answers.accept_offer(job.offers.get().id, by=world.leader, at=world.at)
    return job


def test_the_paused_are_not_asked_themselves(world: World) -> None:
    one, *_others = mates(world)
    pause(world, one)
    job = make.job(world.district.centre, world.district.station, world.kind, headcount=3)
    do_job(job.id, "offer", by=world.dispatcher, at=world.at, people=True)
    call_once(world.at)
    asked = set(PersonAsk.objects.filter(job=job).values_list("person_id", flat=True))
    assert asked
    assert one.id not in asked


def test_who_was_asked_before_the_pause_cannot_agree_in_it(world: World) -> None:
    job = make.job(world.district.centre, world.district.station, world.kind)
    do_job(job.id, "offer", by=world.dispatcher, at=world.at, people=True)
    call_once(world.at)
    ask = PersonAsk.objects.filter(job=job).select_related("person").earliest("id")
    row = pause(world, ask.person)
    me = make.actor(ask.person, is_volunteer=True)
    with pytest.raises(Refusal, match="说明情况"):
        answers.agree_to_ask(ask.id, by=me, at=world.at)
    row.lifted_at = world.at
    row.save()
    assert answers.agree_to_ask(ask.id, by=me, at=world.at) is not None


def test_a_leader_does_not_name_the_paused_and_hears_no_reason(world: World) -> None:
    one, two, _three = mates(world)
    job = engaged(world)
    pause(world, one)
    with pytest.raises(Refusal, match="请选别的队员") as said:
        do_job(job.id, "allocate", by=world.leader, at=world.at, person_ids=[one.id, two.id])
    assert said.value.field == "people"
    do_job(job.id, "allocate", by=world.leader, at=world.at, person_ids=[two.id])
    assert [task.person_id for task in Task.objects.filter(engagement__job=job)] == [two.id]


def test_a_paused_leader_hears_where_to_answer(world: World) -> None:
    job = engaged(world)
    pause(world, world.leader_row)
    with pytest.raises(Refusal, match="我的时长"):
        do_job(job.id, "allocate", by=world.leader, at=world.at, person_ids=[world.leader_row.id])


def test_nothing_is_handed_on_to_the_paused_and_a_proposal_is_not_confirmed(world: World) -> None:
    one, two, _three = mates(world)
    job = engaged(world)
    do_job(job.id, "allocate", by=world.leader, at=world.at, person_ids=[one.id])
    task = Task.objects.get(engagement__job=job)
    me = make.actor(one, is_volunteer=True)
    pause(world, two)
    with pytest.raises(Refusal, match="请选别的队员"):
        answers.task_step(task.id, "hand_on", by=me, at=world.at, to=two.id)
    mine = pause(world, one)
    with pytest.raises(Refusal, match="我的时长"):
        answers.task_step(task.id, "confirm", by=me, at=world.at)
    answers.task_step(task.id, "decline", by=me, at=world.at, reason="busy")  # a no is always hers
    assert mine.lifted_at is None


def test_who_is_going_already_keeps_it_when_others_are_named(world: World) -> None:
    one, two, _three = mates(world)
    job = engaged(world)
    do_job(job.id, "allocate", by=world.leader, at=world.at, person_ids=[one.id])
    pause(world, one)
    do_job(job.id, "allocate", by=world.leader, at=world.at, person_ids=[one.id, two.id])
    assert Task.objects.filter(engagement__job=job, state="proposed").count() == 2


def test_a_team_is_not_asked_for_more_than_it_can_send_and_cannot_claim_it(world: World) -> None:
    one, *_others = mates(world)
    job = make.job(world.district.centre, world.district.station, world.kind, headcount=4)
    row = pause(world, one)
    against = {
        r.candidate.team_id: r.ruled_out for r in teams_for(job, world.at, takers_only=False)
    }
    assert against[world.team.id] == "headcount"
    do_job(job.id, "offer", by=world.dispatcher, at=world.at, open_claim=True)
    offer = job.offers.get()
    with pytest.raises(Refusal, match="只有3人") as said:
        answers.accept_offer(offer.id, by=world.leader, at=world.at, team_id=world.team.id)
    assert said.value.code == "too_few"
    row.lifted_at = world.at
    row.save()
    assert not [
        r.ruled_out
        for r in teams_for(job, world.at, takers_only=False)
        if r.candidate.team_id == world.team.id and r.ruled_out == "headcount"
    ]
    answers.accept_offer(offer.id, by=world.leader, at=world.at, team_id=world.team.id)


def test_a_team_of_which_nobody_may_come_is_not_asked(world: World) -> None:
    pause(world, world.second_row)  # its only member
    job = make.job(world.district.centre, world.district.station, world.kind)
    ranked = teams_for(job, world.at, takers_only=False)
    assert {r.candidate.team_id: r.ruled_out for r in ranked}[world.second.id] == "headcount"


def test_a_paused_leader_still_answers_for_her_team(world: World) -> None:
    pause(world, world.leader_row)
    assert engaged(world).engagements.get().team_id == world.team.id
