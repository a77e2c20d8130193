"""接单预测: shrinks without history, follows a long one, and is calibrated on a known world."""

from __future__ import annotations

import numpy as np
import pytest

from diandan.engine.waves.acceptance import Acceptance, Moment, band_of, travel_bands
from diandan.engine.waves.calibration import calibration

MOMENT = Moment(kind=0, band=0, short=0)


def one(model: Acceptance, person: int) -> float:
    people = np.array([person])
    return float(model.predict(MOMENT, people, np.array([2]), np.array([0]))[0])


def test_without_history_everybody_is_predicted_as_the_first_guess() -> None:
    model = Acceptance(10, 2, guess=0.3)
    assert one(model, 4) == pytest.approx(0.3)


def test_own_answers_decide_in_the_end_and_a_newcomer_stays_with_all() -> None:
    model = Acceptance(10, 1)
    for _n in range(200):
        model.learn(MOMENT, 1, 2, 0, yes=True)
        model.learn(MOMENT, 2, 2, 0, yes=False)
    assert one(model, 1) > 0.85
    assert one(model, 2) < 0.15
    assert 0.35 < one(model, 3) < 0.65


def test_a_few_answers_move_the_prediction_a_little_in_their_direction() -> None:
    model = Acceptance(10, 1)
    before = one(model, 1)
    model.learn(MOMENT, 1, 2, 0, yes=False)
    after = one(model, 1)
    assert before - 0.15 < after < before


def test_a_silence_that_becomes_a_yes_is_counted_as_one() -> None:
    late, never = Acceptance(3, 1), Acceptance(3, 1)
    for model in (late, never):
        model.learn(MOMENT, 1, 2, 0, yes=False)
    late.later_yes(MOMENT, 1, 2, 0)
    assert one(late, 1) > one(never, 1)
    assert late.yes == 1
    assert late.asked == 1


def test_predictions_come_true_in_a_world_of_different_people() -> None:
    rng = np.random.default_rng(5)
    people = 300
    rate = rng.beta(2, 3.5, people)
    model = Acceptance(people, 2)
    said, came = [], []
    for n in range(12_000):
        person = int(rng.integers(people))
        moment = Moment(int(rng.integers(2)), int(rng.integers(6)), 0)
        chance = float(model.predict(moment, np.array([person]), np.array([1]), np.array([0]))[0])
        yes = bool(rng.random() < rate[person] * (0.9 if moment.kind else 1.0))
        if n > 2000:
            said.append(chance)
            came.append(float(yes))
        model.learn(moment, person, 1, 0, yes=yes)
    found = calibration(np.array(said), np.array(came))
    assert found.off < 0.03
    assert found.brier < found.brier_of_mean - 0.01
    assert sum(b.asks for b in found.bins) == found.asks == len(said)


def test_bands_cover_the_week_and_travel_its_edges() -> None:
    assert [band_of(day * 1440 + 600) for day in (0, 5)] == [0, 3]
    assert [band_of(minute) for minute in (0, 720, 1020, 1439)] == [0, 1, 2, 2]
    assert travel_bands(np.array([0, 5, 6, 100])).tolist() == [0, 0, 1, 6]


def test_no_predictions_are_judged_as_nothing() -> None:
    assert calibration(np.array([]), np.array([])).asks == 0
