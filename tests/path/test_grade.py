"""Ratings keep residents and experts apart and silence out; a bad word has an owner and a clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person, Role
from diandan.ground.record.actions.announce import announce
from diandan.ground.record.models import FactRow
from diandan.kit.refusal import Refusal
from diandan.path.ask.actions.advance import advance
from diandan.path.ask.facts import request_fact
from diandan.path.ask.models import Request
from diandan.path.ask.states import RequestState
from diandan.path.grade import queries
from diandan.path.grade.actions.rate import call_back, dispute, rate, settle_follow_up
from diandan.path.grade.core import figures, wilson_lower
from diandan.path.grade.models import FollowUp, RaterRole, Rating
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


class Scene:
    """One district with a team, a served request and the people who may speak about it."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.there = make.district()
        self.kind = make.kind(self.there.centre)
        self.team, self.leader, self.leads = make.team(self.there.station)
        self.owner, self.owns = make.staff(Role.CALLBACK_STAFF, self.there.centre)
        self.expert, self.judges = make.staff(Role.EXPERT, self.there.centre)
        self.request = self.served()

    def served(self, **more: object) -> Request:
        row = make.request(self.there.station, self.kind, **more)  # type: ignore[arg-type]
        make.served(row, self.team, self.leader)
        announce(request_fact(row, "finish", self.leads, self.at))
        return row

    def rate(
        self,
        request: Request,
        score: int,
        *,
        by: Actor | None = None,
        role: RaterRole = RaterRole.RESIDENT,
        taken_by: UUID | None = None,
    ) -> Rating:
        return rate(
            request,
            role=role,
            score=score,
            text="",
            channel="web",
            by=by or make.actor(request.requester),
            at=self.at,
            taken_by=taken_by,
            owner_id=self.owner.id,
            due_at=self.at + DAY,
        )


@pytest.fixture
def scene(at: datetime) -> Scene:
    return Scene(at)


def test_a_good_word_is_kept_once(scene: Scene) -> None:
    scene.rate(scene.request, 5)
    assert scene.request.state == RequestState.RATED
    assert not FollowUp.objects.exists()
    with pytest.raises(Refusal, match="rated_before"):
        scene.rate(scene.request, 4)


@pytest.mark.parametrize("score", [0, 6, -1])
def test_there_are_five_scores(scene: Scene, score: int) -> None:
    with pytest.raises(Refusal, match="score"):
        scene.rate(scene.request, score)


def test_nobody_rates_before_the_service(scene: Scene) -> None:
    request = make.request(scene.there.station, scene.kind)
    with pytest.raises(Refusal, match="not_now"):
        scene.rate(request, 5)
    with pytest.raises(Refusal, match="not_now"):
        scene.rate(request, 5, by=scene.judges, role=RaterRole.EXPERT)
    assert not Rating.objects.exists()


@pytest.mark.parametrize("score", [1, 2])
def test_a_bad_word_has_an_owner_and_a_clock(scene: Scene, score: int) -> None:
    scene.rate(scene.request, score)
    (row,) = queries.follow_ups_for(scene.owns)
    assert (row.owner_id, row.due_at) == (scene.owner.id, scene.at + DAY)
    with pytest.raises(Refusal, match="served_it"):
        settle_follow_up(scene.request, text="没事", by=scene.leads, at=scene.at)
    settle_follow_up(scene.request, text="重新上门理好", by=scene.owns, at=scene.at)
    assert scene.request.state == RequestState.RATED
    assert not queries.follow_ups_for(scene.owns).exists()
    with pytest.raises(Refusal, match="settled_before"):
        settle_follow_up(scene.request, text="再来", by=scene.owns, at=scene.at)


def test_after_a_settled_dispute_she_is_asked_again(scene: Scene) -> None:
    resident = make.actor(scene.request.requester)
    scene.rate(scene.request, 2)
    row = dispute(
        scene.request,
        text="没理完就走了",
        by=resident,
        at=scene.at,
        owner_id=None,
        due_at=scene.at + 2 * DAY,
    )
    assert (row.cause, row.owner_id, row.due_at) == (
        "dispute",
        scene.owner.id,
        scene.at + DAY,
    )
    settle_follow_up(scene.request, text="补理", by=scene.owns, at=scene.at)
    advance(scene.request, "settle", by=scene.owns, at=scene.at)
    assert scene.rate(scene.request, 4).round == 1
    figures_ = queries.satisfaction(scene.there.station).resident
    assert (figures_.n, figures_.good) == (1, 1)


def test_a_clerk_takes_a_rating_by_phone_but_not_who_served(scene: Scene) -> None:
    with pytest.raises(Refusal, match="served_it"):
        scene.rate(scene.request, 5, by=scene.leads)
    with pytest.raises(Refusal, match="served_it"):
        scene.rate(scene.request, 5, taken_by=scene.leader.id)
    row = scene.rate(scene.request, 4, by=scene.owns)
    assert (row.by_id, row.taken_by_id) == (scene.request.requester_id, scene.owner.id)


