"""事后最优: never beaten, equal to SciPy's optimum, and staying re-optimisable comes near it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from diandan.engine.replay.hindsight import (
    Morning,
    Repaired,
    Story,
    SurestFirst,
    first_come,
    gap,
    in_hindsight,
    story,
)

MORNING = Morning(
    jobs=60, side=12000, zipf=0.9, kinds=4, able=0.3, kept=20, arrive_from=4320,
    arrive_until=120, ask_before=240, cancelled=0.1, withdrawn=0.08, declines=0.3,
    unmet_price=15000,
)  # fmt: skip


def judged(told: Story) -> int:
    jobs = [j for j in range(len(told.cols)) if j not in told.lost_jobs]
    cost = np.full((len(jobs), told.people + len(jobs)), told.price)
    for row, job in enumerate(jobs):
        for person, metres in zip(told.cols[job], told.costs[job], strict=True):
            if person not in told.refuses[job] and person not in told.lost_people:
                cost[row, person] = min(metres, told.price)
    rows, cols = linear_sum_assignment(cost)
    return int(cost[rows, cols].sum())


@pytest.mark.parametrize("people_a_job", [0.7, 1.2, 3.0])
@pytest.mark.parametrize("seed", range(1, 4))
def test_hindsight_is_the_optimum_and_nobody_beats_it(people_a_job: float, seed: int) -> None:
    told = story(MORNING, people_a_job, seed)
    best = in_hindsight(told)
    assert best == judged(told)
    assert best <= first_come(told)
    for way in (Repaired(told), SurestFirst(told)):
        assert best <= way.live()
        for job, person in way.held.items():
            assert job not in told.lost_jobs
            assert person not in told.refuses[job]
            assert person not in told.lost_people
        assert len(set(way.held.values())) == len(way.held)


def test_with_nothing_to_surprise_it_the_repaired_plan_is_hindsights() -> None:
    calm = replace(MORNING, cancelled=0.0, withdrawn=0.0, declines=0.0, arrive_until=300)
    for seed in range(1, 5):
        found = gap(calm, 1.2, seed)
        assert found.ours == found.hindsight
        assert found.closed == 1.0


def test_repair_closes_most_of_the_gap_where_people_are_scarce() -> None:
    closed = [gap(MORNING, 0.8, seed).closed for seed in range(1, 9)]
    assert np.mean(closed) > 0.5
    assert gap(MORNING, 0.8, 3) == gap(MORNING, 0.8, 3)


def test_asking_the_surest_first_closes_more_than_asking_in_the_order_of_the_jobs() -> None:
    found = [gap(MORNING, 1.2, seed) for seed in range(1, 5)]
    assert sum(g.ours for g in found) < sum(g.repaired for g in found)
