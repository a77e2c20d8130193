"""备勤与顶上: who stands by, who comes instead, and what everybody is told."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from diandan.flow import answers
from diandan.flow.ahead import ask_from
from diandan.flow.backups import NEAR
from diandan.flow.clocks import set_clock
from diandan.flow.conductor import do_job, do_request
from diandan.flow.models import Clock
from diandan.flow.worker import run_once
from diandan.ground.notify.models import Message
from diandan.ground.notify.queries import text_of
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person, Team
from diandan.ground.record.models import FactRow
from diandan.kit.refusal import Refusal
from diandan.path.bundle.models import Job
from diandan.path.bundle.states import JobState
from diandan.path.dispatch.models import Offer
from diandan.path.dispatch.queries import candidates_for
from diandan.path.dispatch.risk import ASKED_MOST, Standing, answer_minutes, backup_reasons
from diandan.path.engage.models import Engagement, Task
from diandan.path.engage.queries import living
from tests import factories as make
from tests.factories import NOON
from tests.flow.test_lives import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    """A small district with two teams."""
    return World(NOON)


def going(world: World, *, hours: int = 6, headcount: int = 1) -> Job:
    """A job of somebody's request, a few hours ahead, taken by the first team."""
    row = world.place(
        wanted_from=world.at + timedelta(hours=hours),
        wanted_until=world.at + timedelta(hours=hours + 1),
    )
    do_request(row.id, "take_up", by=world.dispatcher, at=world.at)
    row = world.rest(row)
    offer = world.offered(row)
    answers.accept_offer(offer.id, by=world.leader, at=world.at)
    run_once(world.at)
    return Job.objects.get(id=offer.job_id)


def backup(job: Job) -> Offer:
    """The newest question about standing by."""
    return Offer.objects.filter(job=job, role="backup").latest("wave")


def told(person: Person, kind: str) -> str:
    """What she was told last of one kind; empty when nothing."""
    row = Message.objects.filter(person=person, kind=kind).order_by("-id").first()
    return text_of(row, person) if row else ""


def allocated(world: World, job: Job, leader: Actor, who: Person) -> Task:
    """The task of `who`, sent by her leader."""
    do_job(job.id, "allocate", by=leader, at=world.at, person_ids=[who.id])
    return Task.objects.get(engagement__job=job, engagement__ended_at=None, person=who)


def holder(job: Job) -> Team | None:
    """The team that has the job now."""
    found = living(job)
    return found.team if found else None


def check_bounds(job: Job) -> None:
    """At most one living backup, and never the team that has the job."""
    rows = Offer.objects.filter(job=job, role="backup", state__in=("open", "standby"))
    assert rows.count() <= 1
    engaged = Engagement.objects.filter(job=job, ended_at=None).values_list("team_id", flat=True)
    assert engaged.count() <= 1
    assert not {row.team_id for row in rows} & set(engaged)


def test_reasons_for_a_backup() -> None:
    far = Standing(starts_in=3000, is_urgent=False, needs_two=False, chance=500)
    assert backup_reasons(far) == ()
    near = Standing(starts_in=120, is_urgent=True, needs_two=True, chance=100, dropped=5, engaged=5)
    assert backup_reasons(near) == ("soon", "urgent", "two_person", "unsure", "drops_out")
    over = Standing(starts_in=0, is_urgent=True, needs_two=True, chance=100)
    assert backup_reasons(over) == ()
    once = Standing(
        starts_in=None, is_urgent=False, needs_two=False, chance=500, dropped=1, engaged=6
    )
    assert backup_reasons(once) == ()
    assert answer_minutes(None) == 240
    assert answer_minutes(40) == 15
    assert answer_minutes(8) == 8


def test_the_next_best_team_is_asked_to_stand_by(world: World) -> None:
    job = going(world)
    row = backup(job)
    assert (row.team_id, row.state) == (world.second.id, "open")
    assert row.why["because"] == ["soon"]
    assert world.at < row.expires_at < job.starts_at  # type: ignore[operator]
    assert "备勤" in told(world.second_row, "job.backup_asked")
    answers.stand_by(row.id, by=world.second_leader, at=world.at)
    answers.stand_by(row.id, by=world.second_leader, at=world.at)
    row.refresh_from_db()
    assert row.state == "standby"
    rows = {
        r.candidate.team_id: r.candidate.load
        for r in candidates_for(job, world.at, takers_only=False)
    }
    assert rows[world.second.id] == 0, "standing by is no work in hand"
    with pytest.raises(Refusal) as no:
        answers.accept_offer(row.id, by=world.second_leader, at=world.at)
    assert no.value.code == "is_backup"


def test_a_visit_far_ahead_needs_no_backup_until_it_is_near(world: World) -> None:
    job = going(world, hours=72)
    assert not Offer.objects.filter(job=job, role="backup").exists()
    do_job(job.id, "allocate", by=world.leader, at=world.at, person_ids=[world.leader_row.id])
    world.at += timedelta(hours=49)
    run_once(world.at)
    assert backup(job).team_id == world.second.id


