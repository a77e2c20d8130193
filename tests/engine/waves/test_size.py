"""波次大小: against every outcome written out, and the bounds a wave keeps."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diandan.engine.waves.size import asks_needed, chance_of_enough, wave_size

CHANCES = st.lists(st.floats(0.01, 0.99), max_size=9)


def by_brute_force(chances: list[float], need: int) -> float:
    total = 0.0
    for answers in product((0, 1), repeat=len(chances)):
        if sum(answers) >= need:
            weight = 1.0
            for yes, chance in zip(answers, chances, strict=True):
                weight *= chance if yes else 1 - chance
            total += weight
    return total


@given(CHANCES, st.integers(0, 5))
def test_the_chance_of_enough_is_that_of_all_outcomes(chances: list[float], need: int) -> None:
    assert chance_of_enough(chances, need) == pytest.approx(by_brute_force(chances, need))


@given(CHANCES, CHANCES, st.integers(0, 4), st.floats(0.5, 0.999))
def test_the_set_asked_is_the_smallest_that_reaches_the_target(
    out: list[float], more: list[float], need: int, target: float
) -> None:
    count = asks_needed(out, more, need, target)
    reached = by_brute_force(out + more[:count], need)
    assert reached >= target - 1e-9 or count == len(more)
    if count:
        assert by_brute_force(out + more[: count - 1], need) < target + 1e-9


@given(CHANCES, CHANCES, st.integers(0, 4), st.integers(1, 9))
def test_a_wave_never_leaves_a_missing_head_unasked(
    out: list[float], more: list[float], need: int, rounds: int
) -> None:
    size = wave_size(out, more, need, rounds=rounds, target=0.95)
    assert 0 <= size <= len(more)
    assert size == 0 if need == 0 else len(out) + size >= min(need, len(out) + len(more))


@given(CHANCES, st.integers(1, 4), st.integers(1, 8))
def test_more_time_never_means_more_people_at_once(
    more: list[float], need: int, rounds: int
) -> None:
    sizes = [wave_size([], more, need, rounds=r, target=0.95) for r in (rounds, rounds + 1)]
    assert sizes[1] <= sizes[0]


def test_with_one_round_everybody_needed_is_asked_at_once() -> None:
    assert wave_size([], [0.5] * 20, 1, rounds=1, target=0.98) == 6
    assert wave_size([], [0.5] * 20, 1, rounds=6, target=0.98) == 1
    assert wave_size([0.5], [0.5] * 20, 1, rounds=6, target=0.98) == 0
