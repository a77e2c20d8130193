"""裁判: the least cost of a round, found without the engine: OR-Tools, SciPy, and sheer trying.

Pairs and their costs come from `engine.check`, which shares no code with rules, aims or search.
The judges are installed for tests and proofs only, so they are loaded when called.
"""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from diandan.engine.check import lacking
from diandan.engine.check.pair import Facts, price_of, ruled_out
from diandan.engine.problem import Problem

Costs = dict[tuple[int, int], int]


def costs(problem: Problem) -> Costs:
    """(job, person) → cost, for every pair that may be."""
    facts, found = Facts(problem), {}
    for at, job in enumerate(problem.jobs):
        for who, person in enumerate(problem.people):
            if not ruled_out(facts, job, person):
                found[at, who] = price_of(facts, job, person)
    return found


def by_flow(problem: Problem) -> int:
    """OR-Tools' minimum-cost flow; for rounds without ties."""
    flow = importlib.import_module("ortools.graph.python.min_cost_flow").SimpleMinCostFlow()
    jobs, people = len(problem.jobs), len(problem.people)
    source, sink, spare = jobs + people, jobs + people + 1, jobs + people + 2
    heads = lacking(problem)
    for (row, who), cost in costs(problem).items():
        flow.add_arc_with_capacity_and_unit_cost(row, jobs + who, 1, cost)
    for at, job in enumerate(problem.jobs):
        flow.add_arc_with_capacity_and_unit_cost(source, at, heads[job.id], 0)
        flow.add_arc_with_capacity_and_unit_cost(at, spare, heads[job.id], job.unmet_price)
    for who, person in enumerate(problem.people):
        for count, extra in person.load_bands or ((person.capacity, 0),):
            flow.add_arc_with_capacity_and_unit_cost(jobs + who, sink, count, extra)
    total = sum(heads.values())
    flow.add_arc_with_capacity_and_unit_cost(spare, sink, total, 0)
    flow.set_node_supply(source, total)
    flow.set_node_supply(sink, -total)
    if flow.solve() != flow.OPTIMAL:
        raise AssertionError("OR-Tools found no optimum")
    return int(flow.optimal_cost())


def by_matrix(problem: Problem) -> int:
    """SciPy's dense assignment: a row for every head, a column for every slot and a way out each.

    A team could fill two heads of one job here, so it judges rounds of single people only.
    """
    numpy: Any = importlib.import_module("numpy")
    optimize: Any = importlib.import_module("scipy.optimize")
    found, heads = costs(problem), lacking(problem)
    rows = [at for at, job in enumerate(problem.jobs) for _ in range(heads[job.id])]
    slots = [
        (who, extra)
        for who, person in enumerate(problem.people)
        for count, extra in person.load_bands or ((person.capacity, 0),)
        for _ in range(count)
    ]
    never = 1 + sum(abs(cost) for cost in found.values()) + 10**7
    table = numpy.full((len(rows), len(slots) + len(rows)), float(never))
    for row, job in enumerate(rows):
        for column, (who, extra) in enumerate(slots):
            if (job, who) in found:
                table[row, column] = found[job, who] + extra
        table[row, len(slots) + row] = problem.jobs[job].unmet_price
    left, right = optimize.linear_sum_assignment(table)
    return int(table[left, right].sum())


Crews = list[set[int]]


def by_trying(
    problem: Problem,
    with_pair: tuple[str, str] | None = None,
    short: tuple[str, int] | None = None,
) -> int | None:
    """Every plan there is, ties and all; for a handful of jobs and people. None: there is none.

    `with_pair`: only plans with this (job, person) among the new ones. `short`: only plans in
    which the job has fewer than so many new heads.
    """
    place = {one.id: at for at, one in enumerate(problem.jobs)}
    index = {one.id: at for at, one in enumerate(problem.people)}

    def wanted(new: Crews) -> bool:
        if with_pair is not None and index[with_pair[1]] not in new[place[with_pair[0]]]:
            return False
        return short is None or len(new[place[short[0]]]) < short[1]

    return min((cost for cost, new in _plans(problem) if wanted(new)), default=None)


def _plans(problem: Problem) -> Iterator[tuple[int, Crews]]:
    found, heads = costs(problem), lacking(problem)
    who_may = [
        [who for who in range(len(problem.people)) if (at, who) in found] if heads[job.id] else []
        for at, job in enumerate(problem.jobs)
    ]
    held: Crews = [set() for _ in problem.jobs]
    index = {one.id: at for at, one in enumerate(problem.people)}
    place = {one.id: at for at, one in enumerate(problem.jobs)}
    for pin in problem.pinned:
        held[place[pin.job]].add(index[pin.person])

    def tried(at: int, new: Crews, used: Counter[int], cost: int) -> Iterator[tuple[int, Crews]]:
        if at == len(problem.jobs):
            if _whole(problem, new, held):
                yield cost + _bands(problem, used), new
            return
        job = problem.jobs[at]
        for count in range(heads[job.id] + 1):
            if count and count + len(held[at]) < _least(problem, at):
                continue
            for team in combinations(who_may[at], count):
                if all(used[who] < problem.people[who].capacity for who in team):
                    paid = sum(found[at, who] for who in team)
                    paid += (heads[job.id] - count) * job.unmet_price
                    yield from tried(at + 1, [*new, set(team)], used + Counter(team), cost + paid)

    yield from tried(0, [], Counter(), 0)


def _least(problem: Problem, at: int) -> int:
    job = problem.jobs[at]
    if job.all_or_nothing:
        return job.heads
    return 2 if job.two_person and job.members < 2 else 1


def _bands(problem: Problem, used: Counter[int]) -> int:
    total = 0
    for who, count in used.items():
        slots = [extra for many, extra in problem.people[who].load_bands for _ in range(many)]
        total += sum(sorted(slots)[:count])
    return total


def _whole(problem: Problem, new: Crews, held: Crews) -> bool:
    """Whether no tie is broken by somebody new."""
    name = [one.id for one in problem.people]
    staff = [
        {name[who]: who in new[at] for who in new[at] | held[at]} for at in range(len(problem.jobs))
    ]
    for a, b in problem.people_apart:
        if any(a in row and b in row and (row[a] or row[b]) for row in staff):
            return False
    for a, b in problem.people_together:
        if any((row.get(a) and b not in row) or (row.get(b) and a not in row) for row in staff):
            return False
    place = {one.id: at for at, one in enumerate(problem.jobs)}
    for one, two in problem.jobs_apart:
        x, y = staff[place[one]], staff[place[two]]
        if any(who in y and (x[who] or y[who]) for who in x):
            return False
    for one, two in problem.jobs_together:
        x, y = staff[place[one]], staff[place[two]]
        if any((x.get(who) and who not in y) or (y.get(who) and who not in x) for who in {*x, *y}):
            return False
    return True
