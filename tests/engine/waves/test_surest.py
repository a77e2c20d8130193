"""先问最稳的: sure is what every outcome calls for; the same seed says the same."""

from __future__ import annotations

import numpy as np

from diandan.engine.waves.surest import Options, sureness


def options(*rows: dict[int, int], chance: float = 0.7, people: int = 4) -> Options:
    """One row a job: person → metres."""
    return Options(
        np.cumsum([0, *map(len, rows)]).astype(np.int64),
        np.array([p for row in rows for p in row], np.int32),
        np.array([c for row in rows for c in row.values()], np.int32),
        np.full(sum(map(len, rows)), chance),
        np.full(len(rows), 10_000, np.int32),
        people,
    )


def test_who_is_anybodys_first_choice_and_nobody_elses_is_sure() -> None:
    assert sureness(options({0: 100, 1: 900}, {2: 100}), seed=1).tolist()[0::2] == [1.0, 1.0]


def test_who_may_be_needed_elsewhere_is_less_sure_than_who_is_not() -> None:
    """Person 0 is nearest to both jobs; the second has nobody else."""
    found = sureness(options({0: 100, 1: 150}, {0: 100}), seed=1)
    own, other, only = found.tolist()
    assert own < other
    assert only > own


def test_the_same_seed_says_the_same() -> None:
    one = options({0: 100, 1: 300}, {0: 100, 2: 300}, {1: 50, 3: 70})
    assert sureness(one, seed=4).tolist() == sureness(one, seed=4).tolist()
