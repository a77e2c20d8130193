"""改动: the one thing to change so that a pair becomes possible, or a job worth doing.

A change is data: it can be shown, kept, and applied to a problem, which is how "why not" is
tested: apply exactly what was named, and the job becomes assignable.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from diandan.engine.problem import Job, Person, Problem
from diandan.engine.reading import joined
from diandan.engine.said import Said, listed, tenths
from diandan.engine.weights import UNIT

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Change:
    """`kind` names what changes; of the rest only what that kind uses is set."""

    kind: str
    job: str = ""
    person: str = ""
    codes: tuple[str, ...] = ()
    span: Span = (0, 0)
    amount: int = 0

    def said(self) -> Said:
        """The sentence."""
        values: dict[str, str | int] = {
            "job": self.job,
            "person": self.person,
            "codes": listed(set(self.codes)),
            "since": self.span[0],
            "until": self.span[1],
            "amount": self.amount,
            # Rounded up: less than what is said would not do.
            "points": tenths(-(-self.amount * 10 // UNIT) * UNIT // 10, UNIT),
        }
        return Said(f"change_{self.kind}", TEMPLATES[self.kind], values)

    def row(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "kind": self.kind,
            "job": self.job,
            "person": self.person,
            "codes": list(self.codes),
            "span": list(self.span),
            "amount": self.amount,
            "text": self.said().text,
        }


#: A no, a block, an age limit and accepted work stand: naming them is right, asking is not.
KEPT = frozenset({"unpin", "unblock", "unrefuse", "min_age"})

TEMPLATES = {
    "skill": "{person} 学会 {codes}",
    "qualification": "{person} 的资格 {codes} 有效期到 {amount}",
    "free": "{person} 在 {since}–{until} 有空",
    "unpin": "{person} 不再承担 {job}",
    "reach": "{job} 与 {person} 的距离上限放宽到 {amount} 米",
    "members": "{person} 能来 {amount} 人",
    "consent": "{person} 同意 {codes}",
    "min_age": "{job} 的年龄下限降到 {amount} 岁",
    "guardian": "{person} 的监护人同意",
    "unblock": "{person} 与 {codes} 不再互相回避",
    "unrefuse": "{person} 收回对 {job} 的拒绝",
    "week": "{person} 本周还可服务 {amount} 分钟",
    "open": "{person} 本轮可接 {amount} 单",
    "price": "{job} 每缺一人的代价提高到 {points}",
    "untie": "{codes} 不再要求同去、同做或分开",
    "bring": "再来一位合适的人({person})",
}


def changed(problem: Problem, changes: tuple[Change, ...]) -> Problem:
    """The problem with exactly these changes."""
    for change in changes:
        problem = _one(problem, change)
    return problem


def _one(problem: Problem, change: Change) -> Problem:
    match change.kind:
        case "reach":
            return _jobs(_people(problem, change), change)
        case "min_age" | "price":
            return _jobs(problem, change)
        case "unpin":
            gone = (change.job, change.person)
            kept = tuple(pin for pin in problem.pinned if (pin.job, pin.person) != gone)
            return replace(problem, pinned=kept)
        case "unrefuse":
            kept_no = tuple(one for one in problem.refused if one != (change.job, change.person))
            return replace(problem, refused=kept_no)
        case "untie":
            return _untied(problem, set(change.codes))
        case "bring":
            return _brought(problem, change)
        case _:
            return _people(problem, change)


def _untied(problem: Problem, pair: set[str]) -> Problem:
    def kept(ties: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        return tuple(tie for tie in ties if set(tie) != pair)

    return replace(
        problem,
        people_together=kept(problem.people_together),
        people_apart=kept(problem.people_apart),
        jobs_together=kept(problem.jobs_together),
        jobs_apart=kept(problem.jobs_apart),
    )


def _jobs(problem: Problem, change: Change) -> Problem:
    jobs = tuple(_job(job, change) if job.id == change.job else job for job in problem.jobs)
    return replace(problem, jobs=jobs)


def _job(job: Job, change: Change) -> Job:
    match change.kind:
        case "reach":
            reach = job.reach_metres
            return replace(job, reach_metres=None if reach is None else max(reach, change.amount))
        case "min_age":
            return replace(job, min_age=change.amount)
        case _:
            return replace(job, unmet_price=change.amount)


def _people(problem: Problem, change: Change) -> Problem:
    people = tuple(
        _person(one, change) if one.id == change.person else one for one in problem.people
    )
    return replace(problem, people=people)


def _person(person: Person, change: Change) -> Person:
    codes = frozenset(change.codes)
    match change.kind:
        case "skill":
            return replace(person, skills=person.skills | codes)
        case "qualification":
            kept = tuple(one for one in person.qualifications if one[0] not in codes)
            new = tuple((code, change.amount) for code in change.codes)
            return replace(person, qualifications=tuple(sorted(kept + new, key=lambda q: q[0])))
        case "free":
            return replace(person, free=joined([*(person.free or ()), change.span]))
        case "reach":
            reach = person.reach_metres
            wide = None if reach is None else max(reach, change.amount)
            return replace(person, reach_metres=wide)
        case "members":
            return replace(person, members=change.amount)
        case "consent":
            return replace(person, consents=person.consents | codes)
        case "guardian":
            return replace(person, guardian_agrees=True)
        case "unblock":
            return replace(person, blocked=person.blocked - codes)
        case "week":
            return replace(person, week_minutes_left=change.amount)
        case "open":
            return replace(person, capacity=change.amount, load_bands=())
        case kind:
            raise ValueError(kind)


def _brought(problem: Problem, change: Change) -> Problem:
    """One more person whom no rule speaks against and who comes for this job alone.

    Jobs that must be done by the same people as this one are hers too.
    """
    mine = bound_to(problem, change.job)
    jobs = [job for job in problem.jobs if job.id in mine]
    guest = Person(
        id=change.person,
        at=next(job.at for job in jobs if job.id == change.job),
        skills=frozenset().union(*(job.skills for job in jobs)),
        qualifications=tuple(
            (code, None)
            for code in sorted(frozenset().union(*(job.qualifications for job in jobs)))
        ),
        capacity=len(jobs),
        members=max(job.members for job in jobs),
        familiar=frozenset(job.requester for job in jobs if job.requester),
        age=max(18, *(job.min_age for job in jobs)),
        consents=frozenset().union(*(job.consents for job in jobs)),
    )
    travel = problem.travel
    if travel.mode == "table":
        rows = zip(travel.metres, problem.jobs, strict=True)
        wider = tuple((*row, 0 if other.id in mine else None) for row, other in rows)
        travel = replace(travel, metres=wider)
    # Elsewhere she counts as having refused.
    away = tuple((other.id, guest.id) for other in problem.jobs if other.id not in mine)
    return replace(
        problem,
        people=(*problem.people, guest),
        travel=travel,
        refused=problem.refused + away,
    )


def bound_to(problem: Problem, job: str) -> set[str]:
    """The job and all that must be done by the same people."""
    mine = {job}
    grown = True
    while grown:
        more = {one for pair in problem.jobs_together if mine & set(pair) for one in pair}
        grown = not more <= mine
        mine |= more
    return mine
