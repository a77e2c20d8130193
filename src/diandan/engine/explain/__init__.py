"""说明: why her, why not the others, what would help a job that got nobody, and whose turn it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from diandan.engine import rules
from diandan.engine.explain.lot import Lot, staff_of
from diandan.engine.explain.remedy import Remedy, remedy
from diandan.engine.explain.turns import Turn, turns
from diandan.engine.explain.why import Chosen, Instead, chosen, instead
from diandan.engine.plan import Plan
from diandan.engine.problem import Problem
from diandan.engine.reading import ProblemFault
from diandan.engine.said import Said

#: How many ruled-out people are told by name; the rest are counted by rule.
NAMED = 200


@dataclass(frozen=True, slots=True)
class JobReason:
    """One job: who was chosen, who came next, whom which rule kept out, what would help."""

    job: str
    pinned: tuple[str, ...]
    chosen: tuple[Chosen, ...]
    instead: tuple[Instead, ...]
    ruled_out: tuple[tuple[str, tuple[Said, ...]], ...]
    remedy: Remedy | None

    def row(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "job": self.job,
            "pinned": list(self.pinned),
            "chosen": [one.row() for one in self.chosen],
            "instead": [one.row() for one in self.instead],
            "ruled_out": [
                {"person": who, "rules": [one.row() for one in said]}
                for who, said in self.ruled_out
            ],
            "unmet": None if self.remedy is None else self.remedy.row(),
        }

    def lines(self) -> list[str]:
        """For a shell."""
        found = [f"【{self.job}】"]
        found += [f"  已接单,不动:{who}" for who in self.pinned]
        for one in self.chosen:
            found.append(f"  选 {one.person}:{','.join(said.text for said in one.said)}")
        found += [f"  {one.text}" for one in self.instead]
        for who, said in self.ruled_out:
            found.append(f"  不能派 {who}:{';'.join(one.text for one in said)}")
        if self.remedy is not None:
            found.append(f"  还缺人:{self.remedy.text}")
        return found


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole round, or one job of it."""

    jobs: tuple[JobReason, ...]
    people: tuple[Turn, ...]

    def row(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "jobs": [job.row() for job in self.jobs],
            "people": [one.row() for one in self.people],
        }

    def lines(self) -> list[str]:
        """For a shell."""
        return [line for job in self.jobs for line in job.lines()] + [
            one.text for one in self.people
        ]


def explain(problem: Problem, plan: Plan, only: str | None = None) -> Explanation:
    """Every job's reasons and every person's turn; with `only`, one job's reasons."""
    lot = Lot(problem)
    _same(problem, plan)
    if only is not None and only not in lot.round.job_at:
        raise ProblemFault("--job", only, "题目里没有这一单")
    staff = staff_of(lot.round, plan)
    jobs = range(len(problem.jobs)) if only is None else (lot.round.job_at[only],)
    reasons = tuple(_job(lot, plan, staff, job) for job in jobs)
    return Explanation(reasons, turns(lot, staff) if only is None else ())


def each(problem: Problem, plan: Plan, only: Iterable[str]) -> Iterator[JobReason]:
    """The reasons of these jobs one after another, for who has no time for all at once."""
    lot = Lot(problem)
    _same(problem, plan)
    staff = staff_of(lot.round, plan)
    for job in only:
        yield _job(lot, plan, staff, lot.round.job_at[job])


def _same(problem: Problem, plan: Plan) -> None:
    """A plan of another problem cannot be explained."""
    jobs, people = {job.id for job in problem.jobs}, {one.id for one in problem.people}
    for at, one in enumerate(plan.pairs):
        if one.job not in jobs or one.person not in people:
            raise ProblemFault(f"pairs[{at}]", [one.job, one.person], "题目里没有")


def _job(lot: Lot, plan: Plan, staff: dict[int, set[int]], job: int) -> JobReason:
    work = lot.round.problem.jobs[job]
    mine = staff.get(job, set())
    is_open = job in lot.model.need
    if is_open and not mine <= set(lot.model.cost[job]):
        raise ProblemFault("pairs", work.id, "方案里有不该有的人,请先复核 (check)")
    short = is_open and lot.model.need[job] > len(mine)
    return JobReason(
        work.id,
        tuple(lot.round.held.get(work.id, ())),
        chosen(lot, mine, job),
        instead(lot, plan, staff, job) if is_open else (),
        _kept_out(lot, job),
        remedy(lot, staff, job) if short else None,
    )


def _kept_out(lot: Lot, job: int) -> tuple[tuple[str, tuple[Said, ...]], ...]:
    work = lot.round.problem.jobs[job]
    found: list[tuple[str, tuple[Said, ...]]] = []
    may = lot.model.cost.get(job, {})
    for at, person in enumerate(lot.round.problem.people):
        if at in may or len(found) >= NAMED or person.id in lot.round.held.get(work.id, ()):
            continue
        against = rules.against(lot.round, work, person)
        said = tuple(rule.says(lot.round, work, person) for rule in against)
        if not said and job in lot.model.need:
            said = (Said("tie", "有同组或回避要求,单独去不成", {}),)
        if said:
            found.append((person.id, said))
    return tuple(found)
