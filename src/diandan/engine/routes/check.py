"""核对: a plan judged from the two documents alone.

Shares no code with the search: it reads the plan's own times, holds them against the problem's
rules and adds the price up again. Every fault is a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from diandan.engine.routes.problem import Carer, Problem, Visit, read


@dataclass(frozen=True, slots=True)
class Stop:
    """One task as the plan has it."""

    visit: str
    task: int
    carer: str
    start: int


@dataclass(slots=True)
class Report:
    """What is wrong with a plan, and what it costs by the checker's own sum."""

    faults: list[str] = field(default_factory=list)
    way: int = 0
    total_tardiness: int = 0
    max_tardiness: int = 0
    unmet: int = 0
    objective: int = 0
    source_value: Fraction = Fraction(0)

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def check(problem: dict[str, Any], plan: dict[str, Any]) -> Report:
    """Judge a plan document against its problem document."""
    asked = read(problem)
    report = Report()
    try:
        stops = _walk(asked, plan, report)
        missing = _visits(asked, stops, report)
        _sum_up(asked, plan, stops, missing, report)
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        report.faults.append(f"方案读不懂:{wrong!r}")
    return report


def _walk(asked: Problem, plan: dict[str, Any], report: Report) -> list[Stop]:
    """Follow every carer through her day; her stops, and her way into the report."""
    carers = {carer.key: carer for carer in asked.carers}
    visits = {visit.key: visit for visit in asked.visits}
    walked: set[str] = set()
    stops: list[Stop] = []
    for route in plan["routes"]:
        name = str(route["carer"])
        if name not in carers:
            report.faults.append(f"没有 {name} 这个人")
            continue
        if name in walked:
            report.faults.append(f"{name} 有两条路线")
        walked.add(name)
        stops += _follow(asked, carers[name], visits, route, report)
    return stops


def _follow(
    asked: Problem, carer: Carer, visits: dict[str, Visit], route: dict[str, Any], report: Report
) -> list[Stop]:
    here, free, stops = carer.leaves, int(route["leaves_at"]), []
    if free < carer.since:
        report.faults.append(f"{carer.key} 在 {free} 出发,早于上班的 {carer.since}")
    for stop in route["stops"]:
        visit = visits.get(str(stop["visit"]))
        task = _whole(stop["task"])
        if visit is None or not 0 <= task < len(visit.tasks):
            report.faults.append(f"{carer.key} 的路线里有题目没有的任务:{stop['visit']}")
            continue
        report.way += asked.distance[here][visit.place]
        free += asked.travel[here][visit.place]
        start, here = _whole(stop["start"]), visit.place
        stops.append(Stop(visit.key, task, carer.key, start))
        report.faults += list(_stop_faults(carer, visit, stop, free))
        free = max(free, start) + visit.tasks[task].duration
    if stops:
        report.way += asked.distance[here][carer.returns]
        free += asked.travel[here][carer.returns]
        if carer.until is not None and free > carer.until:
            report.faults.append(f"{carer.key} 在 {free} 才回来,晚于下班的 {carer.until}")
    if _whole(route["back_at"]) != free:
        report.faults.append(f"{carer.key} 回来的时刻写作 {route['back_at']},应为 {free}")
    return stops


def _stop_faults(carer: Carer, visit: Visit, stop: dict[str, Any], arrival: int) -> Iterator[str]:
    """What is wrong at one stop, when the carer can be there at `arrival`."""
    task, start = visit.tasks[stop["task"]], _whole(stop["start"])
    where = f"{carer.key} 在 {visit.key}"
    if start < arrival:
        yield f"{where} 于 {start} 开始,最早 {arrival} 才到"
    if start < visit.opens:
        yield f"{where} 于 {start} 开始,早于约定的 {visit.opens}"
    if _whole(stop["arrival"]) != arrival:
        yield f"{where} 到达的时刻写作 {stop['arrival']},应为 {arrival}"
    if _whole(stop["end"]) != start + task.duration:
        yield f"{where} 结束的时刻写作 {stop['end']},应为 {start + task.duration}"
    if task.skill not in carer.skills:
        yield f"{where} 做 {task.skill},但不会"
    if stop.get("skill", task.skill) != task.skill:
        yield f"{where} 的技能写作 {stop['skill']},应为 {task.skill}"
    if carer.key in visit.barred:
        yield f"{where},但这一户不接受此人"


def _visits(asked: Problem, stops: list[Stop], report: Report) -> list[Visit]:
    """Each visit wholly served or wholly left out, and its two carers in step."""
    missing = []
    for visit in asked.visits:
        done: dict[int, list[Stop]] = {}
        for stop in stops:
            if stop.visit == visit.key:
                done.setdefault(stop.task, []).append(stop)
        for task, twice in done.items():
            if len(twice) > 1:
                report.faults.append(f"{visit.key} 的第 {task + 1} 项做了 {len(twice)} 次")
        if not done:
            missing.append(visit)
        elif len(done) < len(visit.tasks):
            report.faults.append(f"{visit.key} 只做了一半")
        elif len(visit.tasks) == 2:
            report.faults += list(_in_step(visit, done[0][0], done[1][0]))
    return missing


def _in_step(visit: Visit, first: Stop, second: Stop) -> Iterator[str]:
    if first.carer == second.carer:
        yield f"{visit.key} 要两个人,只去了 {first.carer}"
    gap, (least, most) = second.start - first.start, visit.gap
    if gap < least:
        yield f"{visit.key} 第二项比第一项晚 {gap},至少应晚 {least}"
    if gap > most:
        yield f"{visit.key} 第二项比第一项晚 {gap},至多可晚 {most}"


def _sum_up(
    asked: Problem, plan: dict[str, Any], stops: list[Stop], missing: list[Visit], report: Report
) -> None:
    """The price, and whether the plan tells it truly."""
    shuts = {visit.key: visit.shuts for visit in asked.visits}
    late = {stop: stop.start - shuts[stop.visit] for stop in stops}
    for stop, by in late.items():
        if asked.strict and by > 0:
            report.faults.append(f"{stop.carer} 在 {stop.visit} 晚了 {by},而时间是硬约定")
    report.total_tardiness = sum(by for by in late.values() if by > 0)
    report.max_tardiness = max([0, *late.values()])
    report.unmet = len(missing)
    weights = asked.weights
    report.objective = (
        weights.distance * report.way
        + weights.total_tardiness * report.total_tardiness
        + weights.max_tardiness * report.max_tardiness
        + sum(visit.unmet_price for visit in missing)
    )
    report.source_value = Fraction(report.objective, asked.value_scale)
    told = {
        "objective": report.objective,
        "matched": len(asked.visits) - len(missing),
        "unmet": len(missing),
        "source_value": float(report.source_value),
    }
    for name, want in told.items():
        if plan.get(name, want) != want:
            report.faults.append(f"方案写 {name} 为 {plan[name]},应为 {want}")
    if plan.get("bound", 0) > float(report.source_value) and not report.faults:
        report.faults.append(f"下界 {plan['bound']} 高于方案自己的值 {float(report.source_value)}")
    if plan.get("optimal") and plan.get("bound") != float(report.source_value):
        report.faults.append("方案自称最优,但下界没有证明")
    out = {str(one["visit"]) for one in plan.get("left_out", [])}
    if out != {visit.key for visit in missing}:
        report.faults.append("没有安排的几户与 left_out 所列不同")


def _whole(given: Any) -> int:
    if not isinstance(given, int) or isinstance(given, bool):
        raise TypeError(f"{given!r} 不是整数")
    return given
