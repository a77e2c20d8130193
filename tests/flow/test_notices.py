"""告知: every fact reaches whom it concerns, in plain words, once, without private strings."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from diandan.flow.notice import Whom
from diandan.flow.notice_table import NOTICES
from diandan.flow.notices import tell_of
from diandan.ground.notify.models import Message
from diandan.ground.notify.queries import text_of
from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.people.models import Membership, Person, Role
from diandan.ground.record.actions.announce import announce
from diandan.ground.record.models import FactRow
from diandan.kit.fact import Fact
from diandan.path.ask import facts as request_facts
from diandan.path.ask.facts import request_fact
from diandan.path.ask.models import Request
from diandan.path.ask.states import RequestState
from diandan.path.bundle import facts as job_facts
from diandan.path.bundle.facts import job_fact
from diandan.path.bundle.models import Bond, Job
from diandan.path.bundle.states import JobState
from diandan.path.dispatch.models import Offer
from diandan.path.engage.models import Engagement, Task
from diandan.path.fulfil import facts as fulfil_facts
from tests import factories

pytestmark = pytest.mark.django_db
FLOW = "w1_jiangning"


def told(fact: FactRow, at: datetime) -> dict[Person, tuple[str, str]]:
    """Whom the fact was told, with words and link; the handler runs twice, as after a crash."""
    with transaction.atomic():
        tell_of(fact, at)
        tell_of(fact, at)
    rows = Message.objects.filter(key__startswith=f"{fact.id}:").select_related("person")
    found = {row.person: (text_of(row, row.person), row.link) for row in rows if row.person}
    assert len(found) == len(rows)
    return found


def happened(request: Request, verb: str, at: datetime, by: Actor = SYSTEM, **data: Any) -> FactRow:
    with transaction.atomic():
        return announce(request_fact(request, verb, by, at, data))[0]


def went(job: Job, verb: str, at: datetime, data: Any = None, **more: Any) -> FactRow:
    with transaction.atomic():
        return announce(job_fact(job, verb, more.pop("by", SYSTEM), at, data, **more))[0]


class Town:
    """Two requests of two residents in one job, two teams, staff at their posts."""

    def __init__(self, at: datetime, *, is_private: bool = False) -> None:
        self.where = factories.district()
        kind = factories.kind(self.where.centre, name="上门理发")
        self.clerk, self.clerk_acts = factories.staff(Role.STATION_STAFF, self.where.station)
        self.dispatcher, _ = factories.staff(Role.DISPATCHER, self.where.centre, "钱派单")
        self.center, _ = factories.staff(Role.CENTER_STAFF, self.where.centre, "孙中心")
        self.first, self.second = (
            factories.request(
                self.where.station,
                kind,
                factories.person(name, self.where.station),
                RequestState.ARRANGED,
                flow=FLOW,
                words="家住3幢502,电话13912345678,找张秀英",
                title="家住3幢502,电话13912345678",
                is_private=is_private,
            )
            for name in ("张秀英", "李桂兰")
        )
        self.job = Job.objects.create(
            number="JNF1",
            centre=self.where.centre,
            place=self.where.station,
            owner_place=self.where.centre,
            kind=kind,
            flow=FLOW,
            state=JobState.OFFERED,
            title=self.first.title,
            urgency="normal",
            starts_at=at + timedelta(days=1),
            is_private=is_private,
            made_at=at,
            state_at=at,
            promise_at=at + timedelta(days=7),
        )
        for request in (self.first, self.second):
            Bond.objects.create(job=self.job, request=request, joined_at=at, was_state="taken_up")
        self.team, self.leader, _ = factories.team(self.where.station, "先锋队")
        self.other, self.other_leader, _ = factories.team(self.where.station, "红马甲队")
        self.members = [factories.member(self.team, name) for name in ("王强", "赵敏")]

    def offer(self, at: datetime) -> list[Offer]:
        return [
            Offer.objects.create(
                job=self.job,
                team=team,
                wave=1,
                offered_at=at,
                expires_at=at + timedelta(hours=4),
            )
            for team in (self.team, self.other)
        ]

    def accept(self, at: datetime) -> Engagement:
        mine, others = self.offer(at)
        mine.state, mine.answered_at = Offer.State.ACCEPTED, at
        others.state, others.answered_at = Offer.State.TAKEN, at
        mine.save()
        others.save()
        self.job.state = JobState.ENGAGED
        self.job.save()
        return Engagement.objects.create(
            job=self.job, team=self.team, offer=mine, accepted_by=self.leader, accepted_at=at
        )


@pytest.fixture
def town(at: datetime) -> Town:
    return Town(at)


def test_the_table_names_only_facts_that_exist_and_every_state_of_a_request() -> None:
    known = {f"request.{past}" for past in request_facts.PAST.values()}
    known |= {f"job.{past}" for past in job_facts.PAST.values()}
    known |= {f"follow_up.{past}" for past in ("opened", "reminded", "settled")}
    known |= {f"whistle.{past}" for past in ("blown", "reminded", "answered")}
    known |= {f"doubt.{past}" for past in fulfil_facts.PAST}
    assert set(NOTICES) <= known
    every = {"number", "what", "place", "station", "team", "teams", "by", "due", "start", "until"}
    every |= {"who", "visit"}
    for lines in NOTICES.values():
        for line in lines:
            assert set(re.findall(r"%\((\w+)\)s", str(line.words))) <= every
            assert line.must_have or not line.urgent


def test_a_placed_request_is_receipted_and_stands_in_its_desks_queue(
    town: Town, at: datetime
) -> None:
    request = town.first
    request.state, request.owner_place = RequestState.PLACED, town.where.centre
    request.save()
    fact = happened(request, "place", at, Actor(person_id=request.requester_id))
    found = told(fact, at)
    assert set(found) == {request.requester, town.dispatcher, town.center}
    words, link = found[request.requester]
    assert words == (
        f"已收到:您点的「上门理发」({request.number})由江宁新时代文明实践中心办理,"
        "3月12日 12:00前答复。"
    )
    assert link == f"/r/{request.follow_key}"
    assert found[town.dispatcher][1] == f"/desk/requests/{request.id}"
    assert town.clerk not in found  # in this flow it is the centre's


def test_family_who_placed_it_is_told_beside_the_requester(town: Town, at: datetime) -> None:
    daughter = factories.person("张小妹")
    town.first.placed_by = daughter
    town.first.save()
    found = told(happened(town.first, "return_order", at), at)
    assert {town.first.requester, daughter} == set(found)
    assert Message.objects.get(person=daughter).must_have


def test_a_clerk_who_took_it_down_hears_of_a_refusal_but_not_of_her_own(
    town: Town, at: datetime
) -> None:
    town.first.placed_by = town.first.first_owner = town.clerk
    town.first.save()
    assert town.clerk in told(happened(town.first, "refuse", at), at)
    assert town.clerk not in told(happened(town.first, "refuse", at, town.clerk_acts), at)


def test_an_offer_tells_each_requester_by_her_own_number_and_the_leaders_of_both_teams(
    town: Town, at: datetime
) -> None:
    mine, others = town.offer(at)
    found = told(went(town.job, "offer", at, {"wave": 1}), at)
    for request in (town.first, town.second):
        words, link = found[request.requester]
        assert words.startswith(f"已派给先锋队、红马甲队,等对方确认:{request.number}")
        assert "3月5日 16:00前有答复" in words
        assert link == f"/r/{request.follow_key}"
    assert found[town.leader][1] == f"/v/offers/{mine.id}"
    assert found[town.other_leader][1] == f"/v/offers/{others.id}"
    assert len(found) == 4


def test_an_accepted_offer_thanks_the_team_that_came_too_late(town: Town, at: datetime) -> None:
    town.accept(at)
    fact = went(town.job, "accept", at, team_id=town.team.id, by=Actor(person_id=town.leader.id))
    found = told(fact, at)
    assert found[town.first.requester][0].startswith("先锋队已接单")
    assert "谢谢红马甲队" in found[town.other_leader][0]
    assert town.leader not in found


def test_chosen_and_released_volunteers_are_told_by_the_moment(town: Town, at: datetime) -> None:
    engagement = town.accept(at)
    later = at + timedelta(hours=1)
    old, new = town.members
    Task.objects.create(
        engagement=engagement, person=old, allocated_at=at, state_at=later, state="released"
    )
    task = Task.objects.create(
        engagement=engagement, person=new, allocated_at=later, state_at=later
    )
    found = told(went(town.job, "allocate", later, team_id=town.team.id), later)
    assert found[new][1] == f"/v/tasks/{task.id}"
    assert "这次不用来了" in found[old][0]


def test_only_the_first_to_set_out_is_told_of(town: Town, at: datetime) -> None:
    town.accept(at)
    assert len(told(went(town.job, "set_out", at, team_id=town.team.id), at)) == 2
    assert told(went(town.job, "set_out", at, team_id=town.team.id), at) == {}


def test_a_member_who_cannot_come_is_told_to_her_leader_at_once(town: Town, at: datetime) -> None:
    town.accept(at)
    deputy = factories.member(town.team, "周副", duty=Membership.Duty.DEPUTY)
    night = at + timedelta(hours=11)
    assert set(told(went(town.job, "cannot_come", night, team_id=town.team.id), night)) == {
        town.leader,
        deputy,
    }
    row = Message.objects.get(person=town.leader)
    assert row.due_at == night


def test_a_split_request_is_no_longer_told_of_the_job(town: Town, at: datetime) -> None:
    Bond.objects.filter(request=town.second).update(left_at=at - timedelta(minutes=1))
    town.offer(at)
    assert town.second.requester not in told(went(town.job, "offer", at, {"wave": 1}), at)


def test_a_private_matter_is_told_in_words_that_say_nothing(at: datetime) -> None:
    town = Town(at, is_private=True)
    town.offer(at)
    found = told(went(town.job, "offer", at, {"wave": 1}), at)
    assert (
        found[town.first.requester][0] == f"您的单子 {town.first.number} 有新进展,请点开链接查看。"
    )
    for words, _link in found.values():
        assert "理发" not in words
        assert "队" not in words


def of_another_room(kind: str, row: Request, at: datetime) -> FactRow:
    """A fact of a follow-up or a whistle about a request, as its room announces it."""
    with transaction.atomic():
        return announce(
            Fact(
                kind=kind,
                at=at,
                place_id=row.place_id,
                person_id=row.requester_id,
                request_id=row.id,
                data={"due_at": at.isoformat()},
            )
        )[0]


@pytest.mark.parametrize("kind", sorted(NOTICES))
def test_no_notice_holds_a_door_a_phone_or_a_name(kind: str, town: Town, at: datetime) -> None:
    engagement = town.accept(at)
    for who in town.members:
        Task.objects.create(engagement=engagement, person=who, allocated_at=at, state_at=at)
    noun, past = kind.split(".")
    verbs = request_facts.PAST if noun == "request" else job_facts.PAST
    if noun == "request":
        verb = next(v for v, p in verbs.items() if p == past)
        fact = happened(town.first, verb, at, from_requester=True)
    elif noun == "job":
        verb = next(v for v, p in verbs.items() if p == past)
        fact = went(town.job, verb, at, team_id=town.team.id)
    else:
        fact = of_another_room(kind, town.first, at)
    found = told(fact, at)
    names = {line.whom for line in NOTICES[kind]}
    if names & {Whom.ASKING, Whom.DESK, Whom.TEAM}:
        assert found
    for words, _link in found.values():
        for private in ("3幢", "1391234", "+86", "张秀英", "李桂兰", "王强", "赵队长", "%("):
            assert private not in words