def test_a_team_gives_up_and_the_backup_has_it_at_once(world: World) -> None:
    job = going(world)
    answers.stand_by(backup(job).id, by=world.second_leader, at=world.at)
    do_job(job.id, "give_up", by=world.leader, at=world.at, reason="车坏了")
    job.refresh_from_db()
    assert (job.state, holder(job)) == (JobState.ENGAGED, world.second)
    clock = Clock.objects.get(noun="job", subject_id=job.id)
    assert (clock.state, clock.set_at) == ("engaged", job.state_at)
    run_once(world.at)
    assert f"改由{world.second.name}来" in told(world.resident, "job.called_up")
    assert "顶上" in told(world.second_row, "job.called_up")
    assert Message.objects.get(person=world.second_row, kind="job.called_up").must_have
    assert Offer.objects.get(job=job, team=world.team).state == "recalled"
    check_bounds(job)
    do_job(job.id, "give_up", by=world.second_leader, at=world.at, reason="人手不够")
    job.refresh_from_db()
    assert (job.state, holder(job)) == (JobState.READY, None)


def test_the_last_member_drops_out_two_hours_before(world: World) -> None:
    job = going(world)
    answers.stand_by(backup(job).id, by=world.second_leader, at=world.at)
    task = allocated(world, job, world.leader, world.leader_row)
    world.at += timedelta(hours=4)
    answers.task_step(task.id, "cannot_come", by=world.leader, at=world.at, reason="发烧")
    job.refresh_from_db()
    assert (job.state, holder(job)) == (JobState.ENGAGED, world.second)
    run_once(world.at)
    assert world.second.name in told(world.resident, "job.called_up")
    task = allocated(world, job, world.second_leader, world.second_row)
    request = job.bonds.get().request
    answers.task_step(
        task.id, "check_in", by=world.second_leader, at=world.at, code=request.serve_code
    )
    job.refresh_from_db()
    assert job.state == JobState.SERVING


def test_while_a_member_still_comes_the_team_keeps_it(world: World) -> None:
    job = going(world)
    answers.stand_by(backup(job).id, by=world.second_leader, at=world.at)
    mate = make.member(world.team)
    do_job(
        job.id, "allocate", by=world.leader, at=world.at, person_ids=[world.leader_row.id, mate.id]
    )
    task = Task.objects.get(engagement__job=job, person=world.leader_row)
    answers.task_step(task.id, "cannot_come", by=world.leader, at=world.at)
    assert holder(job) == world.team


def test_without_a_backup_a_near_visit_is_dispatched_anew_and_wider(world: World) -> None:
    others = [make.team(world.district.centre, f"第{n}队")[0] for n in range(3, 7)]
    job = going(world, hours=3)
    assert timedelta(hours=3) <= NEAR
    task = allocated(world, job, world.leader, world.leader_row)
    answers.task_step(task.id, "cannot_come", by=world.leader, at=world.at, reason="发烧")
    job.refresh_from_db()
    assert (job.state, holder(job)) == (JobState.READY, None)
    check_bounds(job)
    do_job(job.id, "offer", by=world.dispatcher, at=world.at)
    asked = Offer.objects.filter(job=job, role="main", state="open")
    assert asked.count() > 1
    assert {row.team_id for row in asked} <= {world.second.id, *(t.id for t in others)}
    run_once(world.at)
    assert "重新派单" in told(world.resident, "job.given_up")


def test_without_a_backup_there_is_time_for_the_leader(world: World) -> None:
    job = going(world, hours=20)
    task = allocated(world, job, world.leader, world.leader_row)
    answers.task_step(task.id, "cannot_come", by=world.leader, at=world.at)
    assert holder(job) == world.team


def test_a_no_and_a_silence_ask_the_next_and_stop_after_three(world: World) -> None:
    teams = {world.second.id: world.second_leader}
    for nth in range(3, 7):
        team, _row, leader = make.team(world.district.centre, f"第{nth}队")
        teams[team.id] = leader
    job = going(world, hours=20)
    before = {
        r.candidate.team_id: r.candidate.chance
        for r in candidates_for(job, world.at, takers_only=False)
    }
    for _nth in range(ASKED_MOST):
        row = backup(job)
        assert row.state == "open"
        assert row.team_id is not None
        answers.decline_offer(row.id, reason="busy", by=teams[row.team_id], at=world.at)
        run_once(world.at)
        check_bounds(job)
    assert Offer.objects.filter(job=job, role="backup").count() == ASKED_MOST
    assert not Offer.objects.filter(job=job, role="backup", state="open").exists()
    after = {
        r.candidate.team_id: r.candidate.chance
        for r in candidates_for(job, world.at, takers_only=False)
    }
    assert after == before, "a no to standing by teaches nothing"


