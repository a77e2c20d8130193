"""Whole lives through the conductor, in every shipped flow that a resident's words can start."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from diandan.flow import answers
from diandan.flow.conductor import do_job, do_request, place_request, ways
from diandan.flow.leaving import forget_person
from diandan.flow.models import Clock
from diandan.flow.worker import run_once
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Membership, Person, Role, Team
from diandan.ground.record.models import FactRow
from diandan.kit.refusal import Refusal
from diandan.kit.units import local
from diandan.path.ask.actions.place import Wish
from diandan.path.ask.models import Channel, Request
from diandan.path.bundle.actions.design import Draft
from diandan.path.bundle.models import Bond, Job
from diandan.path.bundle.queries import job_of
from diandan.path.dispatch.models import Offer
from diandan.path.engage.models import Task
from diandan.path.grade.models import FollowUp, Rating
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


class World:
    """A small district with a clerk, a dispatcher, two teams and a resident."""

    def __init__(self, at: datetime, slug: str = "jiangning", **kind: object) -> None:
        self.at = at
        self.district = make.district()
        self.district.centre.slug = slug
        self.district.centre.save()
        self.kind = make.kind(self.district.centre, **kind)
        self.resident: Person = make.person(home=self.district.station)
        self.me = make.actor(self.resident)
        _row, self.dispatcher = make.staff(Role.DISPATCHER, self.district.centre)
        _row, self.clerk = make.staff(Role.STATION_STAFF, self.district.station)
        self.team, self.leader_row, self.leader = make.team(self.district.institute)
        self.second, self.second_row, self.second_leader = make.team(self.district.centre)

    def place(self, words: str = "厨房水管漏水", **wish: object) -> Request:
        """The resident's request, with whatever follows from it by itself."""
        row = place_request(
            wish=Wish(
                words=words,
                kind=self.kind,
                place=self.district.station,
                channel=Channel.WEB,
                **wish,  # type: ignore[arg-type]
            ),
            requester=self.resident,
            by=self.me,
            at=self.at,
        )
        return self.rest(row)

    def rest(self, row: Request) -> Request:
        """Let the worker do what follows; the request as it then stands."""
        run_once(self.at)
        return Request.objects.get(id=row.id)

    def job(self, row: Request) -> Job:
        """The request's job."""
        job = job_of(row)
        assert job is not None
        return job

    def offered(self, row: Request, team: Team | None = None) -> Offer:
        """The request's job, offered to a team."""
        job = self.job(row)
        do_job(job.id, "offer", by=self.dispatcher, at=self.at, team_ids=[(team or self.team).id])
        return Offer.objects.get(job=job, team=team or self.team)

    def serve(self, row: Request, offer: Offer, leader: Actor, leader_row: Person) -> Request:
        """From the team's yes to the end of the visit."""
        answers.accept_offer(offer.id, by=leader, at=self.at)
        do_job(offer.job_id, "allocate", by=leader, at=self.at, person_ids=[leader_row.id])
        task = Task.objects.get(engagement__job_id=offer.job_id, person=leader_row)
        answers.task_step(task.id, "set_out", by=leader, at=self.at)
        answers.task_step(task.id, "check_in", by=leader, at=self.at, code=row.serve_code)
        self.at += timedelta(minutes=50)
        answers.task_step(task.id, "check_out", by=leader, at=self.at, note="换了垫圈")
        return self.rest(row)


@pytest.fixture
def world(at: datetime) -> World:
    return World(at)


def test_a_normal_life_of_w1(world: World) -> None:
    row = world.place()
    assert row.state == "placed"
    assert ways(row, world.me) == ["withdraw"]
    do_request(row.id, "take_up", by=world.dispatcher, at=world.at)
    row = world.rest(row)
    assert row.state == "arranged"
    assert world.job(row).state == "ready"
    row = world.serve(row, world.offered(row), world.leader, world.leader_row)
    assert row.state == "served"
    do_request(row.id, "rate", by=world.me, at=world.at, score=5)
    row = world.rest(row)
    assert row.state == "rated"
    kinds = list(FactRow.objects.filter(request_id=row.id).values_list("kind", flat=True))
    assert kinds == [
        "request.placed",
        "request.taken_up",
        "request.arranged",
        "job.joined",
        "request.served",
        "request.rated",
    ]


def test_a_decline_asks_the_next_team_at_once(world: World) -> None:
    row = world.place()
    do_request(row.id, "take_up", by=world.dispatcher, at=world.at)
    row = world.rest(row)
    offer = world.offered(row)
    answers.decline_offer(offer.id, reason="busy", by=world.leader, at=world.at)
    world.rest(row)
    again = Offer.objects.get(job=offer.job, state="open")
    assert again.team_id == world.second.id
    with pytest.raises(Refusal) as no:
        do_job(offer.job_id, "offer", by=world.dispatcher, at=world.at, team_ids=[world.team.id])
    assert no.value.code == "asked_before"


