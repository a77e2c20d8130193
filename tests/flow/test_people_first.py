"""问到个人: volunteers are asked themselves, a few at a time; enough yeses have the job together."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from diandan.flow import answers
from diandan.flow.calling import PATIENCE
from diandan.flow.conductor import do_job, do_request
from diandan.flow.dispatcher import call_once, dispatch_once
from diandan.flow.template import read, shipped
from diandan.flow.worker import run_once
from diandan.ground.notify.models import Message as Sent
from diandan.ground.people.models import Membership, Person, Team
from diandan.kit.refusal import Refusal
from diandan.path.bundle.models import Job
from diandan.path.dispatch.actions.people import no_direct_ask
from diandan.path.dispatch.folk import ASKS_A_WEEK
from diandan.path.dispatch.models import Offer, PeopleCall, PersonAsk
from diandan.path.engage.models import Engagement, Task
from tests import factories as make
from tests.factories import NOON
from tests.flow.test_lives import World

pytestmark = pytest.mark.django_db
Ask = PersonAsk.State


@pytest.fixture
def world() -> World:
    """A small district; besides two leaders, ten members who could be asked themselves."""
    made = World(NOON)
    for _n in range(10):
        make.member(made.team, "志愿者")
    return made


def call(world: World, **more: object) -> Job:
    """A job whose dispatcher has the volunteers asked themselves, and the first wave asked."""
    job = make.job(world.district.centre, world.district.station, world.kind, **more)
    do_job(job.id, "offer", by=world.dispatcher, at=world.at, people=True)
    assert call_once(world.at) > 0
    return job


def asked(job: Job, *states: PersonAsk.State) -> list[PersonAsk]:
    rows = PersonAsk.objects.filter(job=job).select_related("person").order_by("asked_at", "id")
    return [row for row in rows if not states or row.state in states]


def yes(world: World, ask: PersonAsk) -> Task | None:
    me = make.actor(ask.person, is_volunteer=True)
    return answers.agree_to_ask(ask.id, by=me, at=world.at)


def no(world: World, ask: PersonAsk) -> None:
    me = make.actor(ask.person, is_volunteer=True)
    answers.decline_person_ask(ask.id, reason="busy", by=me, at=world.at)


def test_the_first_yes_has_the_job_and_the_others_are_told(world: World) -> None:
    job = call(world, starts_at=NOON + timedelta(minutes=95))
    first, *others = asked(job)
    assert others, "a near visit asks more than one"
    task = yes(world, first)
    assert task is not None
    assert (task.person_id, task.state) == (first.person_id, Task.State.CONFIRMED)
    job.refresh_from_db()
    assert job.state == "allocated"
    engagement = Engagement.objects.get(job=job, ended_at=None)
    assert engagement.offer.role == Offer.Role.PEOPLE
    assert engagement.team.members.filter(person=first.person).exists()
    assert {row.state for row in asked(job)} == {Ask.AGREED, Ask.TAKEN}
    run_once(world.at)
    kinds = set(Sent.objects.filter(person=others[0].person).values_list("kind", flat=True))
    assert "job.call_ended" in kinds
    with pytest.raises(Refusal, match="人已够"):
        yes(world, others[0])


def test_four_are_needed_and_three_yeses_wait(world: World) -> None:
    job = call(world, headcount=4)
    while len(asked(job, Ask.AGREED)) < 3:
        assert yes(world, asked(job, Ask.OPEN)[0]) is None
        call_once(world.at)
    job.refresh_from_db()
    assert job.state == "offered"
    assert not Engagement.objects.filter(job=job).exists()
    no(world, asked(job, Ask.AGREED)[0])  # a yes that is not needed yet may be taken back
    call_once(world.at)
    assert yes(world, asked(job, Ask.OPEN)[0]) is None
    call_once(world.at)
    assert yes(world, asked(job, Ask.OPEN)[0]) is not None
    job.refresh_from_db()
    assert job.state == "allocated"
    assert Task.objects.filter(engagement__job=job, state="confirmed").count() == 4


def test_a_refuser_is_replaced_and_never_asked_again(world: World) -> None:
    job = call(world)
    seen: set[object] = set()
    for _n in range(6):
        row = asked(job, Ask.OPEN)[0]
        seen.add(row.person_id)
        no(world, row)
        call_once(world.at)
    people = [row.person_id for row in asked(job)]
    assert len(people) == len(set(people))
    assert seen <= set(people)
    assert len(asked(job, Ask.DECLINED)) == 6
    assert PersonAsk.objects.filter(state=Ask.DECLINED).exclude(reason="busy").count() == 0


def test_as_few_as_will_do(world: World) -> None:
    job = call(world)  # a week to the promise: one at a time
    assert len(asked(job)) == 1
    assert call_once(world.at) == 0
    world.at += PATIENCE + timedelta(minutes=1)
    assert call_once(world.at) == 1, "silence is followed by the next"


def test_a_late_yes_still_counts(world: World) -> None:
    job = call(world)
    late = asked(job)[0]
    world.at += PATIENCE * 2
    call_once(world.at)
    assert yes(world, late) is not None


def test_nobody_is_asked_at_night_but_for_what_presses(world: World) -> None:
    world.at = NOON + timedelta(hours=10)  # 22:00
    calm = make.job(world.district.centre, world.district.station, world.kind)
    pressing = make.job(world.district.centre, world.district.station, world.kind, urgency="urgent")
    for job in (calm, pressing):
        do_job(job.id, "offer", by=world.dispatcher, at=world.at, people=True)
    call_once(world.at)
    assert not asked(calm)
    assert asked(pressing)
    world.at = NOON + timedelta(hours=21)
    call_once(world.at)
    assert asked(calm)


def test_who_refuses_automated_asking_is_not_asked(world: World) -> None:
    for who in Person.objects.filter(volunteer__isnull=False):
        assert no_direct_ask(True, by=make.actor(who, is_volunteer=True), at=world.at)
    job = make.job(world.district.centre, world.district.station, world.kind)
    do_job(job.id, "offer", by=world.dispatcher, at=world.at, people=True)
    call_once(world.at)
    assert not asked(job)
    assert Offer.objects.filter(job=job, team__isnull=False).exists(), "teams are asked instead"


def test_minors_and_people_off_duty_are_not_asked(world: World) -> None:
    able = Person.objects.filter(volunteer__isnull=False).order_by("id")
    for row in able[:6]:
        row.born_on = NOON.date().replace(year=2012)
        row.save()
    for row in able[6:]:
        row.volunteer.on_duty = False
        row.volunteer.save()
    job = make.job(world.district.centre, world.district.station, world.kind)
    do_job(job.id, "offer", by=world.dispatcher, at=world.at, people=True)
    call_once(world.at)
    assert not asked(job)


def test_three_questions_a_week_and_no_more(world: World) -> None:
    for _n in range(12):
        job = call(world)
        for row in asked(job, Ask.OPEN):
            no(world, row)
    most = max(
        PersonAsk.objects.filter(person=row).count()
        for row in Person.objects.filter(volunteer__isnull=False)
    )
    assert most <= ASKS_A_WEEK


def test_when_nobody_is_left_teams_are_asked(world: World) -> None:
    job = call(world)
    for _n in range(20):
        waiting = asked(job, Ask.OPEN)
        if not waiting:
            break
        for row in waiting:
            no(world, row)
        call_once(world.at)
    assert Offer.objects.filter(job=job, team__isnull=False).exists()


def test_a_team_that_takes_it_ends_the_asking(world: World) -> None:
    job = call(world)
    do_job(job.id, "offer", by=world.dispatcher, at=world.at, team_ids=[world.second.id])
    offer = Offer.objects.get(job=job, team=world.second)
    answers.accept_offer(offer.id, by=world.second_leader, at=world.at)
    assert {row.state for row in asked(job)} == {Ask.TAKEN}
    assert PeopleCall.objects.get(job=job).state == PeopleCall.State.ENDED


def test_somebody_who_drops_out_is_replaced(world: World) -> None:
    job = call(world, headcount=2, starts_at=NOON + timedelta(days=2))
    while not Engagement.objects.filter(job=job).exists():
        yes(world, asked(job, Ask.OPEN)[0])
        call_once(world.at)
    gone = Task.objects.filter(engagement__job=job).order_by("id").first()
    assert gone is not None
    me = make.actor(gone.person, is_volunteer=True)
    answers.task_step(gone.id, "cannot_come", by=me, at=world.at, reason="发烧")
    assert call_once(world.at) > 0
    assert yes(world, asked(job, Ask.OPEN)[0]) is not None
    assert Task.objects.filter(engagement__job=job, state="confirmed").count() == 2
    assert not PeopleCall.objects.filter(job=job, state=PeopleCall.State.OPEN).exists()


def test_nobody_answers_for_another(world: World) -> None:
    row = asked(call(world))[0]
    with pytest.raises(Refusal, match="本人"):
        answers.agree_to_ask(row.id, by=world.second_leader, at=world.at)
    row.refresh_from_db()
    assert row.state == Ask.OPEN


def test_her_own_request_is_not_put_to_her(world: World) -> None:
    mine = Person.objects.filter(volunteer__isnull=False).exclude(id=world.leader_row.id).first()
    assert mine is not None
    world.resident, world.me = mine, make.actor(mine, is_volunteer=True)
    row = world.place()
    do_request(row.id, "take_up", by=world.dispatcher, at=world.at)
    job = world.job(world.rest(row))
    do_job(job.id, "offer", by=world.dispatcher, at=world.at, people=True)
    for _n in range(15):
        call_once(world.at)
        for each in asked(job, Ask.OPEN):
            no(world, each)
    assert mine.id not in {each.person_id for each in asked(job)}


def test_a_flow_may_ask_people_first_or_both(world: World) -> None:
    text = 'name = "邻里"\nextends = "common"\nfirst = "{}"\n[job.ready]\nauto = "offer"\n'
    assert read("x", text.format("both")).first == "both"
    with pytest.raises(Exception, match="teams、people、both"):
        read("x", text.format("nobody"))
    assert shipped()["neighbours"].first == "people"


def test_people_first_by_the_flow_alone(world: World) -> None:
    job = make.job(world.district.centre, world.district.station, world.kind, flow="neighbours")
    dispatch_once(world.at)
    assert asked(job)
    assert not Offer.objects.filter(job=job).exists()


def test_a_volunteer_of_two_teams_goes_for_the_able_one(world: World) -> None:
    able = Team.objects.create(
        home=world.district.institute, name="水电队", skills=["水电"], founded_at=NOON
    )
    who = make.member(world.team, "会水电", skills=("水电",))
    Membership.objects.create(team=able, person=who, joined_at=NOON + timedelta(days=1))
    job = call(world, skills=["水电"])
    task = yes(world, asked(job)[0])
    assert task is not None
    assert task.engagement.team == able


def test_the_frozen_cannot_agree(world: World) -> None:
    row = asked(call(world))[0]
    me = replace(make.actor(row.person, is_volunteer=True), is_frozen=True)
    with pytest.raises(Refusal, match="冻结"):
        answers.agree_to_ask(row.id, by=me, at=world.at)