def test_an_expert_judges_apart_and_moves_nothing(scene: Scene) -> None:
    scene.rate(scene.request, 5, by=scene.judges, role=RaterRole.EXPERT)
    assert scene.request.state == RequestState.SERVED
    assert FactRow.objects.filter(kind="request.rated_by_expert").count() == 1
    with pytest.raises(Refusal, match="not_an_expert"):
        scene.rate(scene.request, 5, by=scene.owns, role=RaterRole.EXPERT)
    both = queries.satisfaction(scene.there.centre)
    assert (both.expert.n, both.resident.n, both.resident.silent) == (1, 0, 1)


def test_an_expert_who_served_or_ordered_does_not_judge(scene: Scene) -> None:
    for person in (scene.leader, scene.request.requester):
        by = Actor(person_id=person.id, grants=scene.judges.grants)
        with pytest.raises(Refusal, match=r"served_it|own_order"):
            scene.rate(scene.request, 5, by=by, role=RaterRole.EXPERT)
    scene.request.is_private = True
    with pytest.raises(Refusal, match="private_stays"):
        scene.rate(scene.request, 5, by=scene.judges, role=RaterRole.EXPERT)


def test_silence_is_never_counted_as_good(scene: Scene) -> None:
    rows = [scene.request, *(scene.served() for _ in range(3))]
    for row in rows[:2]:
        scene.rate(row, 5)
    for row in rows:
        advance(row, "close", by=scene.owns, at=scene.at)
    never = make.request(scene.there.station, scene.kind, state=RequestState.CLOSED)
    found = queries.satisfaction(scene.there.centre)
    assert (found.resident.asked, found.resident.n, found.resident.silent) == (4, 2, 2)
    assert found.resident.response_rate == 0.5
    assert found.resident.share_good == 1.0
    assert found.resident.lower is not None
    assert found.resident.lower < 0.35
    assert (found.expert.n, found.expert.lower, found.expert.share_good) == (0, None, None)
    assert queries.satisfaction(scene.team).resident.asked == 4
    assert queries.satisfaction(scene.there.other).resident.asked == 0
    assert queries.satisfaction(scene.there.centre, since=scene.at + DAY).resident.asked == 0
    assert never.id not in {row.id for row in rows}


def test_those_who_served_see_no_rater(scene: Scene) -> None:
    scene.rate(scene.request, 3)
    (shown,) = queries.ratings_of([scene.request])[scene.request.id]
    assert (shown.score, shown.label) == (3, "基本满意")
    assert not hasattr(shown, "by")


def test_a_call_back_is_made_by_somebody_else(scene: Scene) -> None:
    resident = make.actor(scene.request.requester)
    for by, code in ((scene.leads, "served_it"), (resident, "own_order")):
        with pytest.raises(Refusal, match=code):
            call_back(scene.request, reached=True, note="", by=by, at=scene.at)
    call_back(scene.request, reached=False, note="", by=scene.owns, at=scene.at)
    call_back(scene.request, reached=True, note="说很好", by=scene.owns, at=scene.at)
    assert [row.reached for row in queries.call_backs_of(scene.request)] == [False, True]


def test_the_sample_holds_the_silent_and_leaves_out_the_private(scene: Scene) -> None:
    rows = {row.id for row in (scene.request, *(scene.served() for _ in range(5)))}
    hidden = scene.served(is_private=True)
    since = scene.at - DAY
    drawn = queries.call_back_sample(scene.owns, since=since, size=3, seed=7)
    assert len({row.id for row in drawn} & rows) == 3
    assert drawn == queries.call_back_sample(scene.owns, since=since, size=3, seed=7)
    everything = queries.call_back_sample(scene.owns, since=since, size=50, seed=1)
    assert {row.id for row in everything} == rows
    _m, mediator = make.staff(Role.MEDIATOR, scene.there.centre)
    seen = queries.call_back_sample(mediator, since=since, size=50, seed=1)
    assert hidden.id in {row.id for row in seen}


def test_follow_ups_of_a_mediation_are_seen_by_mediators(scene: Scene) -> None:
    hidden = scene.served(is_private=True)
    mediator_person, mediator = make.staff(Role.MEDIATOR, scene.there.centre)
    rate(
        hidden,
        role=RaterRole.RESIDENT,
        score=1,
        text="",
        channel="web",
        by=make.actor(hidden.requester),
        at=scene.at,
        owner_id=mediator_person.id,
        due_at=scene.at + DAY,
    )
    assert not queries.follow_ups_for(scene.owns).exists()
    assert queries.follow_ups_for(mediator).count() == 1


def test_a_stranger_sees_no_follow_up(scene: Scene) -> None:
    scene.rate(scene.request, 1)
    stranger: Person = make.person()
    assert not queries.follow_ups_for(make.actor(stranger)).exists()
    assert not queries.follow_ups_for(Actor()).exists()


@pytest.mark.parametrize(
    ("good", "n", "lower"),
    # Newcombe (1998), Statistics in Medicine 17:857, table I, method 3.
    [(81, 263, 0.2553), (15, 148, 0.0624), (0, 20, 0.0), (29, 29, 0.8830)],
)
def test_the_lower_bound_is_wilsons(good: int, n: int, lower: float) -> None:
    found = wilson_lower(good, n)
    assert found is not None
    assert round(found, 4) == lower


def test_no_rating_proves_nothing() -> None:
    assert wilson_lower(0, 0) is None
    assert figures(0, 0, []).response_rate is None
    with pytest.raises(ValueError, match="3 good of 2"):
        wilson_lower(3, 2)
