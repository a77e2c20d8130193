"""同意: what the job does with her (a photo, a home visit, her position) she has agreed to."""

from __future__ import annotations

from diandan.engine.changes import Change
from diandan.engine.problem import Job, Person
from diandan.engine.round import Round
from diandan.engine.rules.rule import Rule
from diandan.engine.said import Said, listed


def allows(_round: Round, job: Job, person: Person) -> bool:
    return job.consents <= person.consents


def says(_round: Round, job: Job, person: Person) -> Said:
    return Said("consent", "没有同意:{codes}", {"codes": listed(job.consents - person.consents)})


def lift(_round: Round, job: Job, person: Person) -> tuple[Change, ...]:
    codes = tuple(sorted(job.consents - person.consents))
    return (Change("consent", job.id, person.id, codes),)


RULE = Rule("consent", "同意", allows, says, lift)
