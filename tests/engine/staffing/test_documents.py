"""Problem and plan as documents: there and back, every field documented, every slip told."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diandan.engine import plan as plans
from diandan.engine import problem as problems
from diandan.engine import writing
from diandan.engine.reading import ProblemFault
from diandan.engine.staffing.solve import solve
from diandan.engine.weights import Weights
from diandan.ops.engining import rounds

PAGE = (Path(__file__).parents[3] / "docs" / "engine.md").read_text(encoding="utf-8")
ROWS = {row.group(1) for row in re.finditer(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)}


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_there_and_back(seed: int) -> None:
    problem = rounds.draw(seed)
    assert problems.read(json.loads(json.dumps(writing.write(problem)))) == problem
    plan = solve(problem)
    assert plans.read(json.loads(json.dumps(plans.write(plan)))) == plan


@pytest.mark.parametrize("kind", [problems.Person, problems.Job, problems.Problem, Weights])
def test_every_field_of_a_problem_is_documented(kind: Any) -> None:
    assert {field.name for field in fields(kind)} <= ROWS


@pytest.mark.parametrize(
    ("kind", "prefix"),
    [(problems.Travel, "travel"), (problems.Pin, "pinned"), (problems.Source, "source")],
)
def test_every_inner_field_is_documented(kind: Any, prefix: str) -> None:
    assert {f"{prefix}.{field.name}" for field in fields(kind)} <= ROWS


def test_every_field_of_a_plan_is_documented() -> None:
    written = plans.write(solve(rounds.draw(1)))
    assert set(written) <= ROWS
    page = PAGE[PAGE.index("## Plan") :]
    for inner in (*written["pairs"][:1], *written["unmet"][:1]):
        assert all(f"`{name}`" in page for name in inner)


JOB = {"id": "j", "window": [0, 60], "unmet_price": 5}


def document(**more: Any) -> dict[str, Any]:
    base = {"format": "diandan.problem", "version": 1, "kind": "assign", "jobs": [JOB]}
    return {**base, "people": [{"id": "p"}], **more}


FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"version": 2}, "version", "2"),
    ({"kind": "other"}, "kind", "'other'"),
    ({"skils": []}, "skils", "没有这个字段"),
    ({"people": [{"id": "p"}, {"id": "p"}]}, "people[1].id", "重复"),
    ({"people": [{"id": "p", "acceptance": 1001}]}, "people[0].acceptance", "1001"),
    ({"people": [{"id": "p", "capacity": 2.5}]}, "people[0].capacity", "2.5"),
    ({"people": [{"id": "p", "capacity": True}]}, "people[0].capacity", "整数"),
    ({"people": [{"id": "p", "free": [[5, 5]]}]}, "people[0].free[0]", "[5, 5]"),
    ({"people": [{"id": "p", "capacity": 3, "load_bands": [[1, 0]]}]}, "load_bands", "capacity"),
    ({"people": [{"id": "p", "capacity": 2, "load_bands": [[1, 5], [1, 4]]}]}, "[1]", "越贵"),
    ({"people": [{"id": "p", "capacity": 2, "week_minutes_left": 9}]}, "week_minutes_left", "9"),
    ({"people": [{"id": ""}]}, "people[0].id", "非空"),
    ({"people": {"id": "p"}}, "people", "列表"),
    ({"jobs": [{"id": "j", "window": [0, 60]}]}, "jobs[0].unmet_price", "None"),
    ({"jobs": [{**JOB, "minutes": 61}]}, "jobs[0].minutes", "61"),
    ({"jobs": [{**JOB, "two_person": True}]}, "jobs[0].two_person", "heads"),
    ({"jobs": [{**JOB, "at": [1]}]}, "jobs[0].at", "[1]"),
    ({"refused": [["j", "q"]]}, "refused[0]", "'q'"),
    ({"people_apart": [["p", "p"]]}, "people_apart[0]", "不同"),
    ({"pinned": [{"job": "x", "person": "p"}]}, "pinned[0].job", "'x'"),
    ({"travel": {"mode": "table", "metres": []}}, "travel.metres", "1 行"),
    ({"weights": {"travel": -1}}, "weights.travel", "-1"),
    ({"coordinates": "feet"}, "coordinates", "'feet'"),
]


@pytest.mark.parametrize(("wrong", "field", "said"), FAULTS)
def test_a_slip_is_told_by_field_and_value(wrong: dict[str, Any], field: str, said: str) -> None:
    problems.read(document())
    with pytest.raises(ProblemFault) as caught:
        problems.read(document(**wrong))
    assert field in caught.value.sentence
    assert said in caught.value.sentence
    assert "\n" not in caught.value.sentence


@pytest.mark.parametrize("value", [None, [], "x", 3, {}])
def test_what_is_no_problem_at_all_is_told_too(value: object) -> None:
    with pytest.raises(ProblemFault):
        problems.read(value)
    with pytest.raises(ProblemFault):
        plans.read(value)


def test_costs_beyond_the_compiled_core_are_still_exact() -> None:
    dear = {**JOB, "unmet_price": 10**14}
    plan = solve(
        problems.read(document(jobs=[dear, {**dear, "id": "k", "unmet_price": 10**14 + 1}]))
    )
    assert [one.job for one in plan.pairs] == ["k"]
    assert plan.optimal
