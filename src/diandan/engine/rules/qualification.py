"""资格: a certificate the law asks for, valid to the end of the job's window (条例 16)."""

from __future__ import annotations

from diandan.engine.changes import Change
from diandan.engine.problem import Job, Person
from diandan.engine.round import Round
from diandan.engine.rules.rule import Rule
from diandan.engine.said import Said, listed


def missing(job: Job, person: Person) -> set[str]:
    """The qualifications she lacks or that run out too early."""
    until = dict(person.qualifications)
    short = set()
    for code in job.qualifications:
        end = until.get(code)
        if code not in until or (end is not None and end < job.window[1]):
            short.add(code)
    return short


def allows(_round: Round, job: Job, person: Person) -> bool:
    return not job.qualifications or not missing(job, person)


def says(_round: Round, job: Job, person: Person) -> Said:
    return Said("qualification", "缺少有效资格:{codes}", {"codes": listed(missing(job, person))})


def lift(_round: Round, job: Job, person: Person) -> tuple[Change, ...]:
    codes = tuple(sorted(missing(job, person)))
    return (Change("qualification", job.id, person.id, codes, amount=job.window[1]),)


RULE = Rule("qualification", "资格", allows, says, lift)
