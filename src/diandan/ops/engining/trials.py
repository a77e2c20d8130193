"""试炼: what the engine says, held against judges, one random round a seed. Empty answer: it holds."""

from __future__ import annotations

from dataclasses import replace

from diandan.engine import rules
from diandan.engine.changes import changed
from diandan.engine.check import check
from diandan.engine.explain import explain
from diandan.engine.plan import Plan
from diandan.engine.problem import Problem
from diandan.engine.round import Round
from diandan.engine.staffing.solve import solve
from diandan.ops.engining import judges, rounds


def against_flow(seed: int) -> str:
    """OR-Tools' minimum-cost flow on rounds with every rule, headcounts, teams and load bands."""
    problem = rounds.draw(seed, 8, 10, ties=False)
    return _same(seed, problem, judges.by_flow(problem))


def against_matrix(seed: int) -> str:
    """SciPy's dense assignment on rounds in which everybody may do almost everything."""
    problem = rounds.draw(seed, 12, 16, ties=False, rules=False)
    single = tuple(replace(one, capacity=1, load_bands=()) for one in problem.people)
    problem = replace(problem, people=single)
    return _same(seed, problem, judges.by_matrix(problem))


def against_trying(seed: int) -> str:
    """Every plan tried: lots that must stay whole, two-person visits, together and apart."""
    problem = rounds.draw(seed, 4, 4)
    return _same(seed, problem, judges.by_trying(problem))


def _same(seed: int, problem: Problem, least: int | None) -> str:
    plan = solve(problem)
    faults = check(problem, plan).faults
    if faults:
        return f"{seed}: {faults}"
    if plan.cost != least or not plan.optimal:
        return f"{seed}: 代价 {plan.cost},裁判说 {least}"
    return ""


def why_not_pairs(seed: int) -> tuple[int, str]:
    """Every pair kept out by rules: changing exactly what they name lets it in. (cases, wrong)"""
    problem = rounds.draw(seed, 5, 6)
    round_, cases = Round(problem), 0
    for at, job in enumerate(problem.jobs):
        for who, person in enumerate(problem.people):
            if person.id in round_.held.get(job.id, ()):
                continue
            found = rules.against(round_, job, person)
            steps = [change for rule in found for change in rule.lift(round_, job, person)]
            cases += bool(steps)
            for kept in range(len(steps) + 1):
                some = tuple(step for nth, step in enumerate(steps) if nth != kept)
                after = changed(problem, some)
                is_in = rules.may(Round(after), after.jobs[at], after.people[who])
                if is_in != (len(some) == len(steps)):
                    return cases, f"{seed}: {job.id}/{person.id} {some}"
    return cases, ""


def why_not_jobs(seed: int) -> tuple[int, str]:
    """Every unmet job: exactly the named change gets it served, and no step of it is too much."""
    problem = rounds.draw(seed, 4, 5, ties=seed % 2 == 0)
    plan, cases = solve(problem), 0
    for reason in explain(problem, plan).jobs:
        cure = reason.remedy
        if cure is None:
            continue
        cases += 1
        if (
            not cure.changes
            or heads(solve(changed(problem, cure.changes)), reason.job) < cure.heads
        ):
            return cases, f"{seed}: {reason.job} {cure}"
        for step in cure.changes:
            fewer = changed(problem, tuple(one for one in cure.changes if one is not step))
            # Where leaving the job costs just as much as serving it, either is a plan.
            if solve(fewer).cost != _left(fewer, reason.job, cure.heads):
                return cases, f"{seed}: {reason.job} 不需要 {step}"
    return cases, ""


def _left(problem: Problem, job: str, enough: int) -> int:
    """The least cost when the job stays short of `enough` new heads."""
    least = judges.by_trying(problem, short=(job, enough))
    if least is None:
        raise AssertionError("a job can always be left")
    return least


def heads(plan: Plan, job: str) -> int:
    """How many are newly proposed for the job."""
    return sum(one.job == job and not one.pinned for one in plan.pairs)


def instead(seed: int) -> tuple[int, str]:
    """Every "choosing B costs so much more" against all plans with B in them. (cases, wrong)"""
    problem = rounds.draw(seed, 4, 4)
    plan, cases = solve(problem), 0
    for reason in explain(problem, plan).jobs:
        for other in reason.instead:
            cases += 1
            least = judges.by_trying(problem, (reason.job, other.person))
            parts = sum(other.parts.values()) + other.elsewhere
            if least is None or not least - plan.cost == other.difference == parts:
                return cases, f"{seed}: {reason.job} {other.text}:裁判说 {least}"
    return cases, ""