def test_who_is_asked_at_night_has_the_morning_to_answer(world: World) -> None:
    row = world.place()
    do_request(row.id, "take_up", by=world.dispatcher, at=world.at)
    row = world.rest(row)
    world.at = local(world.at).replace(hour=23, minute=25)
    offer = world.offered(row)
    morning = world.at.replace(hour=7, minute=0) + timedelta(days=1)
    assert offer.expires_at > morning  # when the message is sent
    assert morning < Clock.objects.get(subject_id=offer.job_id).due_at <= offer.expires_at
    world.at = morning
    world.rest(row)
    offer.refresh_from_db()
    assert offer.state == "open"


def test_an_expiry_widens_and_at_last_escalates(world: World) -> None:
    row = world.place()
    do_request(row.id, "take_up", by=world.dispatcher, at=world.at)
    row = world.rest(row)
    offer = world.offered(row)
    world.at = offer.expires_at + timedelta(seconds=1)
    world.rest(row)
    offer.refresh_from_db()
    assert offer.state == "expired"
    assert Offer.objects.filter(job=offer.job, team=world.second, state="open").exists()
    for _turn in range(6):
        world.at += timedelta(hours=9)
        world.rest(row)
    job = world.job(row)
    assert job.state == "escalated"
    assert Offer.objects.filter(job=job, team=None).exists()


def test_a_withdrawal_cancels_the_job_it_left_empty(world: World) -> None:
    row = world.place()
    do_request(row.id, "take_up", by=world.dispatcher, at=world.at)
    row = world.rest(row)
    offer = world.offered(row)
    do_request(row.id, "withdraw", by=world.me, at=world.at)
    offer.refresh_from_db()
    assert offer.state == "recalled"
    assert Job.objects.get(id=offer.job_id).state == "cancelled"
    assert not Clock.objects.filter(subject_id__in=[row.id, offer.job_id]).exists()


def test_merge_and_lossless_unmerge(at: datetime) -> None:
    world = World(at, slug="hongta")
    first, second, third = (world.place(words) for words in ("想学用手机", "手机不会用", "教手机"))
    before = {
        r.id: (r.number, r.words, r.promise_at, r.requester_id) for r in (first, second, third)
    }
    for row in (first, second, third):
        do_request(row.id, "take_up", by=world.clerk, at=world.at)
    do_request(
        first.id,
        "arrange",
        by=world.clerk,
        at=world.at,
        others=[second.id, third.id],
        draft=Draft(title="手机课堂"),
    )
    job = world.job(world.rest(first))
    assert job.is_project
    assert Bond.objects.filter(job=job, left_at=None).count() == 3
    do_request(second.id, "unarrange", by=world.dispatcher, at=world.at)
    second.refresh_from_db()
    assert second.state == "taken_up"
    assert job_of(second) is None
    for row in Request.objects.filter(id__in=before):
        assert (row.number, row.words, row.promise_at, row.requester_id) == before[row.id]


def test_three_level_review_returns_at_each_level(at: datetime) -> None:
    world = World(at, slug="daxing")
    _row, institute = make.staff(Role.INSTITUTE_STAFF, world.district.institute)
    _row, centre = make.staff(Role.CENTER_STAFF, world.district.centre)
    reviewers = {"station": world.clerk, "institute": institute, "center": centre}
    row = world.place()
    _row, other_clerk = make.staff(Role.STATION_STAFF, world.district.station)
    do_request(row.id, "take_up", by=other_clerk, at=world.at)
    do_request(row.id, "arrange", by=other_clerk, at=world.at)
    row = world.rest(row)
    job = world.job(row)
    for wall in ("station", "institute", "center"):
        for level, reviewer in reviewers.items():
            job.refresh_from_db()
            assert (job.state, job.review_level) == ("in_review", level)
            if level == wall:
                do_job(job.id, "send_back", by=reviewer, at=world.at, reason="请写清时间")
                break
            do_job(job.id, "approve", by=reviewer, at=world.at)
        job.refresh_from_db()
        assert job.state == "sent_back"
        do_job(job.id, "submit", by=other_clerk, at=world.at)
    with pytest.raises(Refusal) as no:
        do_job(job.id, "approve", by=other_clerk, at=world.at)
    assert no.value.code == "self_approval"
    for reviewer in reviewers.values():
        do_job(job.id, "approve", by=reviewer, at=world.at)
    job.refresh_from_db()
    assert job.state == "ready"


