"""为什么是她: the chosen, the next three and what each would cost more, aim by aim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from diandan.engine import aims
from diandan.engine.explain.lot import Lot, part_cost
from diandan.engine.plan import Plan
from diandan.engine.problem import Person
from diandan.engine.said import Said, tenths
from diandan.engine.staffing.offer import Cut
from diandan.engine.weights import UNIT

NEXT = 3
#: Re-solves a job may take where prices cannot rule the rest out.
TRIES = 12


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who was chosen, and what she costs."""

    person: str
    cost: int
    parts: dict[str, int]
    said: tuple[Said, ...]

    def row(self) -> dict[str, Any]:
        """For JSON."""
        said = [one.row() for one in self.said]
        return {"person": self.person, "cost": self.cost, "parts": self.parts, "said": said}


@dataclass(frozen=True, slots=True)
class Instead:
    """What taking `person` would change: `difference` = the parts + what it does `elsewhere`.

    Where nobody leaves for her, the parts are all she costs, and `unmet` what a filled head saves.
    `exact`: the round was solved again with the pair in it, to the optimum. `said`: what speaks
    against her, largest first, then, from `against` on, what speaks for her.
    """

    person: str
    instead_of: str
    difference: int
    parts: dict[str, int]
    elsewhere: int
    exact: bool
    said: tuple[Said, ...]
    against: int

    @property
    def text(self) -> str:
        """The why-card's sentence."""
        points = tenths(abs(self.difference), UNIT)
        if self.difference == 0:
            head = f"选{self.person}一样"
        else:
            head = f"选{self.person}要{'多' if self.difference > 0 else '少'} {points}"
        bad = ",".join(one.text for one in self.said[: self.against])
        good = ",".join(one.text for one in self.said[self.against :])
        why = f"{bad};不过{good}" if bad and good else bad or good
        return f"{head}:{why}" if why else head

    def row(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "person": self.person,
            "instead_of": self.instead_of,
            "difference": self.difference,
            "parts": self.parts,
            "elsewhere": self.elsewhere,
            "exact": self.exact,
            "said": [one.row() for one in self.said],
            "against": self.against,
            "text": self.text,
        }


def chosen(lot: Lot, staff: set[int], job: int) -> tuple[Chosen, ...]:
    """Everyone newly on the job."""
    work, found = lot.round.problem.jobs[job], []
    for who in sorted(staff):
        person = lot.round.problem.people[who]
        parts = aims.parts(lot.round, work, person)
        said = tuple(aim.says(lot.round, work, person) for aim in aims.AIMS if parts[aim.code])
        found.append(Chosen(person.id, sum(parts.values()), parts, said))
    return tuple(found)


def instead(lot: Lot, plan: Plan, staff: dict[int, set[int]], job: int) -> tuple[Instead, ...]:
    """The next three by what the whole round would cost with them, cheapest first.

    Reduced prices bound the difference from below, so most people need no re-solve.
    """
    part = lot.part(job)
    paid = part_cost(part, staff)
    least = _least(lot, plan, job)
    others = sorted(set(part.cost[job]) - staff.get(job, set()), key=lambda who: (least[who], who))
    found: list[Instead] = []
    proven = plan.proof == "duals"
    for tried, who in enumerate(others):
        worst = found[NEXT - 1].difference if len(found) >= NEXT else None
        if worst is not None and (least[who] >= worst if proven else tried >= TRIES):
            break
        one = _forced(lot, staff, job, who, paid)
        if one is not None:
            found = sorted([*found, one], key=lambda i: (i.difference, i.person))[:NEXT]
    return tuple(found)


def _least(lot: Lot, plan: Plan, job: int) -> dict[int, int]:
    """Reduced cost of each pair: at least so much dearer with it, if prices prove the plan."""
    u, v = dict(plan.job_prices), dict(plan.person_prices)
    people = lot.round.problem.people
    price = u.get(lot.round.problem.jobs[job].id, lot.model.price[job])
    found = {}
    for who, cost in lot.model.cost[job].items():
        slots = v.get(people[who].id, ())
        extra = min(
            (band[1] + (slots[at] if slots else 0) for at, band in enumerate(lot.model.bands[who])),
            default=0,
        )
        found[who] = cost + extra - price
    return found


def _forced(lot: Lot, staff: dict[int, set[int]], job: int, who: int, paid: int) -> Instead | None:
    solved = lot.decided(job, Cut("force", job, who))
    if solved.cost is None:
        return None
    gone = staff.get(job, set()) - solved.staff.get(job, set())
    left = gone.pop() if len(gone) == 1 else None
    people, difference = lot.round.problem.people, solved.cost - paid
    parts = aims.parts(lot.round, lot.round.problem.jobs[job], people[who])
    if left is None:
        more = len(solved.staff.get(job, ())) - len(staff.get(job, ()))
        spoken = [(sum(parts.values()), _alone(sum(parts.values())))]
        parts["unmet"] = -lot.model.price[job] * more
        if more > 0:
            spoken.append((parts["unmet"], _filled(more, -parts["unmet"])))
    else:
        parts, spoken = _against(lot, job, people[left], people[who])
    elsewhere = difference - sum(parts.values())
    if elsewhere:
        spoken.append((elsewhere, _elsewhere(elsewhere)))
    bad = sorted((one for one in spoken if one[0] > 0), key=lambda one: -one[0])
    good = sorted((one for one in spoken if one[0] <= 0), key=lambda one: one[0])
    return Instead(
        people[who].id,
        people[left].id if left is not None else "",
        difference,
        parts,
        elsewhere,
        solved.bound == solved.cost,
        tuple(said for _, said in (*bad, *good)),
        len(bad),
    )


Spoken = list[tuple[int, Said]]


def _against(lot: Lot, job: int, left: Person, person: Person) -> tuple[dict[str, int], Spoken]:
    """Aim by aim, how she differs from the one who would leave."""
    work = lot.round.problem.jobs[job]
    hers, held = aims.parts(lot.round, work, person), aims.parts(lot.round, work, left)
    parts = {code: hers[code] - held[code] for code in hers}
    return parts, [
        (parts[aim.code], aim.differs(lot.round, work, left, person))
        for aim in aims.AIMS
        if parts[aim.code]
    ]


def _alone(amount: int) -> Said:
    return Said("alone", "派去的代价 {points}", {"points": tenths(amount, UNIT), "amount": amount})


def _filled(heads: int, amount: int) -> Said:
    values: dict[str, str | int] = {"heads": heads, "points": tenths(amount, UNIT)}
    return Said("filled", "少缺 {heads} 人,省 {points}", values)


def _elsewhere(amount: int) -> Said:
    values: dict[str, str | int] = {"points": tenths(abs(amount), UNIT), "amount": amount}
    if amount > 0:
        return Said("elsewhere_more", "其他安排因此多 {points}", values)
    return Said("elsewhere_less", "其他安排因此少 {points}", values)
