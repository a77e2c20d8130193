"""The plan's cost, differences and remedies against judges that share nothing with the engine."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diandan.engine import aims, rules
from diandan.engine.check import check, lacking
from diandan.engine.check.pair import Facts, price_of, ruled_out
from diandan.engine.check.ties import impossible
from diandan.engine.problem import Job, Person, Problem
from diandan.engine.round import Round
from diandan.engine.staffing import plain, relax
from diandan.engine.staffing import solve as staffing
from diandan.engine.staffing.offer import Model, model_of
from diandan.engine.weights import Weights
from diandan.ops.engining import rounds, trials

SEEDS = st.integers(0, 2**32 - 1)


@settings(max_examples=80, deadline=None)
@given(seed=SEEDS)
def test_it_costs_what_min_cost_flow_says(seed: int) -> None:
    assert trials.against_flow(seed) == ""


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_it_costs_what_a_dense_assignment_says(seed: int) -> None:
    assert trials.against_matrix(seed) == ""


@settings(max_examples=120, deadline=None)
@given(seed=SEEDS)
def test_with_lots_and_ties_no_plan_at_all_is_cheaper(seed: int) -> None:
    assert trials.against_trying(seed) == ""


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_changing_what_the_rules_name_lets_the_pair_in_and_less_does_not(seed: int) -> None:
    assert trials.why_not_pairs(seed)[1] == ""


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_an_unmet_job_is_served_after_exactly_the_named_change(seed: int) -> None:
    assert trials.why_not_jobs(seed)[1] == ""


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_choosing_another_costs_exactly_what_is_said(seed: int) -> None:
    assert trials.instead(seed)[1] == ""


@settings(max_examples=150, deadline=None)
@given(seed=SEEDS)
def test_rules_and_aims_agree_with_those_written_again(seed: int) -> None:
    problem = rounds.draw(seed)
    round_, facts = Round(problem), Facts(problem)
    for job in problem.jobs:
        for person in problem.people:
            assert rules.may(round_, job, person) == (not ruled_out(facts, job, person))
            if rules.may(round_, job, person):
                assert aims.cost(round_, job, person) == price_of(facts, job, person)


@settings(max_examples=150, deadline=None)
@given(seed=SEEDS)
def test_the_sieve_and_the_pruning_lose_nobody(seed: int) -> None:
    problem = rounds.draw(seed)
    round_, facts, heads = Round(problem), Facts(problem), lacking(problem)
    allowed = {
        (job.id, person.id)
        for job in problem.jobs
        for person in problem.people
        if heads[job.id] and not ruled_out(facts, job, person)
    }
    model = model_of(round_)
    kept = {
        (problem.jobs[job].id, problem.people[who].id)
        for job, row in model.cost.items()
        for who in row
    }
    assert kept == allowed - impossible(problem, allowed, heads)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_plain_python_finds_what_the_core_finds(data: st.DataObject) -> None:
    jobs, people = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 6))
    number = st.integers
    cost = {
        job: data.draw(st.dictionaries(number(0, people - 1), number(-5, 30)))
        for job in range(jobs)
    }
    need = {job: data.draw(number(1, 3)) for job in range(jobs)}
    price = {job: data.draw(number(0, 30)) for job in range(jobs)}
    bands = {
        who: ((data.draw(number(1, 2)), 0), (1, data.draw(number(0, 9)))) for who in range(people)
    }
    model = Model(need, price, dict.fromkeys(need, 1), cost, bands)
    solved = relax.relax(model)
    assert solved is not None
    big = 10**12
    scaled = Model(
        need,
        {job: one * big for job, one in price.items()},
        model.fewest,
        {job: {who: one * big for who, one in row.items()} for job, row in cost.items()},
        {who: tuple((many, extra * big) for many, extra in row) for who, row in bands.items()},
    )
    by_hand = relax.relax(scaled)
    assert by_hand is not None
    assert by_hand.cost == solved.cost * big
    assert plain.solve.__module__.endswith("plain")


def test_a_search_cut_short_states_its_gap_and_says_the_same_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crews = tuple(
        Job(f"j{at}", (0, 60), 60, 1000 + at, heads=3, all_or_nothing=True) for at in range(9)
    )
    people = tuple(Person(f"p{at}", capacity=1, tasks_this_week=at % 3) for at in range(13))
    problem = Problem(people, crews, weights=Weights(load=90, travel=0, turn=0))
    monkeypatch.setattr(staffing, "NODES_LEAST", 4)
    monkeypatch.setattr(staffing, "NODES_MOST", 4)
    plan = staffing.solve(problem)
    assert plan == staffing.solve(problem, seed=7)
    assert not plan.optimal
    assert plan.proof == "none"
    report = check(problem, plan)
    assert not report.faults
    assert report.proven <= plan.bound < plan.cost
    monkeypatch.setattr(staffing, "NODES_MOST", 3000)
    longer = staffing.solve(problem, seconds=20)
    assert plan.bound <= longer.bound <= longer.cost <= plan.cost