def test_a_silence_is_followed_by_the_next_ask(world: World) -> None:
    third, _row, _leader = make.team(world.district.centre, "第三队")
    job = going(world, hours=20)
    first = backup(job)
    world.at = first.expires_at
    run_once(world.at)
    first.refresh_from_db()
    assert first.state == "expired"
    assert {first.team_id, backup(job).team_id} == {world.second.id, third.id}


def test_a_yes_may_be_taken_back(world: World) -> None:
    _third, _row, third_leader = make.team(world.district.centre, "第三队")
    job = going(world, hours=20)
    first = backup(job)
    leader = world.second_leader if first.team_id == world.second.id else third_leader
    answers.stand_by(first.id, by=leader, at=world.at)
    answers.decline_offer(first.id, reason="busy", by=leader, at=world.at)
    run_once(world.at)
    assert backup(job).team_id != first.team_id


def test_nobody_to_ask_is_kept_and_not_looked_for_again(world: World) -> None:
    world.second.closed_at = world.at
    world.second.save()
    job = going(world)
    assert not Offer.objects.filter(job=job, role="backup").exists()
    assert run_once(world.at) == 0


def test_the_backup_is_thanked_when_somebody_has_arrived(world: World) -> None:
    job = going(world)
    answers.stand_by(backup(job).id, by=world.second_leader, at=world.at)
    task = allocated(world, job, world.leader, world.leader_row)
    world.at += timedelta(hours=6)
    code = job.bonds.get().request.serve_code
    answers.task_step(task.id, "check_in", by=world.leader, at=world.at, code=code)
    run_once(world.at)
    assert backup(job).state == "released"
    assert "不用备勤" in told(world.second_row, "job.backup_released")


def test_a_cancelled_job_frees_who_stood_by(world: World) -> None:
    job = going(world)
    answers.stand_by(backup(job).id, by=world.second_leader, at=world.at)
    do_job(job.id, "cancel", by=world.dispatcher, at=world.at, reason="不需要了")
    assert backup(job).state == "released"


def test_honest_words_when_the_hour_has_passed(world: World) -> None:
    job = going(world)
    answers.stand_by(backup(job).id, by=world.second_leader, at=world.at)
    world.at += timedelta(hours=7)
    do_job(job.id, "give_up", by=world.leader, at=world.at)
    run_once(world.at)
    assert "已过,时间再约" in told(world.resident, "job.called_up")


def test_two_leaders_say_yes_at_once(world: World) -> None:
    job = going(world)
    row = backup(job)
    faults: list[Refusal] = []

    def say_yes() -> None:
        try:
            answers.stand_by(row.id, by=world.second_leader, at=world.at)
        except Refusal as fault:
            faults.append(fault)
        finally:
            connection.close()

    racers = [threading.Thread(target=say_yes) for _ in range(8)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert not faults
    run_once(world.at)
    assert FactRow.objects.filter(job_id=job.id, kind="job.backup_agreed").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        make.offer(job, make.team(world.district.centre, "另一队")[0], role="backup")


def test_a_yes_races_the_giving_up(world: World) -> None:
    job = going(world)
    row = backup(job)
    said: list[str] = []

    def act(what: str) -> None:
        try:
            if what == "yes":
                answers.stand_by(row.id, by=world.second_leader, at=world.at)
            else:
                do_job(job.id, "give_up", by=world.leader, at=world.at)
        except Refusal as no:
            said.append(no.code)
        finally:
            connection.close()

    racers = [threading.Thread(target=act, args=(what,)) for what in ("yes", "no")]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    job.refresh_from_db()
    if said:
        assert said == ["offer_over"]
        assert job.state == JobState.READY
    else:
        assert (job.state, holder(job)) == (JobState.ENGAGED, world.second)
    check_bounds(job)


def waiting(world: World, days: int) -> Job:
    """A job of an automatic flow, agreed on so many days ahead."""
    starts: datetime = world.at + timedelta(days=days)
    return make.job(
        world.district.centre,
        world.district.station,
        world.kind,
        flow="micro",
        starts_at=starts,
        ends_at=starts + timedelta(hours=1),
        promise_at=starts + timedelta(days=1),
    )


def test_nobody_is_asked_too_early(world: World) -> None:
    far, near = waiting(world, 20), waiting(world, 10)
    run_once(world.at)
    assert not Offer.objects.filter(job=far).exists()
    assert Offer.objects.filter(job=near).exists()
    moment = ask_from(far)
    assert moment == world.at + timedelta(days=6)
    world.at = moment + timedelta(minutes=1)
    run_once(world.at)
    assert Offer.objects.filter(job=far).exists()


def test_the_clock_of_a_job_that_waits_does_not_remind_before(world: World) -> None:
    job = waiting(world, 20)
    set_clock(job)
    due = Clock.objects.get(subject_id=job.id).due_at
    moment = ask_from(job)
    assert moment is not None
    assert due > moment
