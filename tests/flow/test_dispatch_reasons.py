"""派单说明: reasons are kept with the round, weights are a centre's data, a team may refuse plans."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

import pytest

from diandan.engine import problem as problems
from diandan.engine.weights import Weights
from diandan.flow.conductor import do_job
from diandan.flow.dispatcher import dispatch_once, explain_once
from diandan.flow.worker import run_once
from diandan.ground.people.models import Role
from diandan.kit.refusal import Refusal
from diandan.path.bundle.models import Job
from diandan.path.dispatch.actions.by_hand import by_hand_only
from diandan.path.dispatch.actions.weigh import ask_what_if, set_weights
from diandan.path.dispatch.models import ByHandOnly, DispatchRound, DispatchWeights, Offer, WhatIf
from diandan.path.dispatch.queries import candidates_for
from diandan.path.dispatch.rounds import latest
from diandan.path.dispatch.weights import BOUNDS, history_of, weights_of
from tests import factories as make
from tests.factories import NOON
from tests.flow.test_lives import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    """A small district whose jobs wait for a dispatcher."""
    return World(NOON)


def ready(world: World, title: str = "修水管") -> Job:
    return make.job(world.district.centre, world.district.station, world.kind, title=title)


def newest(world: World) -> DispatchRound:
    made = latest(world.district.centre)
    assert made is not None
    return made


def test_the_asking_comes_first_and_the_reasons_after(world: World) -> None:
    job = ready(world)
    dispatch_once(world.at)
    assert newest(world).explained_at is None
    assert explain_once(world.at) == 1
    made = newest(world)
    assert made.explained_at == world.at
    told = made.reasons["jobs"][str(job.id)]
    chosen, instead = told["chosen"][0], told["instead"][0]
    assert {chosen["person"], instead["person"]} == {str(world.team.id), str(world.second.id)}
    assert chosen["cost"] == sum(chosen["parts"].values())
    assert instead["exact"]
    assert instead["difference"] == sum(instead["parts"].values()) + instead["elsewhere"]
    assert explain_once(world.at) == 0


def test_a_slice_of_time_is_enough_to_go_on_later(world: World) -> None:
    for nth in range(3):
        ready(world, f"单{nth}")
    dispatch_once(world.at)
    from diandan.path.dispatch.explaining import explain_some

    assert [explain_some(world.at, seconds=0) for _ in range(4)] == [1, 1, 1, 0]
    assert len(newest(world).reasons["jobs"]) == 3


def test_a_job_nobody_can_take_is_told_what_would_help(world: World) -> None:
    job = ready(world)
    job.skills = ["开锁"]
    job.save()
    run_once(world.at)
    unmet = newest(world).reasons["jobs"][str(job.id)]["unmet"]
    assert unmet["binding"] == {"skill": 2}
    assert unmet["changes"]


def test_the_house_keeps_its_own_code_for_whom_it_did_not_ask(world: World) -> None:
    job = ready(world)
    by_hand_only(world.team, True, by=world.leader, at=world.at)
    run_once(world.at)
    barred = newest(world).reasons["barred"][str(job.id)]
    assert barred == {"by_hand_only": [str(world.team.id)]}


def test_a_team_that_wants_a_person_is_asked_by_a_person_only(world: World) -> None:
    job = ready(world)
    assert by_hand_only(world.team, True, by=world.leader, at=world.at)
    assert not by_hand_only(world.team, True, by=world.leader, at=world.at)
    rows = candidates_for(job, world.at, takers_only=False)
    ruled = {r.candidate.team_id: r.ruled_out for r in rows}
    assert ruled == {world.team.id: "by_hand_only", world.second.id: ""}
    do_job(job.id, "offer", by=world.dispatcher, at=world.at, team_ids=[world.team.id])
    assert Offer.objects.get(job=job).team_id == world.team.id
    with pytest.raises(Refusal):
        by_hand_only(world.team, False, by=world.dispatcher, at=world.at)
    assert by_hand_only(world.team, False, by=world.leader, at=world.at)
    assert ByHandOnly.objects.get().ended_at == world.at
    rows = candidates_for(ready(world), world.at, takers_only=False)
    assert not any(r.ruled_out for r in rows)


def test_another_team_than_the_planned_needs_a_reason(world: World) -> None:
    job = ready(world)
    run_once(world.at)
    made = newest(world)
    from uuid import UUID

    planned = [UUID(team) for team in made.order[str(job.id)]]
    words = {"planned": planned, "round_id": made.id, "team_ids": planned[1:2]}
    with pytest.raises(Refusal, match="理由"):
        do_job(job.id, "offer", by=world.dispatcher, at=world.at, **words)
    do_job(job.id, "offer", by=world.dispatcher, at=world.at, **words, overruled="老熟人")
    offer = Offer.objects.get(job=job)
    assert (offer.team_id, offer.round_id) == (planned[1], made.id)


def test_a_centre_sets_its_weights_and_its_plans_are_made_with_them(world: World) -> None:
    centre, (_who, admin) = world.district.centre, make.staff(Role.ADMIN, world.district.centre)
    assert weights_of(centre) == Weights()
    with pytest.raises(Refusal):
        set_weights(centre, {"travel": BOUNDS["travel"] + 1}, by=admin, at=world.at)
    with pytest.raises(Refusal):
        set_weights(centre, {"travel": Weights().travel}, by=admin, at=world.at)
    with pytest.raises(Refusal):
        set_weights(centre, {"travel": 3}, by=world.dispatcher, at=world.at)
    set_weights(centre, {"travel": 3}, by=admin, at=world.at)
    set_weights(centre, {"load": 0}, by=admin, at=world.at + timedelta(minutes=1))
    now = weights_of(centre)
    assert (now.travel, now.load, now.turn) == (3, 0, Weights().turn)
    assert len(history_of(centre)) == DispatchWeights.objects.count() == 2
    ready(world)
    run_once(world.at)
    assert problems.read(newest(world).problem).weights == now


def test_what_if_tells_the_differences_and_changes_nothing(world: World) -> None:
    centre, (_who, admin) = world.district.centre, make.staff(Role.ADMIN, world.district.centre)
    jobs = [ready(world, f"单{n}") for n in range(2)]
    run_once(world.at)
    before = newest(world)
    one = jobs[0]
    planned = [*before.order[str(one.id)]]
    from uuid import UUID

    do_job(
        one.id,
        "offer",
        by=world.dispatcher,
        at=world.at,
        planned=[UUID(t) for t in planned],
        round_id=before.id,
    )
    ask_what_if(centre, {"load": 60_000}, by=admin, at=world.at)
    row = ask_what_if(centre, {"load": 0, "turn": 0}, by=admin, at=world.at)
    run_once(world.at)
    row.refresh_from_db()
    assert WhatIf.objects.count() == 1
    assert row.state == WhatIf.State.DONE
    assert row.result["latest"]["rounds"] == 1
    assert row.result["month"]["jobs"] == 1
    assert sum(row.result["latest"]["asks"][1].values()) == row.result["latest"]["jobs"]
    assert len(row.result["moves"]) == row.result["latest"]["other"]
    assert weights_of(centre) == Weights()
    assert asdict(weights_of(centre))["load"] == Weights().load
