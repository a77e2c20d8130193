"""A small city's round against a judge that looks at every pair."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.dispatch import city as bench_city
from diandan.engine.assign.graph import Pairs
from diandan.engine.city import round as one_round
from diandan.engine.city import search
from diandan.engine.city.columns import TRAVEL, Jobs, People
from tests.engine.test_assign import by_flow


def everyone(people: People, jobs: Jobs) -> Pairs:
    """Every eligible pair below its job's price, written the plain way."""
    start, col, cost = [0], [], []
    for i in range(len(jobs.x)):
        mine = []
        for j in range(len(people.x)):
            able = int(people.skills[j]) >> int(jobs.skill[i]) & 1
            free = int(people.slots[j]) & int(jobs.slots[i])
            dx, dy = int(people.x[j]) - int(jobs.x[i]), int(people.y[j]) - int(jobs.y[i])
            asks = int((dx * dx + dy * dy) ** 0.5) * TRAVEL + int(people.bias[j])
            if able and free and people.cap[j] > 0 and asks < jobs.price[i]:
                mine.append((asks, j))
        mine.sort()
        col += [j for _, j in mine]
        cost += [asks for asks, _ in mine]
        start.append(len(col))
    ints = np.int32
    return Pairs(
        np.array(start, np.int64), np.array(col, ints), np.array(cost, ints), jobs.need,
        jobs.price, people.cap,
    )  # fmt: skip


def town(seed: int, people: int, jobs: int, far: int) -> tuple[People, Jobs]:
    """Everything packed into `far` metres, so that ties and contests abound."""
    folk = bench_city.people(people, seed)
    open_jobs = bench_city.jobs(jobs, seed + 1)
    rng = np.random.default_rng(seed)
    return (
        folk._replace(
            x=(folk.x % far).astype(np.int32),
            y=(folk.y % far).astype(np.int32),
            bias=(folk.bias % 40).astype(np.int32),
            cap=rng.integers(0, 3, people).astype(np.int32),
        ),
        open_jobs._replace(
            x=(open_jobs.x % far).astype(np.int32),
            y=(open_jobs.y % far).astype(np.int32),
            price=rng.integers(1, 2 * far, jobs).astype(np.int32),
        ),
    )


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    people=st.integers(1, 120),
    jobs=st.integers(1, 40),
    far=st.sampled_from([5, 60, 3000]),
    most=st.integers(1, 5),
)
def test_a_round_is_optimal_over_every_pair(
    seed: int, people: int, jobs: int, far: int, most: int
) -> None:
    folk, open_jobs = town(seed, people, jobs, far)
    place = one_round.city(folk, bench_city.SKILLS)
    made = one_round.plan(place, open_jobs, most)
    assert made.certified
    assert one_round.unproven(place, open_jobs, made) == 0
    assert made.cost == by_flow(everyone(folk, open_jobs))


def test_prices_of_the_last_round_and_room_that_runs_out_change_no_cost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for seed, people in ((3, 400), (4, 60)):
        folk, open_jobs = town(seed, people, 120, 3000)
        place = one_round.city(folk, bench_city.SKILLS)
        first = one_round.plan(place, open_jobs, 1)
        again = one_round.plan(place, open_jobs, 1, warm=first.prices(place))
        monkeypatch.setattr(one_round, "SPARE", 0)
        cramped = one_round.plan(place, open_jobs, 1)
        monkeypatch.undo()
        assert first.cost == again.cost == cramped.cost
        assert one_round.unproven(place, open_jobs, again) == 0
        assert one_round.unproven(place, open_jobs, cramped) == 0


@pytest.mark.parametrize("anew", [0, 1])
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10_000), people=st.integers(20, 150), far=st.sampled_from([60, 3000]))
def test_what_pricing_brings_may_be_bid_for_or_planned_anew(
    monkeypatch: pytest.MonkeyPatch, anew: float, seed: int, people: int, far: int
) -> None:
    folk, open_jobs = town(seed, people, 40, far)
    place = one_round.city(folk, bench_city.SKILLS)
    monkeypatch.setattr(one_round, "ANEW", anew)
    monkeypatch.setattr(one_round, "BETTER", 2)
    monkeypatch.setattr(one_round, "BETTER_SHORT", 2)
    made = one_round.plan(place, open_jobs, 1)
    assert one_round.unproven(place, open_jobs, made) == 0
    assert made.cost == by_flow(everyone(folk, open_jobs))


def test_few_candidates_alone_are_not_enough_and_the_proof_says_so() -> None:
    folk, open_jobs = town(3, 400, 120, 3000)
    place = one_round.city(folk, bench_city.SKILLS)
    hasty = one_round.plan(place, open_jobs, 1, certify=False)
    exact = one_round.plan(place, open_jobs, 1)
    assert hasty.cost > exact.cost
    assert one_round.unproven(place, open_jobs, hasty) > 0


def test_the_same_city_gives_the_same_plan() -> None:
    folk, open_jobs = town(5, 300, 90, 60)
    first, second = (
        one_round.plan(one_round.city(folk, bench_city.SKILLS), open_jobs).pairs() for _ in range(2)
    )
    assert np.array_equal(first[0], second[0])
    assert np.array_equal(first[1], second[1])


@pytest.mark.parametrize("jobs", [0, 1])
def test_nothing_to_do_is_a_plan_too(jobs: int) -> None:
    folk, open_jobs = town(1, 5, 1, 60)
    none = Jobs(*(column[:jobs] for column in open_jobs))
    made = one_round.plan(one_round.city(folk, bench_city.SKILLS), none)
    assert len(made.pairs()[0]) <= int(none.need.sum())


def test_distances_are_whole_metres_rounded_down() -> None:
    assert search.metres(3, 4) == 5
    assert search.metres(1, 1) == 1
    assert search.metres(94_999, 94_999) == 134_348
