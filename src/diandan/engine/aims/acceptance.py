"""意愿: how likely she says yes, as a thousandth, already shrunk; a no costs everyone time."""

from __future__ import annotations

from diandan.engine.aims.aim import Aim
from diandan.engine.problem import Job, Person
from diandan.engine.round import Round
from diandan.engine.said import Said, tenths


def cost(round_: Round, _job: Job, person: Person) -> int:
    return round_.weights.doubt * (1000 - person.acceptance)


def says(_round: Round, _job: Job, person: Person) -> Said:
    return Said("acceptance", "预计接单率 {percent}%", {"percent": tenths(person.acceptance, 10)})


def differs(_round: Round, _job: Job, chosen: Person, other: Person) -> Said:
    more = other.acceptance - chosen.acceptance
    values: dict[str, str | int] = {"percent": tenths(abs(more), 10)}
    if more < 0:
        return Said("acceptance_lower", "预计接单率低 {percent}%", values)
    return Said("acceptance_higher", "预计接单率高 {percent}%", values)


AIM = Aim("acceptance", "意愿", cost, says, differs, of_pair=False)
