"""人手: a team brings as many as one place on the job needs, and takes jobs at all this round."""

from __future__ import annotations

from diandan.engine.changes import Change
from diandan.engine.problem import Job, Person
from diandan.engine.round import Round
from diandan.engine.rules.rule import Rule
from diandan.engine.said import Said


def allows(_round: Round, job: Job, person: Person) -> bool:
    return person.capacity > 0 and person.members >= job.members


def says(_round: Round, job: Job, person: Person) -> Said:
    if person.members < job.members:
        return Said(
            "headcount",
            "能来 {members} 人,需要 {needed} 人",
            {"members": person.members, "needed": job.members},
        )
    return Said("capacity", "本轮不再接单", {})


def lift(_round: Round, job: Job, person: Person) -> tuple[Change, ...]:
    found: tuple[Change, ...] = ()
    if person.members < job.members:
        found += (Change("members", job.id, person.id, amount=job.members),)
    if person.capacity == 0:
        found += (Change("open", job.id, person.id, amount=1),)
    return found


RULE = Rule("headcount", "人手", allows, says, lift)
