"""年龄: old enough for the job; below eighteen only with a guardian's yes."""

from __future__ import annotations

from diandan.engine.changes import Change
from diandan.engine.problem import Job, Person
from diandan.engine.round import Round
from diandan.engine.rules.rule import Rule
from diandan.engine.said import Said

ADULT = 18


def allows(_round: Round, job: Job, person: Person) -> bool:
    if person.age is None:
        return True
    return person.age >= job.min_age and (person.age >= ADULT or person.guardian_agrees)


def says(_round: Round, job: Job, person: Person) -> Said:
    age = person.age or 0
    if age < job.min_age:
        return Said("age", "{age} 岁,这一单要满 {least} 岁", {"age": age, "least": job.min_age})
    return Said("guardian", "{age} 岁,还没有监护人同意", {"age": age})


def lift(_round: Round, job: Job, person: Person) -> tuple[Change, ...]:
    age = person.age or 0
    found: tuple[Change, ...] = ()
    if age < job.min_age:
        found += (Change("min_age", job.id, person.id, amount=age),)
    if age < ADULT and not person.guardian_agrees:
        found += (Change("guardian", job.id, person.id),)
    return found


RULE = Rule("age", "年龄", allows, says, lift)
