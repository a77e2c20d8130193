"""接单预测: person × kind, shrunk; no-show; and whether what was predicted came true."""

from __future__ import annotations

import random
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from diandan.path.dispatch.foretold import judge, of_people, of_teams
from diandan.path.dispatch.learning import Learnt, comes, rate_of
from diandan.path.dispatch.models import Offer
from diandan.path.engage.models import Engagement
from diandan.path.engage.queries import come_chances_of_teams
from tests import factories as make

ONE, OTHER, NEW = (UUID(int=n) for n in (1, 2, 3))


def test_where_nobody_has_answered_it_is_one_in_two() -> None:
    assert Learnt(()).chance(ONE, "cut") == 500
    assert rate_of((0, 0), (0, 0)) == 500


def test_a_newcomer_is_predicted_like_everybody_at_that_kind() -> None:
    learnt = Learnt([(ONE, "cut", 45, 50), (OTHER, "fix", 5, 50)])
    assert learnt.chance(NEW, "cut") > 800
    assert learnt.chance(NEW, "fix") < 200


def test_the_same_taker_is_told_apart_by_kind() -> None:
    rows = [(ONE, "cut", 10, 10), (ONE, "fix", 0, 10), (OTHER, "cut", 5, 10), (OTHER, "fix", 5, 10)]
    learnt = Learnt(rows)
    assert learnt.chance(ONE, "cut") > 750
    assert learnt.chance(ONE, "fix") < 250
    assert abs(learnt.chance(OTHER, "cut") - learnt.chance(OTHER, "fix")) < 200


def test_who_was_asked_only_for_what_nobody_likes_is_not_thought_unwilling() -> None:
    hard = [(UUID(int=n), "hard", 1, 10) for n in range(10, 20)]
    easy = [(UUID(int=n), "easy", 9, 10) for n in range(10, 20)]
    learnt = Learnt([*hard, *easy, (ONE, "hard", 1, 10)])
    assert abs(learnt.chance(ONE, "easy") - learnt.chance(NEW, "easy")) < 60


def test_one_answer_moves_little() -> None:
    known = [(OTHER, "cut", 30, 60)]
    before = Learnt(known).chance(ONE, "cut")
    after = Learnt([*known, (ONE, "cut", 0, 1)]).chance(ONE, "cut")
    assert before - 160 < after < before


def test_it_learns_a_population_better_than_its_mean() -> None:
    """Takers and kinds with true rates of their own: the Brier score beats always saying the mean."""
    chance = random.Random(7)
    takers, kinds = [uuid4() for _ in range(30)], ["a", "b", "c", "d"]
    true = {(t, k): chance.betavariate(1.2, 1.2) for t in takers for k in kinds}
    rows = [(t, k, sum(chance.random() < p for _ in range(12)), 12) for (t, k), p in true.items()]
    learnt = Learnt(rows)
    asked = [(learnt.chance(t, k), chance.random() < p) for (t, k), p in true.items()] * 1
    found = judge(asked)
    assert found.asks == 120
    assert found.brier < 0.8 * found.brier_of_mean


def test_who_often_gives_back_is_less_likely_to_come() -> None:
    assert comes(0, 0) == pytest.approx(0.92)
    assert comes(5, 10) < 0.7 < comes(0, 10)


def test_perfect_and_useless_predictions_are_told_apart() -> None:
    good = judge([(1000, True)] * 10 + [(0, False)] * 10)
    assert (good.brier, good.off) == (0, 0)
    bad = judge([(900, False)] * 10)
    assert bad.off == pytest.approx(0.9)
    assert judge(()).asks == 0
    assert [t.low for t in judge([(999, True), (1000, True), (50, False)]).tenths] == [0, 900]


@pytest.mark.django_db
def test_the_page_judges_the_chances_under_which_teams_were_asked() -> None:
    there = make.district()
    kind = make.kind(there.centre, "cut")
    team = make.team(there.station)[0]
    for n in range(3):
        job = make.job(there.centre, there.station, kind)
        state = Offer.State.ACCEPTED if n else Offer.State.DECLINED
        make.offer(job, team, state=state, offered_at=make.NOON, why={"chance": 700})
    make.offer(make.job(there.centre, there.station, kind), team, why={"chance": 700})
    found = of_teams(there.centre, make.NOON + timedelta(days=1))
    assert [(t.low, t.asks, round(t.said_yes, 2)) for t in found.tenths] == [(700, 3, 0.67)]
    assert of_people(there.centre, make.NOON).asks == 0
    assert of_teams(there.centre, make.NOON + timedelta(days=120)).asks == 0


@pytest.mark.django_db
def test_what_a_team_gave_back_is_learnt() -> None:
    there = make.district()
    kind = make.kind(there.centre, "cut")
    team, leader, _by = make.team(there.station)
    for n in range(4):
        job = make.job(there.centre, there.station, kind)
        Engagement.objects.create(
            job=job,
            team=team,
            offer=make.offer(job, team, state=Offer.State.ACCEPTED),
            accepted_by=leader,
            accepted_at=make.NOON,
            ended_at=make.NOON if n < 2 else None,
            ended_why="given_up" if n < 2 else "",
        )
    found = come_chances_of_teams([team.id], make.NOON)
    assert found == {team.id: comes(2, 4)}
