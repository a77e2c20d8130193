"""派单轮次: waiting jobs solved together, kept with their problem, asked as planned, explained."""

from __future__ import annotations

from datetime import timedelta

import pytest

from diandan.engine import problem as problems
from diandan.engine.many import PROCESSES, crew
from diandan.engine.plan import read as read_plan
from diandan.engine.plan import write as write_plan
from diandan.engine.staffing.solve import solve
from diandan.flow import answers
from diandan.flow.conductor import do_job
from diandan.flow.dispatcher import Watch, dispatch_once
from diandan.flow.pulse import EVERY, SILENT_AFTER, alive, beat
from diandan.flow.worker import run_once
from diandan.ground.record.models import FactRow
from diandan.ground.record.queries import newest
from diandan.path.bundle.models import Job
from diandan.path.dispatch.core import ASKS_A_WEEK
from diandan.path.dispatch.models import DispatchRound, Offer
from diandan.path.dispatch.planning import UNUSED_FOR, forget_unused, plan_round
from diandan.path.dispatch.queries import candidates_for
from diandan.path.dispatch.rounds import latest
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


def test_one_round_spreads_the_jobs_over_the_teams(world: World) -> None:
    jobs = [ready(world, f"单{n}") for n in range(2)]
    made, is_new = plan_round(world.district.centre, jobs, world.at)
    assert is_new
    assert made.optimal
    assert (made.jobs, made.matched) == (2, 2)
    first = {order[0] for order in made.order.values()}
    assert first == {str(world.team.id), str(world.second.id)}


def test_a_round_is_kept_so_that_it_can_be_solved_again(world: World) -> None:
    job = ready(world)
    made, _ = plan_round(world.district.centre, [job], world.at)
    kept = problems.read(made.problem)
    plan = read_plan(made.plan)
    assert [one.id for one in kept.jobs] == [str(job.id)]
    assert plan.cost == made.cost
    assert world.resident.id.hex not in str(made.problem).replace("-", "")


def test_nothing_new_is_no_new_round(world: World) -> None:
    job = ready(world)
    made, _ = plan_round(world.district.centre, [job], world.at)
    again, is_new = plan_round(world.district.centre, [job], world.at + timedelta(minutes=1))
    assert (again.id, is_new) == (made.id, False)
    world.second.week_cap = 1
    world.second.save()
    _, is_new = plan_round(world.district.centre, [job], world.at + timedelta(minutes=1))
    assert is_new


def test_where_a_person_dispatches_the_plan_waits_for_her(world: World) -> None:
    job = ready(world)
    assert dispatch_once(world.at) == 1
    made = latest(world.district.centre)
    assert made is not None
    assert str(job.id) in made.order
    assert not Offer.objects.filter(job=job).exists()
    assert dispatch_once(world.at) == 0


def test_a_round_solved_by_other_hands_is_the_same(world: World) -> None:
    ready(world)
    with crew(PROCESSES, 1) as hands:
        assert dispatch_once(world.at, crew=hands) == 1
        assert dispatch_once(world.at, crew=hands) == 0
    made = latest(world.district.centre)
    assert made is not None
    assert made.micros > 0
    assert made.plan == write_plan(solve(problems.read(made.problem)))


def test_each_no_is_followed_by_the_next_asking_at_once(world: World) -> None:
    job = ready(world)
    both = [world.team.id, world.second.id]
    do_job(job.id, "offer", by=world.dispatcher, at=world.at, team_ids=both)
    offer = Offer.objects.get(job=job, team=world.team)
    third, _lead, _actor = make.team(world.district.centre, "第三队")
    answers.decline_offer(offer.id, reason="busy", by=world.leader, at=world.at)
    run_once(world.at)
    asked = set(Offer.objects.filter(job=job).values_list("team_id", flat=True))
    assert asked == {world.team.id, world.second.id, third.id}


def test_a_team_is_not_asked_beyond_its_weekly_budget(world: World) -> None:
    job = ready(world)
    for nth in range(ASKS_A_WEEK):
        other = ready(world, f"别的{nth}")
        make.offer(other, world.team, offered_at=world.at - timedelta(days=1), state="expired")
    rows = candidates_for(job, world.at, takers_only=False)
    assert {r.candidate.team_id: r.ruled_out for r in rows} == {
        world.team.id: "asked_enough",
        world.second.id: "",
    }
    later = world.at + timedelta(days=7)
    rows = candidates_for(job, later, takers_only=False)
    assert not any(r.ruled_out for r in rows)


def test_unused_rounds_are_forgotten_but_the_newest_stays(world: World) -> None:
    job = ready(world)
    old, _ = plan_round(world.district.centre, [job], world.at)
    used, _ = plan_round(world.district.centre, [job, ready(world)], world.at)
    make.offer(job, world.team, round=used)
    newest, _ = plan_round(world.district.centre, [job, ready(world)], world.at)
    assert forget_unused(world.at + UNUSED_FOR + timedelta(minutes=1)) == 1
    kept = set(DispatchRound.objects.values_list("id", flat=True))
    assert kept == {used.id, newest.id}
    assert old.id not in kept


def test_a_silent_process_is_taken_for_dead(world: World) -> None:
    beat("dispatch", world.at)
    beat("dispatch", world.at + EVERY / 2)
    assert alive(world.at) == {"dispatch": True}
    assert alive(world.at + SILENT_AFTER * 2) == {"dispatch": False}


def test_the_process_looks_again_only_when_something_happened(world: World) -> None:
    world.place()
    watch = Watch()
    assert watch.has_news(world.at)
    assert watch.news(world.at) is None
    assert not watch.has_news(world.at)
    world.place()
    assert watch.has_news(world.at)
    assert watch.news(world.at) == {world.district.centre.id}
    assert not watch.has_news(world.at)
    assert watch.has_news(world.at + timedelta(minutes=1))
    assert watch.news(world.at + timedelta(minutes=1)) is None


def test_a_fact_that_commits_late_is_heard_with_the_next(world: World) -> None:
    watch = Watch()
    other = make.district().centre
    number, here = newest(), world.district.centre.id
    FactRow.objects.create(id=number + 2, kind="x.happened", at=world.at, place_id=here)
    watch.news(world.at)
    FactRow.objects.create(id=number + 1, kind="x.happened", at=world.at, place_id=other.id)
    FactRow.objects.create(id=number + 3, kind="x.happened", at=world.at, place_id=here)
    assert watch.news(world.at) == {other.id, here}


def test_a_fact_of_no_place_may_be_about_any_centre(world: World) -> None:
    watch = Watch()
    watch.news(world.at)
    FactRow.objects.create(kind="x.happened", at=world.at, place_id=None)
    assert watch.news(world.at) is None


def test_only_the_centres_that_were_heard_of_are_planned(world: World) -> None:
    ready(world)
    assert dispatch_once(world.at, [world.district.centre.id + 1000]) == 0
    assert not DispatchRound.objects.exists()
    assert dispatch_once(world.at, [world.district.centre.id]) > 0


def test_a_clock_set_back_does_not_plan_for_ever(world: World) -> None:
    job = ready(world)
    plan_round(world.district.centre, [job], world.at + timedelta(hours=7))
    made, is_new = plan_round(world.district.centre, [job], world.at)
    assert is_new
    assert latest(world.district.centre) == made
    assert plan_round(world.district.centre, [job], world.at) == (made, False)
