"""技能: she can do everything the job asks for (条例 15)."""

from __future__ import annotations

from diandan.engine.changes import Change
from diandan.engine.problem import Job, Person
from diandan.engine.round import Round
from diandan.engine.rules.rule import Rule
from diandan.engine.said import Said, listed


def allows(_round: Round, job: Job, person: Person) -> bool:
    return job.skills <= person.skills


def says(_round: Round, job: Job, person: Person) -> Said:
    return Said("skill", "缺少技能:{codes}", {"codes": listed(job.skills - person.skills)})


def lift(_round: Round, job: Job, person: Person) -> tuple[Change, ...]:
    codes = tuple(sorted(job.skills - person.skills))
    return (Change("skill", job.id, person.id, codes),)


RULE = Rule("skill", "技能", allows, says, lift)
