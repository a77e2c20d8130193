"""What a why-card says, word for word."""

from __future__ import annotations

from dataclasses import replace

from diandan.engine.changes import changed
from diandan.engine.explain import explain
from diandan.engine.problem import Job, Person, Problem
from diandan.engine.staffing.solve import solve
from diandan.engine.weights import Weights

FIRST = Person("甲", at=(0, 0), skills=frozenset({"电工"}))
SECOND = Person("乙", at=(1100, 0), skills=frozenset({"电工"}), tasks_this_week=2)
THIRD = Person("丙", at=(0, 0), last_asked=0)
JOB = Job("修灯", (0, 60), 60, 20_000, at=(0, 0), skills=frozenset({"电工"}))
PROBLEM = Problem((FIRST, SECOND, THIRD), (JOB,), now=3 * 1440, weights=Weights(load=500))


def test_why_her_and_not_another() -> None:
    reason = explain(PROBLEM, solve(PROBLEM)).jobs[0]
    assert [one.person for one in reason.chosen] == ["甲"]
    assert [one.text for one in reason.instead] == ["选乙要多 2.1:远 1.1 公里,本周第三次"]
    assert [(who, said[0].text) for who, said in reason.ruled_out] == [("丙", "缺少技能:电工")]
    assert reason.remedy is None


def test_what_speaks_for_the_other_is_said_too() -> None:
    tired = replace(PROBLEM, people=(replace(FIRST, tasks_this_week=1), SECOND, THIRD))
    near = replace(tired, people=(tired.people[0], replace(SECOND, tasks_this_week=0)))
    reason = explain(near, solve(near)).jobs[0]
    assert reason.instead[0].text == "选乙要多 0.6:远 1.1 公里;不过本周第一次"


def test_a_job_nobody_can_do_says_what_would_help() -> None:
    alone = replace(PROBLEM, people=(THIRD,))
    remedy = explain(alone, solve(alone)).jobs[0].remedy
    assert remedy is not None
    assert remedy.text == "合适的人不够(技能 1 人)。只要:丙 学会 电工"
    assert solve(changed(alone, remedy.changes)).matched == 1


def test_a_no_is_named_but_nobody_is_asked_to_take_it_back() -> None:
    alone = replace(PROBLEM, people=(FIRST,), refused=(("修灯", "甲"),))
    remedy = explain(alone, solve(alone)).jobs[0].remedy
    assert remedy is not None
    assert remedy.binding == {"refused": 1}
    assert [change.kind for change in remedy.changes] == ["bring"]


def test_the_longest_unasked_stands_first_in_line() -> None:
    asked = replace(PROBLEM, people=(replace(FIRST, last_asked=1440), SECOND, THIRD))
    people = explain(asked, solve(asked)).people
    assert [(one.person, one.place, one.days) for one in people] == [
        ("乙", 1, None),
        ("丙", 2, 3),
        ("甲", 3, 2),
    ]
    assert people[1].text == "丙:排第 2/3 位(3 天前问过),能做 0 单,这一轮没有请您"
