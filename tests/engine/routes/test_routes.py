"""出行: against brute force on small days, on planted faults, and on the shared instances."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diandan.engine.routes import check_json, from_hhcrsp, solve_json, warm
from diandan.engine.routes.bound import lower_bound
from diandan.engine.routes.check import check
from diandan.engine.routes.columns import columns
from diandan.engine.routes.kernel import forget_stale
from diandan.engine.routes.problem import read
from diandan.kit.refusal import Refusal
from tests.engine.routes.days import cheapest, days

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "routing"
MOVES = 40_000


def shared(name: str) -> dict[str, Any]:
    """A shared instance, or a skip where the folder is absent."""
    if not SHARED.is_dir():
        pytest.skip("the shared data is not here")
    found: dict[str, Any] = json.loads(next(SHARED.glob(name)).read_text())
    return found


@settings(max_examples=100, deadline=None)
@given(days())
def test_a_small_day_costs_what_brute_force_says(day: dict[str, Any]) -> None:
    plan = solve_json(day, 60, 1, moves=MOVES)
    assert check_json(day, plan) == []
    assert plan["objective"] == cheapest(read(day)), day


@settings(max_examples=40, deadline=None)
@given(days(windows="hard"))
def test_a_window_may_be_a_rule(day: dict[str, Any]) -> None:
    plan = solve_json(day, 60, 1, moves=MOVES)
    assert check_json(day, plan) == []
    assert plan["objective"] == cheapest(read(day)), day


@settings(max_examples=60, deadline=None)
@given(days())
def test_no_plan_goes_below_the_bound(day: dict[str, Any]) -> None:
    problem = read(day)
    assert lower_bound(columns(problem)) <= cheapest(problem)


@settings(max_examples=8, deadline=None)
@given(days(windows="hard", pairs=False))
def test_pyvrp_takes_what_it_can_state(day: dict[str, Any]) -> None:
    plan = solve_json(day, 0.2, 1)
    assert check_json(day, plan) == []
    assert plan["how"]["by"] in ("pyvrp", "own neighbourhood search")
    assert plan["objective"] == cheapest(read(day)), day


def meeting() -> dict[str, Any]:
    """Two carers, one visit of two, one alone."""
    both = [{"skill": "a", "duration": 5}, {"skill": "b", "duration": 5}]
    return {
        "format": "diandan.problem",
        "version": 1,
        "kind": "routes",
        "travel": [[0, 7, 9], [7, 0, 4], [9, 4, 0]],
        "carers": [
            {"id": "Li", "skills": ["a"], "shift": [0, 100]},
            {"id": "Wu", "skills": ["b", "c"], "shift": [0, 100]},
        ],
        "visits": [
            {"id": "bath", "place": 1, "window": [20, 30], "tasks": both},
            {"id": "meal", "place": 2, "window": [0, 12], "tasks": [{"skill": "c", "duration": 5}]},
        ],
    }


def faults_after(change: Any) -> list[str]:
    """What the checker says of a good plan once something in it is changed."""
    plan = solve_json(meeting(), 60, 1, moves=MOVES)
    assert check_json(meeting(), plan) == []
    spoilt = deepcopy(plan)
    change(spoilt)
    return check_json(meeting(), spoilt)


def stop(plan: dict[str, Any], carer: str, visit: str) -> dict[str, Any]:
    """One stop of a plan."""
    route = next(route for route in plan["routes"] if route["carer"] == carer)
    found: dict[str, Any] = next(one for one in route["stops"] if one["visit"] == visit)
    return found


def later(plan: dict[str, Any]) -> None:
    """Move Li's bath two minutes later, with all that follows from it on paper."""
    bath = stop(plan, "Li", "bath")
    route = plan["routes"][0]
    bath["start"] += 2
    bath["end"] += 2
    bath["arrival"] += 2
    route["leaves_at"] += 2
    route["back_at"] += 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (later, "至少应晚 0"),
        (lambda plan: stop(plan, "Wu", "meal").update(start=1), "才到"),
        (lambda plan: stop(plan, "Wu", "bath").update(start=19), "早于约定"),
        (lambda plan: stop(plan, "Wu", "bath").update(end=99), "结束的时刻"),
        (lambda plan: stop(plan, "Wu", "meal").update(task=1), "题目没有的任务"),
        (lambda plan: plan["routes"][0].update(carer="Wu"), "两条路线"),
        (lambda plan: plan["routes"][0].update(carer="Zhao"), "没有 Zhao"),
        (lambda plan: plan["routes"][0]["stops"].clear(), "只做了一半"),
        (lambda plan: plan["routes"][1]["stops"].append(stop(plan, "Wu", "meal")), "做了 2 次"),
        (lambda plan: plan.update(objective=1), "objective"),
        (lambda plan: plan.update(optimal=True, bound=0), "没有证明"),
        (lambda plan: plan.update(bound=10**6), "下界"),
        (lambda plan: plan.update(left_out=[{"visit": "meal"}]), "left_out"),
        (lambda plan: plan["routes"][0].update(leaves_at=-1), "早于上班"),
        (lambda plan: plan.pop("routes"), "读不懂"),
    ],
)
def test_a_planted_fault_is_named(change: Any, said: str) -> None:
    assert said in "\n".join(faults_after(change))


def test_a_skill_nobody_has_is_said() -> None:
    day = meeting()
    day["visits"][1]["tasks"][0]["skill"] = "surgery"
    plan = solve_json(day, 60, 1, moves=MOVES)
    assert (plan["matched"], plan["unmet"]) == (1, 1)
    assert plan["left_out"] == [{"visit": "meal", "why": "没有人会这项服务"}]


