"""分头做: where a problem is solved changes nothing in its plan, and nobody is left behind."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from diandan.engine import many
from diandan.engine.many import HERE, KINDS, RAY, NoCrew, crew
from diandan.engine.plan import Plan
from diandan.engine.problem import Problem
from diandan.engine.staffing.solve import solve
from diandan.engine.staffing.timed import solve_timed
from diandan.ops.engining.rounds import draw

DISTRICTS = 7
WORK_SECONDS = 60
HIRER = """
import os, signal
from diandan.engine.many import crew
if __name__ == "__main__":
    with crew("processes", 2) as hands:
        print(*set(hands.map(abs, [-1, -2])), flush=True)
        print(*hands._pool._processes, flush=True)
        signal.pause()
"""


@pytest.fixture(scope="module")
def problems() -> list[Problem]:
    return [draw(seed) for seed in range(DISTRICTS)]


@pytest.fixture(scope="module")
def plans(problems: list[Problem]) -> list[Plan]:
    return [solve(problem) for problem in problems]


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    """A cluster takes its time to start: one for all tests here."""
    with crew(RAY, 1):
        yield


@pytest.mark.parametrize("kind", KINDS)
def test_the_plans_are_the_same_wherever_they_are_made(
    kind: str, problems: list[Problem], plans: list[Plan], request: pytest.FixtureRequest
) -> None:
    if kind == RAY:
        request.getfixturevalue("cluster")
    assert len({plan.cost for plan in plans}) > 3
    with crew(kind, 2) as hands:
        found = list(hands.map(solve_timed, problems))
        again = list(hands.map(solve_timed, reversed(problems)))
    assert [one.plan for one in found] == plans
    assert [one.plan for one in again] == plans[::-1]
    assert all(one.micros > 0 for one in found)


def test_here_nothing_is_begun_before_it_is_wanted(problems: list[Problem]) -> None:
    begun = iter(problems)
    with crew(HERE) as hands:
        next(hands.map(solve_timed, begun))
    assert next(begun) is problems[1]


def dies_at_first(marker: str) -> str:
    """As a machine that fails: the process is gone, and only the marker is left of it."""
    if not Path(marker).exists():
        Path(marker).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


@pytest.mark.usefixtures("cluster")
def test_a_machine_that_fails_is_replaced(tmp_path: Path) -> None:
    with crew(RAY) as hands:
        assert list(hands.map(dies_at_first, [str(tmp_path / "died")])) == ["done"]
    assert (tmp_path / "died").exists()


def test_the_hands_end_with_whoever_hired_them() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HIRER], stdout=subprocess.PIPE, text=True
    ) as hirer:
        assert hirer.stdout is not None
        assert hirer.stdout.readline() == "1 2\n"
        hands = [os.pidfd_open(int(pid)) for pid in hirer.stdout.readline().split()]
        assert hands
        hirer.kill()
    for hand in hands:
        ended, _, _ = select.select([hand], [], [], WORK_SECONDS)
        os.close(hand)
        assert ended


def test_what_is_no_crew_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoCrew, match="spark"):
        crew("spark")
    monkeypatch.setattr(many, "find_spec", lambda _name: None)
    with pytest.raises(NoCrew, match=r"scale\.txt"):
        crew("ray")
