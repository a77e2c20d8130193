"""复核: judges a plan against its problem, sharing no code with what made it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from diandan.engine.check.certificate import proven
from diandan.engine.check.pair import Facts, price_of, ruled_out
from diandan.engine.check.ties import faults as tie_faults
from diandan.engine.plan import Plan, digest, source_value
from diandan.engine.problem import Job, Problem
from diandan.engine.writing import write


@dataclass(frozen=True, slots=True)
class Report:
    """`faults`: what is wrong, in words. `proven`: what the prices alone prove as least cost."""

    faults: tuple[str, ...]
    cost: int
    proven: int


def check(problem: Problem, plan: Plan) -> Report:
    """Hard rules, headcounts, ties, cost, and the proof of optimality."""
    known = _unknown(problem, plan)
    if known:
        return Report(tuple(known), 0, 0)
    facts, wrong = Facts(problem), []
    if plan.problem and plan.problem != digest(write(problem)):
        wrong.append("方案写着它回答的是另一道题")
    wrong += _pairs(facts, plan)
    wrong += _heads(problem, plan)
    staff: dict[str, set[str]] = {job.id: set() for job in problem.jobs}
    for one in plan.pairs:
        staff[one.job].add(one.person)
    wrong += tie_faults(problem, staff, facts.pins)
    cost = _cost(facts, plan)
    if cost != plan.cost:
        wrong.append(f"方案说代价是 {plan.cost},重新算是 {cost}")
    if source_value(problem, cost) != plan.source_value:
        wrong.append(f"source_value 应为 {source_value(problem, cost)},写的是 {plan.source_value}")
    least, dual_faults = proven(problem, plan, lacking(problem))
    wrong += dual_faults + _proof(plan, cost, least)
    return Report(tuple(wrong), cost, least)


def lacking(problem: Problem) -> dict[str, int]:
    """Heads of each job that no accepted engagement fills."""
    pinned = Counter(pin.job for pin in problem.pinned)
    return {job.id: max(0, job.heads - pinned[job.id]) for job in problem.jobs}


def _unknown(problem: Problem, plan: Plan) -> list[str]:
    jobs, people = {job.id for job in problem.jobs}, {one.id for one in problem.people}
    named = [one.job for one in plan.pairs] + [job for job, _ in plan.unmet]
    named += [job for job, _ in plan.job_prices]
    who = [one.person for one in plan.pairs] + [person for person, _ in plan.person_prices]
    wrong = [f"题目里没有这一单:{job}" for job in sorted(set(named) - jobs)]
    return wrong + [f"题目里没有这个人:{one}" for one in sorted(set(who) - people)]


def _pairs(facts: Facts, plan: Plan) -> list[str]:
    wrong = []
    jobs = {job.id: job for job in facts.problem.jobs}
    people = {person.id: person for person in facts.problem.people}
    for (job, person), times in Counter((one.job, one.person) for one in plan.pairs).items():
        if times > 1:
            wrong.append(f"{person} 在 {job} 出现了 {times} 次")
    said = {(one.job, one.person) for one in plan.pairs if one.pinned}
    wrong += [f"已接的 {person} → {job} 被动了" for job, person in sorted(facts.pins - said)]
    wrong += [f"{person} 并没有接过 {job}" for job, person in sorted(said - facts.pins)]
    for one in plan.pairs:
        if one.pinned:
            continue
        why = ruled_out(facts, jobs[one.job], people[one.person])
        if why:
            wrong.append(f"{one.person} 不能做 {one.job}:{why}")
        price = price_of(facts, jobs[one.job], people[one.person])
        if price != one.cost:
            wrong.append(f"{one.person} → {one.job} 的代价应为 {price},写的是 {one.cost}")
    taken = Counter(one.person for one in plan.pairs if not one.pinned)
    for person, count in sorted(taken.items()):
        if count > people[person].capacity:
            wrong.append(f"{person} 派了 {count} 单,最多 {people[person].capacity}")
    return wrong


def _heads(problem: Problem, plan: Plan) -> list[str]:
    wrong = []
    new = Counter(one.job for one in plan.pairs if not one.pinned)
    unmet, open_heads = Counter(dict(plan.unmet)), lacking(problem)
    for job in problem.jobs:
        if new[job.id] > open_heads[job.id]:
            wrong.append(f"{job.id} 多派了:还缺 {open_heads[job.id]} 人,派了 {new[job.id]} 人")
        elif unmet[job.id] != open_heads[job.id] - new[job.id]:
            short = open_heads[job.id] - new[job.id]
            wrong.append(f"{job.id} 缺 {short} 人,方案说缺 {unmet[job.id]} 人")
        held = sum(pin.job == job.id for pin in problem.pinned)
        if new[job.id] and new[job.id] + held < _of_use(job):
            wrong.append(f"{job.id} 少于 {_of_use(job)} 人没有用,却派了 {new[job.id] + held} 人")
    return wrong


def _of_use(job: Job) -> int:
    """All of them; or two who go together, unless each taker brings two."""
    if job.all_or_nothing:
        return job.heads
    return 2 if job.two_person and job.members == 1 else 1


def _cost(facts: Facts, plan: Plan) -> int:
    jobs = {job.id: job for job in facts.problem.jobs}
    people = {person.id: person for person in facts.problem.people}
    new = [one for one in plan.pairs if not one.pinned]
    total = sum(price_of(facts, jobs[one.job], people[one.person]) for one in new)
    for person, count in Counter(one.person for one in new).items():
        slots = [extra for many, extra in people[person].load_bands for _ in range(many)]
        total += sum(sorted(slots)[:count])
    filled = Counter(one.job for one in new)
    for job, heads in lacking(facts.problem).items():
        total += max(0, heads - filled[job]) * jobs[job].unmet_price
    return total


def _proof(plan: Plan, cost: int, least: int) -> list[str]:
    wrong = []
    if plan.bound > cost:
        wrong.append(f"下界 {plan.bound} 高于代价 {cost}")
    if plan.optimal != (plan.bound == plan.cost):
        wrong.append("optimal 应当且仅当下界等于代价时为真")
    if plan.optimal != (plan.proof != "none"):
        wrong.append(f"optimal 是 {plan.optimal},proof 却是 {plan.proof}")
    if plan.proof == "duals" and least < plan.bound:
        wrong.append(f"价格只证明了不低于 {least},不足以证明 {plan.bound}")
    return wrong
