"""复核·一对: the hard rules and the cost of one pair, written again from docs/engine.md.

Nothing here comes from `rules`, `aims` or the search: two hands that agree are worth more than
one. Minutes are sets of spans walked in order; distances are squared rather than rooted.
"""

from __future__ import annotations

import math

from diandan.engine.problem import Job, Person, Problem
from diandan.kit.units import distance_m

Span = tuple[int, int]


class Facts:
    """What is looked up again and again."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.row = {job.id: at for at, job in enumerate(problem.jobs)}
        self.column = {person.id: at for at, person in enumerate(problem.people)}
        self.noes = set(problem.refused)
        self.pins = {(pin.job, pin.person) for pin in problem.pinned}
        self.engaged: dict[str, list[Span]] = {}
        for pin in problem.pinned:
            job = problem.jobs[self.row[pin.job]]
            span = job.window if pin.start is None else (pin.start, pin.start + job.minutes)
            self.engaged.setdefault(pin.person, []).append(span)


def ruled_out(facts: Facts, job: Job, person: Person) -> str:
    """Why this pair may not be, in words; empty when it may."""
    return (
        _no_time(facts, job, person)
        or _too_far(facts, job, person)
        or _not_able(job, person)
        or _not_wanted(facts, job, person)
    )


def begins(facts: Facts, job: Job, person: Person) -> int | None:
    """The first minute from which she has enough time, walking through her day."""
    length = job.minutes if job.heads == 1 else job.window[1] - job.window[0]
    stops = [] if person.capacity > 1 else sorted(facts.engaged.get(person.id, ()))
    for since, until in (job.window,) if person.free is None else person.free:
        now, end = max(since, job.window[0]), min(until, job.window[1])
        for a, b in stops:
            if b <= now or a >= end:
                continue
            if a - now >= length:
                break
            now = max(now, b)
        if end - now >= length:
            return now
    return None


def _no_time(facts: Facts, job: Job, person: Person) -> str:
    if person.free is None and not facts.engaged:
        return ""
    return "那段时间没有空" if begins(facts, job, person) is None else ""


def _too_far(facts: Facts, job: Job, person: Person) -> str:
    if job.reach_metres is None and person.reach_metres is None:
        return ""
    far = way(facts, job, person)
    for limit in (job.reach_metres, person.reach_metres):
        if far is not None and limit is not None and far > limit:
            return f"太远:{far} 米,上限 {limit} 米"
    return ""


def way(facts: Facts, job: Job, person: Person) -> int | None:
    """Metres, rounded up to the next whole one; None when unknown."""
    travel = facts.problem.travel
    if travel.mode == "table":
        return travel.metres[facts.row[job.id]][facts.column[person.id]]
    if job.at is None or person.at is None:
        return None
    (x, y), (p, q) = job.at, person.at
    if facts.problem.coordinates == "microdegrees":
        metres = distance_m(y / 1e6, x / 1e6, q / 1e6, p / 1e6)
    else:
        metres = math.isqrt(max(0, (x - p) ** 2 + (y - q) ** 2 - 1))
        metres += (x, y) != (p, q)
    return (metres * travel.detour_permille + 999) // 1000


def _not_able(job: Job, person: Person) -> str:
    for skill in job.skills:
        if skill not in person.skills:
            return f"缺少技能 {skill}"
    papers = dict(person.qualifications)
    for code in job.qualifications:
        if code not in papers:
            return f"缺少资格 {code}"
        end = papers[code]
        if end is not None and end < job.window[1]:
            return f"资格 {code} 到期"
    if person.members < job.members:
        return "人手不够"
    if person.capacity < 1:
        return "本轮不接单"
    if person.age is not None and person.age < job.min_age:
        return "年龄不到"
    if person.age is not None and person.age < 18 and not person.guardian_agrees:
        return "没有监护人同意"
    return ""


def _not_wanted(facts: Facts, job: Job, person: Person) -> str:
    if (job.id, person.id) in facts.noes:
        return "谢绝过这一单"
    if (job.id, person.id) in facts.pins:
        return "已经接了这一单"
    if job.requester in person.blocked:
        return "与这位居民回避"
    for consent in job.consents:
        if consent not in person.consents:
            return f"没有同意 {consent}"
    if person.week_minutes_left is not None and person.week_minutes_left < job.minutes:
        return "超过本周上限"
    return ""


def price_of(facts: Facts, job: Job, person: Person) -> int:
    """What the pair costs, term by term as the document says."""
    w = facts.problem.weights
    far = way(facts, job, person)
    total = (w.unknown_metres if far is None else far) * w.travel
    if job.promise_by is not None and w.late:
        start = begins(facts, job, person)
        done = (job.window[0] if start is None else start) + job.minutes
        if done > job.promise_by:
            total += (done - job.promise_by) * w.late
    if person.last_asked is not None:
        waited = (facts.problem.now - person.last_asked) // 1440
        total += (w.turn_days - min(max(waited, 0), w.turn_days)) * w.turn
    if job.requester != "" and job.requester not in person.familiar:
        total += w.stranger
    total += (1000 - person.satisfaction) * w.dissatisfied + (1000 - person.acceptance) * w.doubt
    total += person.load_minutes * w.tired + person.tasks_this_week * w.load
    return total - job.worth * person.rate * w.worth
