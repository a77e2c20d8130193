"""求解: a problem becomes a plan. Proven optimal by prices; where ties bind, by search as well."""

from __future__ import annotations

import time
from dataclasses import dataclass

from diandan.engine.plan import Choice, Plan, digest, source_value
from diandan.engine.problem import Problem
from diandan.engine.round import Round
from diandan.engine.staffing.branch import Cuts, Stop, search
from diandan.engine.staffing.broken import Staff, all_broken, staff_of
from diandan.engine.staffing.offer import Model, Ties, model_of, ties_of
from diandan.engine.staffing.relax import Relaxed, relax
from diandan.engine.writing import write

#: Nodes of one search, by how many pairs a node must look at: about the same time for each.
PAIRS_OF_WORK, NODES_LEAST, NODES_MOST = 3_000_000, 60, 3_000
#: With seconds given, the clock decides and nodes hardly do.
PATIENCE = 100


@dataclass(slots=True)
class Solved:
    """`root` is the plan without ties, whose prices prove `root.cost` for every plan."""

    model: Model
    root: Relaxed
    staff: Staff
    cost: int
    bound: int
    nodes: int
    searched: bool


def solve(problem: Problem, seconds: float | None = None, seed: int = 0) -> Plan:
    """The cheapest plan. Same problem, same plan; `seed` has nothing to decide here.

    `seconds` lets a search that needs it go on for longer, up to that time.
    """
    del seed  # an exact method draws nothing; the argument is the engine's common shape
    round_ = Round(problem)
    solved = settle(model_of(round_), ties_of(round_), seconds)
    return _plan(round_, solved)


def settle(model: Model, ties: Ties, seconds: float | None = None) -> Solved:
    """The model solved: at once where no tie binds, part by part where one does."""
    root = relax(model)
    if root is None:  # only decisions can make a job obligatory, and there are none yet
        raise AssertionError("a model without decisions always has a plan")
    staff = staff_of(root, set())
    solved = Solved(model, root, staff, root.cost, root.cost, 1, searched=False)
    broken = all_broken(model, ties, root)
    if broken:
        _mend(solved, ties, broken, _stop(seconds), PATIENCE if seconds else 1)
    return solved


def _stop(seconds: float | None) -> Stop:
    if seconds is None:
        return lambda: False
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def _mend(solved: Solved, ties: Ties, broken: set[int], stop: Stop, patience: int) -> None:
    """Search only the parts of the model in which something is broken."""
    model, root = solved.model, solved.root
    solved.searched = True
    for jobs in parts(model, ties):
        if not broken & jobs:
            continue
        part = part_of(model, jobs)
        before = relax(part)
        found = search(part, ties, node_limit(part) * patience, stop)
        if before is None or found.cost is None:  # leaving all its jobs open is always a plan
            raise AssertionError("a part without a plan")
        solved.cost += found.cost - before.cost
        solved.bound += found.bound - before.cost
        solved.nodes += found.nodes
        for job in jobs:
            solved.staff[job] = found.staff.get(job, set())
    solved.root = root


def node_limit(model: Model) -> int:
    """How many nodes of this model may be tried."""
    pairs = 1 + sum(len(row) for row in model.cost.values())
    return max(NODES_LEAST, min(NODES_MOST, PAIRS_OF_WORK // pairs))


def part_of(model: Model, jobs: set[int]) -> Model:
    """The model of some of its jobs."""
    return Model(
        {job: model.need[job] for job in sorted(jobs)},
        {job: model.price[job] for job in sorted(jobs)},
        {job: model.fewest[job] for job in sorted(jobs)},
        {job: model.cost[job] for job in sorted(jobs)},
        model.bands,
    )


def parts(model: Model, ties: Ties) -> list[set[int]]:
    """Jobs that have to do with each other, through people or ties; in order of their first job."""
    above = {job: job for job in model.need}

    def top(job: int) -> int:
        while above[job] != job:
            above[job] = above[above[job]]
            job = above[job]
        return job

    first: dict[int, int] = {}
    for job, row in model.cost.items():
        for person in row:
            other = first.setdefault(person, job)
            low, high = sorted((top(job), top(other)))
            above[high] = low
    for one, two in (*ties.jobs_together, *ties.jobs_apart):
        if one in above and two in above:
            low, high = sorted((top(one), top(two)))
            above[high] = low
    found: dict[int, set[int]] = {}
    for job in model.need:
        found.setdefault(top(job), set()).add(job)
    return [found[job] for job in sorted(found)]


def cheapest(model: Model, ties: Ties, first: Cuts, stop: Stop | None = None) -> int | None:
    """What the model costs when `first` is decided; None when that cannot be."""
    found = search(model, ties, node_limit(model), stop or _stop(None), first)
    return found.cost


def _plan(round_: Round, solved: Solved) -> Plan:
    problem, model = round_.problem, solved.model
    people, jobs = problem.people, problem.jobs
    pairs = [Choice(pin.job, pin.person, 0, True) for pin in problem.pinned]
    for job in sorted(solved.staff):
        pairs += [
            Choice(jobs[job].id, people[person].id, model.cost[job][person])
            for person in sorted(solved.staff[job])
        ]
    unmet = [
        (jobs[job].id, need - len(solved.staff.get(job, ())))
        for job, need in sorted(model.need.items())
        if need > len(solved.staff.get(job, ()))
    ]
    optimal = solved.bound == solved.cost
    proof = "search" if solved.searched and solved.root.cost < solved.cost else "duals"
    return Plan(
        pairs=tuple(pairs),
        unmet=tuple(unmet),
        cost=solved.cost,
        bound=solved.bound,
        optimal=optimal,
        proof=proof if optimal else "none",
        job_prices=tuple((jobs[job].id, price) for job, price in sorted(solved.root.u.items())),
        person_prices=tuple(
            (people[who].id, tuple(prices))
            for who, prices in sorted(solved.root.v.items())
            if any(prices)
        ),
        source_value=source_value(problem, solved.cost),
        problem=digest(write(problem)),
        nodes=solved.nodes,
    )
