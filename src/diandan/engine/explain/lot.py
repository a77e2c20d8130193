"""摊开: a problem and its plan laid out for questions: who serves what, and what parts cost."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from diandan.engine.plan import Plan
from diandan.engine.problem import Problem
from diandan.engine.round import Round
from diandan.engine.staffing.branch import Found, search
from diandan.engine.staffing.offer import Cut, Model, model_of, ties_of
from diandan.engine.staffing.solve import node_limit, part_of, parts


def _never() -> bool:
    return False


class Lot:
    """Questions are asked of the part of the round that a job has to do with, not of all of it."""

    def __init__(self, problem: Problem) -> None:
        self.round = Round(problem)
        self.model = model_of(self.round)
        self.ties = ties_of(self.round)
        self.part_with: dict[int, set[int]] = {}
        self.models: dict[int, Model] = {}
        for jobs in parts(self.model, self.ties):
            for job in jobs:
                self.part_with[job] = jobs

    def part(self, job: int) -> Model:
        """The jobs that compete, directly or through others, with this one."""
        jobs = self.part_with[job]
        key = min(jobs)
        if key not in self.models:
            self.models[key] = part_of(self.model, jobs)
        return self.models[key]

    def decided(self, job: int, *cuts: Cut) -> Found:
        """The job's part solved anew with these decisions."""
        part = self.part(job)
        return search(part, self.ties, node_limit(part), _never, cuts)

    def without_price(self, job: int, heads: int) -> int | None:
        """What the part costs with exactly so many new heads here, these left out of the bill."""
        found = self.decided(job, Cut("exactly", job, heads=heads))
        if found.cost is None:
            return None
        return found.cost - self.model.price[job] * (self.model.need[job] - heads)


def staff_of(round_: Round, plan: Plan) -> dict[int, set[int]]:
    """Job → who newly serves it, by place in the problem."""
    staff: dict[int, set[int]] = {}
    for one in plan.pairs:
        if not one.pinned:
            staff.setdefault(round_.job_at[one.job], set()).add(round_.person_at[one.person])
    return staff


def part_cost(part: Model, staff: dict[int, set[int]]) -> int:
    """What the plan pays in this part."""
    total, used = 0, Counter[int]()
    for job, need in part.need.items():
        who = staff.get(job, set())
        total += sum(part.cost[job][person] for person in who)
        total += part.price[job] * (need - len(who))
        used.update(who)
    for person, count in used.items():
        slots = [extra for many, extra in part.bands[person] for _ in range(many)]
        total += sum(slots[:count])
    return total


def with_price(problem: Problem, job: int, price: int) -> Problem:
    """The problem with another price for leaving this job open."""
    jobs = list(problem.jobs)
    jobs[job] = replace(jobs[job], unmet_price=price)
    return replace(problem, jobs=tuple(jobs))
