"""所得: what the job is worth when she does it; a gain, so it lowers the cost."""

from __future__ import annotations

from diandan.engine.aims.aim import Aim
from diandan.engine.problem import Job, Person
from diandan.engine.round import Round
from diandan.engine.said import Said


def cost(round_: Round, job: Job, person: Person) -> int:
    return -round_.weights.worth * job.worth * person.rate


def says(round_: Round, job: Job, person: Person) -> Said:
    return Said("worth", "所得 {amount}", {"amount": -cost(round_, job, person)})


def differs(round_: Round, job: Job, chosen: Person, other: Person) -> Said:
    less = cost(round_, job, other) - cost(round_, job, chosen)
    if less < 0:
        return Said("worth_more", "所得多 {amount}", {"amount": -less})
    return Said("worth_less", "所得少 {amount}", {"amount": less})


AIM = Aim("worth", "所得", cost, says, differs)
