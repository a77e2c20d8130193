"""A plan with a planted fault does not pass; an honest one does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from diandan.engine.check import check
from diandan.engine.plan import Choice, Plan
from diandan.engine.problem import Job, Person, Pin, Problem
from diandan.engine.staffing.solve import solve

JOB = Job("j", (540, 600), 60, 90_000, at=(0, 0), requester="e", heads=1)
HER = Person("p", at=(0, 0), free=((500, 700),))
OTHER = Person("q", at=(500, 0))


def one_pair(problem: Problem) -> Plan:
    """The plan that puts p on j, honest in everything but what the rules say."""
    free = Problem((HER, OTHER), (JOB,))
    plan = solve(free)
    return (
        replace(plan, problem="", pairs=(replace(plan.pairs[0], person="p"),)) if problem else plan
    )


RULES: list[tuple[str, Callable[[Job], Job], Callable[[Person], Person], str]] = [
    ("skill", lambda j: replace(j, skills=frozenset({"s"})), lambda p: p, "技能"),
    ("paper", lambda j: replace(j, qualifications=frozenset({"s"})), lambda p: p, "资格"),
    ("expired", lambda j: replace(j, qualifications=frozenset({"s"})), lambda p: replace(p, qualifications=(("s", 599),)), "到期"),
    ("time", lambda j: j, lambda p: replace(p, free=((541, 700),)), "没有空"),
    ("reach", lambda j: replace(j, at=(0, 9), reach_metres=8), lambda p: p, "太远"),
    ("her reach", lambda j: replace(j, at=(0, 9)), lambda p: replace(p, reach_metres=8), "太远"),
    ("members", lambda j: replace(j, members=2), lambda p: p, "人手"),
    ("capacity", lambda j: j, lambda p: replace(p, capacity=0), "不接单"),
    ("age", lambda j: replace(j, min_age=60), lambda p: replace(p, age=59), "年龄"),
    ("guardian", lambda j: j, lambda p: replace(p, age=17), "监护人"),
    ("consent", lambda j: replace(j, consents=frozenset({"photo"})), lambda p: p, "同意"),
    ("blocked", lambda j: j, lambda p: replace(p, blocked=frozenset({"e"})), "回避"),
    ("week", lambda j: j, lambda p: replace(p, week_minutes_left=59), "本周"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "job", "her", "said"), RULES)
def test_each_rule_is_judged(
    name: str, job: Callable[[Job], Job], her: Callable[[Person], Person], said: str
) -> None:
    problem = Problem((her(HER), OTHER), (job(JOB),))
    faults = check(problem, one_pair(problem)).faults
    assert any(said in fault for fault in faults), (name, faults)
    assert not check(problem, solve(problem)).faults


def test_a_no_and_an_overlap_are_judged() -> None:
    no = Problem((HER, OTHER), (JOB,), refused=(("j", "p"),))
    assert any("谢绝" in fault for fault in check(no, one_pair(no)).faults)
    other = Job("k", (560, 620), 60, 5)
    busy = Problem((HER, OTHER), (JOB, other), pinned=(Pin("k", "p"),))
    plan = replace(one_pair(busy), pairs=(*one_pair(busy).pairs, Choice("k", "p", 0, True)))
    assert any("没有空" in fault for fault in check(busy, plan).faults)
    assert not check(busy, solve(busy)).faults


CREW = Problem(
    tuple(Person(f"p{at}", at=(at, 0)) for at in range(4)),
    (
        replace(JOB, heads=3, all_or_nothing=True),
        Job("k", (540, 600), 60, 50_000, at=(0, 0)),
    ),
    people_apart=(("p0", "p3"),),
)


def test_an_honest_plan_passes_and_is_proven() -> None:
    plan = solve(CREW)
    report = check(CREW, plan)
    assert not report.faults
    assert plan.optimal
    assert report.proven <= report.cost == plan.cost


Break = Callable[[Plan], Plan]
BROKEN: list[tuple[Break, str]] = [
    (lambda p: replace(p, cost=p.cost - 1), "代价"),
    (lambda p: replace(p, bound=p.bound + 1), "下界"),
    (lambda p: replace(p, optimal=False), "optimal"),
    (lambda p: replace(p, pairs=p.pairs[1:]), "没有用"),
    (lambda p: replace(p, pairs=(*p.pairs, p.pairs[0])), "2 次"),
    (lambda p: replace(p, pairs=(replace(p.pairs[0], cost=1), *p.pairs[1:])), "代价应为"),
    (lambda p: replace(p, pairs=(replace(p.pairs[0], pinned=True), *p.pairs[1:])), "没有接过"),
    (lambda p: replace(p, pairs=(replace(p.pairs[0], person="x"),)), "没有这个人"),
    (lambda p: replace(p, unmet=(("k", 1),)), "缺"),
    (lambda p: replace(p, problem="another"), "另一道题"),
    (lambda p: replace(p, source_value="1"), "source_value"),
    (lambda p: replace(p, job_prices=(("j", 10**9),)), "高于"),
    (lambda p: replace(p, person_prices=(("p1", (-1,)),)), "不小于 0"),
    (lambda p: replace(p, person_prices=(("p1", (1, 1)),)), "1 个"),
    (lambda p: replace(p, proof="duals", job_prices=(("j", 0), ("k", 0))), "证明"),
]


@pytest.mark.parametrize(("spoil", "said"), BROKEN)
def test_a_planted_fault_is_found(spoil: Break, said: str) -> None:
    faults = check(CREW, spoil(solve(CREW))).faults
    assert any(said in fault for fault in faults), faults


TIES: list[tuple[dict[str, object], str]] = [
    ({"people_apart": (("p1", "p2"),)}, "不应同在"),
    ({"people_together": (("p1", "p3"),)}, "却没有"),
    ({"jobs_apart": (("j", "k"),)}, "不应都由"),
    ({"jobs_together": (("j", "k"),)}, "没有承担"),
]


@pytest.mark.parametrize(("tie", "said"), TIES)
def test_each_tie_is_judged(tie: dict[str, object], said: str) -> None:
    people = tuple(replace(one, capacity=2) for one in CREW.people)
    loose = replace(CREW, people=people, people_apart=())
    plan = replace(solve(loose), problem="")
    tied = replace(loose, **tie)  # type: ignore[arg-type]
    faults = check(tied, plan).faults
    assert any(said in fault for fault in faults), faults
    assert not check(tied, solve(tied)).faults
