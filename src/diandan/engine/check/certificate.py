"""复核·证明: what the plan's prices alone prove, over every pair that is allowed.

Weak duality: for any v ≥ 0 and any u ≤ unmet price, no plan costs less than

    Σ u·heads  −  Σ v·slots  +  Σ min(0, cost − u + v)   over all allowed pairs and bands
"""

from __future__ import annotations

from diandan.engine.check.pair import Facts, price_of, ruled_out
from diandan.engine.check.ties import impossible
from diandan.engine.plan import Plan
from diandan.engine.problem import Problem


def proven(problem: Problem, plan: Plan, lacking: dict[str, int]) -> tuple[int, list[str]]:
    """What the prices prove as least cost, and what is wrong with them."""
    facts, wrong = Facts(problem), []
    u, v = dict(plan.job_prices), dict(plan.person_prices)
    total = 0
    for job in problem.jobs:
        price = u.setdefault(job.id, job.unmet_price)
        if price > job.unmet_price:
            wrong.append(f"{job.id} 的价格 {price} 高于缺人代价 {job.unmet_price}")
        total += price * lacking[job.id]
    for person in problem.people:
        bands = person.load_bands or ((person.capacity, 0),)
        prices = v.setdefault(person.id, (0,) * len(bands))
        if len(prices) != len(bands) or min(prices, default=0) < 0:
            wrong.append(f"{person.id} 的价格 {list(prices)} 应为 {len(bands)} 个不小于 0 的数")
            v[person.id] = prices = (0,) * len(bands)
        total -= sum(price * count for price, (count, _) in zip(prices, bands, strict=True))
    allowed = {
        (job.id, person.id): (job, person)
        for job in problem.jobs
        if lacking[job.id]
        for person in problem.people
        if not ruled_out(facts, job, person)
    }
    gone = impossible(problem, set(allowed), lacking)
    for pair, (job, person) in allowed.items():
        if pair in gone:
            continue
        cost = price_of(facts, job, person) - u[job.id]
        bands = person.load_bands or ((person.capacity, 0),)
        total += sum(
            min(0, cost + extra + price)
            for price, (_, extra) in zip(v[person.id], bands, strict=True)
        )
    return total, wrong
