"""汇总: means, intervals, Gini and the aims, against numbers worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diandan.engine.replay.measure import gini
from diandan.engine.replay.summary import aims, mean, summary
from diandan.engine.waves.turn import Weights


def test_the_interval_is_students() -> None:
    found = mean([1.0, 2.0, 3.0])
    assert found.mean == 2
    assert found.half == pytest.approx(4.303 * 1 / 3**0.5)
    assert mean([5.0]).half == 0


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30))
def test_gini_is_the_mean_difference(values: list[int]) -> None:
    total, count = sum(values), len(values)
    pairs = sum(abs(a - b) for a in values for b in values)
    wanted = pairs / (2 * count * total) if total else 0.0
    assert gini([float(v) for v in values]) == pytest.approx(wanted)


def row(served: float, alerts: float, asks: float) -> dict[str, float]:
    return {
        "served_in_promise": served, "alerts_per_filled": alerts, "gini_asks": asks,
        "gini_hours": asks, "idle_feasible": 0.0, "wait_p50": 10.0, "wait_p90": 20.0,
        "travel_km": 1.0, "unmet": 1 - served,
    }  # fmt: skip


def test_aims_say_what_is_met_and_in_what_a_rival_is_better() -> None:
    seeds = [
        {"ask_7": row(0.90, 12.0, 0.5), "ours": row(0.97, 5.0 + n / 10, 0.2),
         "planner": row(0.97, 4.0, 0.6), "oracle": row(0.99, 1.3, 0.6)}
        for n in range(3)
    ]  # fmt: skip
    reached, worse = aims(seeds)
    met = {aim.name: aim.met for aim in reached}
    assert not met["served_against_oracle"]
    assert not met["alerts_against_planner"]
    assert met["gini_asks_lowest"]
    assert worse == {}
    for seed in seeds:
        seed["ask_7"]["wait_p50"] = 1.0
    assert aims(seeds)[1] == {"wait_p50": "ask_7"}
    assert summary(seeds)["ours"]["alerts_per_filled"].mean == pytest.approx(5.1)


def test_no_weight_on_fairness_forgets_turns_and_loads() -> None:
    plain = Weights().scaled(0)
    assert (plain.asked, plain.served, plain.due_days) == (0, 0, 0)
    assert Weights().scaled(1) == Weights()