def test_a_bad_rating_starts_a_follow_up_and_a_reopen_starts_again(world: World) -> None:
    row = world.place()
    do_request(row.id, "take_up", by=world.dispatcher, at=world.at)
    row = world.rest(row)
    row = world.serve(row, world.offered(row), world.leader, world.leader_row)
    do_request(row.id, "rate", by=world.me, at=world.at, score=1, text="没修好")
    follow_up = FollowUp.objects.get(request=row)
    assert follow_up.owner_id == world.dispatcher.person_id
    assert follow_up.due_at > world.at
    do_request(row.id, "reopen", by=world.me, at=world.at)
    row = world.rest(row)
    assert (row.state, row.reopened) == ("placed", 1)
    assert FollowUp.objects.filter(request=row, settled_at=None).exists()
    do_request(row.id, "take_up", by=world.dispatcher, at=world.at)
    row = world.rest(row)
    with pytest.raises(Refusal) as no:
        world.offered(row)
    assert no.value.code == "overrule_reason"
    offer = world.offered(row, world.second)
    row = world.serve(row, offer, world.second_leader, world.second_row)
    do_request(row.id, "rate", by=world.me, at=world.at, score=5)
    assert Rating.objects.filter(request=row).count() == 2


def test_a_reopened_need_of_the_fast_lane_is_looked_at_by_a_person(at: datetime) -> None:
    world = World(at, flow="micro")
    row = world.place()
    offer = Offer.objects.get(job=world.job(row), team=world.team)
    row = world.serve(row, offer, world.leader, world.leader_row)
    do_request(row.id, "rate", by=world.me, at=world.at, score=1)
    do_request(row.id, "reopen", by=world.me, at=world.at)
    row = world.rest(row)
    assert row.state == "placed"
    do_request(row.id, "take_up", by=world.dispatcher, at=world.at)
    row = world.rest(row)
    assert world.job(row).state == "ready"


def test_an_unmet_need_stays_in_the_ledger(world: World) -> None:
    row = world.place()
    do_request(row.id, "take_up", by=world.dispatcher, at=world.at)
    row = world.rest(row)
    world.offered(row)
    do_job(world.job(row).id, "mark_unmet", by=world.dispatcher, at=world.at, reason="没有会修的人")
    row = world.rest(row)
    assert (row.state, row.reason) == ("unmet", "没有会修的人")
    assert "reopen" in ways(row, world.me)


def test_the_fast_lane_goes_straight_to_trade_teams(at: datetime) -> None:
    world = World(at, flow="micro", skills=["plumbing"])
    plumbers, _row, _leader = make.team(world.district.centre, skills=("plumbing",))
    row = world.place()
    job = world.job(row)
    assert job.state == "offered"
    assert {o.team_id for o in job.offers.all()} == {plumbers.id}


def test_mediation_is_private_and_rises_from_group_to_town(at: datetime) -> None:
    world = World(at, slug="baiyintala", flow="mediation")
    group = make.place("第1网格", make.Kind.GRID, world.district.station)
    _row, small = make.staff(Role.MEDIATOR, group)
    _row, village = make.staff(Role.MEDIATOR, world.district.station)
    row = place_request(
        wish=Wish("和邻居为宅基地吵架", world.kind, group, Channel.WEB),
        requester=world.resident,
        by=world.me,
        at=world.at,
    )
    assert row.is_private
    assert ways(row, world.dispatcher) == []
    do_request(row.id, "take_up", by=small, at=world.at)
    do_request(row.id, "pass_up", by=small, at=world.at)
    row = world.rest(row)
    assert row.owner_place_id == world.district.station.id
    do_request(row.id, "take_up", by=village, at=world.at)
    do_request(row.id, "settle", by=village, at=world.at, text="双方各让一步,签了协议")
    assert world.rest(row).state == "served"


def test_a_leader_who_leaves_takes_nothing(world: World) -> None:
    from diandan.ground.people.actions.teams import leave_team

    row = world.place()
    do_request(row.id, "take_up", by=world.dispatcher, at=world.at)
    row = world.rest(row)
    offer = world.offered(row)
    answers.accept_offer(offer.id, by=world.leader, at=world.at)
    heir = make.member(world.team, "陈接班")
    leave_team(
        team=world.team, person=world.leader_row, by=world.leader, at=world.at, successor=heir
    )
    assert Membership.objects.get(person=heir, left_at=None).duty == "leader"
    heir_actor = make.actor(heir, leads=(world.team.id,))
    do_job(offer.job_id, "allocate", by=heir_actor, at=world.at, person_ids=[heir.id])
    assert Job.objects.get(id=offer.job_id).state == "allocated"


def test_forgetting_waits_for_open_orders_and_takes_her_words_along(world: World) -> None:
    row = world.place("我住三单元201,厨房漏水")
    with pytest.raises(Refusal) as no:
        forget_person(person=world.resident, by=world.me, at=world.at)
    assert no.value.code == "open_orders"
    do_request(row.id, "withdraw", by=world.me, at=world.at)
    forget_person(person=world.resident, by=world.me, at=world.at)
    row.refresh_from_db()
    assert "201" not in row.words + row.title
    assert row.number