def test_a_count_of_moves_and_a_seed_decide_the_plan() -> None:
    plans = [solve_json(meeting(), 60, 7, moves=MOVES) for _ in range(2)]
    assert plans[0] == plans[1]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", 2),
        ("travel", [[0, 1]]),
        ("windows", "loose"),
        ("carers", "Li"),
        ("weights", {"distance": -1}),
    ],
)
def test_a_bad_problem_is_told_by_its_field(field: str, value: Any) -> None:
    with pytest.raises(Refusal) as no:
        solve_json({**meeting(), field: value}, 1, 1)
    assert no.value.field.startswith(field)


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_nonsense_is_refused_not_crashed_on(nonsense: Any) -> None:
    for field in ("visits", "carers", "travel", "scale", "weights"):
        with pytest.raises(Refusal):
            read({**meeting(), "version": 0, field: nonsense})
    with pytest.raises(Refusal):
        from_hhcrsp({"patients": [nonsense], "caregivers": [], "distances": [[0]]})


def test_kept_kernels_go_when_a_file_beside_them_changes(tmp_path: Path) -> None:
    source, kept = tmp_path / "search.py", tmp_path / "__pycache__" / "search.nbi"
    source.write_text("one")
    forget_stale(tmp_path)
    kept.write_text("compiled")
    assert not forget_stale(tmp_path)
    assert kept.exists()
    source.write_text("two")
    assert forget_stale(tmp_path)
    assert not kept.exists()


def test_warming_leaves_nothing_to_compile() -> None:
    warm()


@pytest.mark.shared
def test_the_toys_proven_optimum_is_reached_and_confirmed() -> None:
    problem = from_hhcrsp(shared("toy.json"))
    plan = solve_json(problem, 60, 1, moves=200_000)
    report = check(problem, plan)
    assert report.holds
    assert report.source_value * 3 == 334


@pytest.mark.shared
def test_the_sources_own_toy_plan_is_worth_what_the_source_says() -> None:
    """The source's solution, written as one of our plans, passes and costs 334 / 3."""
    problem, theirs = from_hhcrsp(shared("toy.json")), shared("sol_toy_optimal.json")
    report = check(problem, as_plan(problem, theirs))
    assert report.faults == []
    assert report.source_value * 3 == 334


def as_plan(problem: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """A source's solution in our words: its times kept, what it leaves unsaid worked out."""
    visits = {visit["id"]: visit for visit in problem["visits"]}
    routes = []
    for given_route in theirs["routes"]:
        here, free, stops = 0, 0, []
        for one in given_route["locations"]:
            visit = visits[one["patient_id"]]
            task = [t["skill"] for t in visit["tasks"]].index(one["service_id"])
            arrival = free + problem["travel"][here][visit["place"]]
            stops.append(
                {
                    "visit": one["patient_id"],
                    "task": task,
                    "arrival": arrival,
                    "start": one["arrival_time"],
                    "end": one["departure_time"],
                }
            )
            here, free = visit["place"], one["departure_time"]
        back = free + problem["travel"][here][0]
        routes.append(
            {"carer": given_route["caregiver_id"], "leaves_at": 0, "stops": stops, "back_at": back}
        )
    return {"routes": routes}


@pytest.mark.shared
@pytest.mark.parametrize("shape", ["Instanz*", "instance_*", "toy*"])
def test_every_shared_instance_is_read_and_solved(shape: str) -> None:
    if not SHARED.is_dir():
        pytest.skip("the shared data is not here")
    for file in sorted(SHARED.glob(f"{shape}.json")):
        problem = from_hhcrsp(json.loads(file.read_text()))
        plan = solve_json(problem, 60, 1, moves=20_000)
        assert check_json(problem, plan) == [], file.name
        assert plan["unmet"] == 0
        assert plan["bound"] <= plan["source_value"]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "proven"), [("10_10", 225006), ("10_4", 186897), ("10_7", 225369)]
)
def test_a_proven_optimum_is_met_and_never_passed(name: str, proven: int) -> None:
    problem = from_hhcrsp(shared(f"InstanzCPLEX_HCSRP_{name}.json"))
    plan = solve_json(problem, 60, 1, moves=400_000)
    assert round(plan["source_value"] * 1000) == proven


def test_the_newer_names_of_the_source_are_read() -> None:
    """Offices with a matrix row of their own, services without a time, carers someone refuses."""
    problem = from_hhcrsp(
        {
            "departing_points": [
                {"id": "d1", "distance_matrix_index": 0},
                {"id": "d2", "distance_matrix_index": 2},
            ],
            "services": [{"id": "s", "default_duration": 9}],
            "caregivers": [
                {"id": "c", "abilities": ["s"], "departing_point": "d2", "working_shift": [5, 60]}
            ],
            "patients": [
                {
                    "id": "p",
                    "distance_matrix_index": 1,
                    "time_window": [0.25, 12.0],
                    "required_services": [{"service": "s"}],
                    "incompatible_caregivers": ["x"],
                }
            ],
            "distances": [[0, 1, 2], [1, 0, 3], [2, 3, 0]],
        }
    )
    assert problem["scale"] == {"time": 100, "distance": 100, "value": 300}
    assert problem["carers"][0] == {
        "id": "c", "skills": ["s"], "from": 2, "to": 2, "shift": [500, None],
    }  # fmt: skip
    assert problem["visits"][0]["tasks"] == [{"skill": "s", "duration": 900}]
    assert problem["visits"][0]["window"] == [25, 1200]
    assert problem["visits"][0]["not_carers"] == ["x"]
