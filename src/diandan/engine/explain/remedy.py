"""怎样才派得出去: the smallest change after which an unmet job is served, tried before it is told.

If enough people may do it, only the price of leaving it open stands in the way (others are worth
more, or it is not worth the trouble). If not, somebody's rules must be lifted, the fewest first;
nobody is asked to take back a no. Failing that, one more person must come, or a tie must go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from diandan.engine import aims, rules
from diandan.engine.changes import KEPT, Change, changed
from diandan.engine.explain.lot import Lot
from diandan.engine.problem import Problem

CANDIDATES = 12
GUESTS = 4
GUEST = "新人"
Ways = Sequence[tuple[Change, ...]]


@dataclass(frozen=True, slots=True)
class Remedy:
    """`heads`: how many new heads the job has at least after `changes`. `binding`: rule → people.

    No changes and `heads` 0: none was found (ties with other jobs stand in the way).
    """

    cause: str
    binding: dict[str, int]
    changes: tuple[Change, ...]
    heads: int

    @property
    def text(self) -> str:
        """The sentence for the desk."""
        titles = {rule.code: rule.title for rule in rules.RULES}
        bound = "、".join(f"{titles[code]} {count} 人" for code, count in self.binding.items())
        ways = ";".join(change.said().text for change in self.changes)
        why = CAUSES[self.cause] + (f"({bound})" if bound else "")
        return f"{why}。只要:{ways}" if ways else why

    def row(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "cause": self.cause,
            "binding": self.binding,
            "changes": [change.row() for change in self.changes],
            "heads": self.heads,
            "text": self.text,
        }


CAUSES = {
    "price": "有合适的人,但去别的单更值,或这一单不值这么大代价",
    "rules": "合适的人不够",
    "nobody": "现有的人都不合适,也不该勉强",
    "ties": "与其他单的同组要求冲突",
}


def remedy(lot: Lot, staff: dict[int, set[int]], job: int) -> Remedy:
    """Why the job lacks heads, and the smallest change that gets it the next useful ones."""
    problem = lot.round.problem
    key, had = problem.jobs[job].id, len(staff.get(job, ()))
    target = max(had + 1, lot.model.fewest[job])
    binding, ways = _ruled_out(lot, job)
    price = _worth(lot, job, target)
    if price is not None:
        return Remedy("price", binding, _raise(lot, job, price), target)
    picked: list[tuple[Change, ...]] = []
    for changes in ways[:CANDIDATES]:
        picked.append(changes)
        price = _price_after(problem, picked, key, target)
        if price is not None:
            return _least(problem, picked, binding, key, target)
    guests: list[tuple[Change, ...]] = []
    for at in range(1, max(GUESTS, target) + 1):
        guests.append((Change("bring", key, f"{GUEST}{at}·{key}"),))
        if _price_after(problem, guests, key, target) is not None:
            found = _least(problem, guests, binding, key, target)
            return Remedy("nobody", binding, found.changes, target)
    knots = [(Change("untie", key, codes=pair),) for pair in _knots(problem)]
    for untied in (*([knot] for knot in knots), knots):
        for more in ([], guests):
            if _price_after(problem, [*untied, *more], key, target) is not None:
                found = _least(problem, [*untied, *more], binding, key, target)
                return Remedy("ties", binding, found.changes, target)
    return Remedy("ties", binding, (), 0)


def _knots(problem: Problem) -> list[tuple[str, str]]:
    """Every tie once."""
    ties = (
        problem.jobs_together,
        problem.people_together,
        problem.jobs_apart,
        problem.people_apart,
    )
    return list(dict.fromkeys(pair for pairs in ties for pair in pairs))


def _ruled_out(lot: Lot, job: int) -> tuple[dict[str, int], list[tuple[Change, ...]]]:
    """How many each rule keeps out; and what would let each of them in, the least first."""
    problem, work = lot.round.problem, lot.round.problem.jobs[job]
    counts: Counter[str] = Counter()
    ways: list[tuple[int, int, str, tuple[Change, ...]]] = []
    for person in problem.people:
        found = rules.against(lot.round, work, person)
        counts.update(rule.code for rule in found)
        changes = tuple(change for rule in found for change in rule.lift(lot.round, work, person))
        if found and not any(change.kind in KEPT for change in changes):
            cost = aims.cost(lot.round, work, person)
            ways.append((len(changes), cost, person.id, changes))
    ordered = [changes for *_, changes in sorted(ways, key=lambda way: way[:3])]
    return dict(counts.most_common()), ordered


def _worth(lot: Lot, job: int, target: int) -> int | None:
    """From which price on the job gets at least `target` heads; None: not at any price."""
    need = lot.model.need[job]
    best = None
    fewer = [lot.without_price(job, heads) for heads in range(target)]
    for heads in range(target, need + 1):
        cost = lot.without_price(job, heads)
        if cost is None:
            continue
        price = 1 + max(
            (cost - less) // (heads - k) for k, less in enumerate(fewer) if less is not None
        )
        best = price if best is None else min(best, price)
    return None if best is None else max(0, best)


def _raise(lot: Lot, job: int, price: int) -> tuple[Change, ...]:
    if price <= lot.model.price[job]:
        return ()
    return (Change("price", lot.round.problem.jobs[job].id, amount=price),)


def _price_after(problem: Problem, picked: Ways, key: str, target: int) -> int | None:
    after = _after(problem, picked)
    return _worth(after, after.round.job_at[key], target)


def _after(problem: Problem, picked: Ways) -> Lot:
    return Lot(changed(problem, tuple(change for changes in picked for change in changes)))


def _least(
    problem: Problem,
    picked: Ways,
    binding: dict[str, int],
    key: str,
    target: int,
) -> Remedy:
    """Leave out every step not needed after all; then ask for the price, if that is short too."""
    steps = [(change,) for changes in picked for change in changes]
    for step in list(steps):
        fewer = [one for one in steps if one is not step]
        if _price_after(problem, fewer, key, target) is not None:
            steps = fewer
    after = _after(problem, steps)
    job = after.round.job_at[key]
    price = _worth(after, job, target)
    raised = () if price is None else _raise(after, job, price)
    return Remedy("rules", binding, tuple(step for (step,) in steps) + raised, target)
