"""满意: how content those she served were, as a thousandth, already shrunk to the mean."""

from __future__ import annotations

from diandan.engine.aims.aim import Aim
from diandan.engine.problem import Job, Person
from diandan.engine.round import Round
from diandan.engine.said import Said, tenths


def cost(round_: Round, _job: Job, person: Person) -> int:
    return round_.weights.dissatisfied * (1000 - person.satisfaction)


def says(_round: Round, _job: Job, person: Person) -> Said:
    return Said("satisfaction", "满意度 {percent}%", {"percent": tenths(person.satisfaction, 10)})


def differs(_round: Round, _job: Job, chosen: Person, other: Person) -> Said:
    more = other.satisfaction - chosen.satisfaction
    values: dict[str, str | int] = {"percent": tenths(abs(more), 10)}
    if more < 0:
        return Said("satisfaction_lower", "满意度低 {percent}%", values)
    return Said("satisfaction_higher", "满意度高 {percent}%", values)


AIM = Aim("satisfaction", "满意", cost, says, differs, of_pair=False)
