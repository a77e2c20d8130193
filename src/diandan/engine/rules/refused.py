"""拒绝过: who said no to this job is not asked for it again (条例 25)."""

from __future__ import annotations

from diandan.engine.changes import Change
from diandan.engine.problem import Job, Person
from diandan.engine.round import Round
from diandan.engine.rules.rule import Rule
from diandan.engine.said import Said


def allows(round_: Round, job: Job, person: Person) -> bool:
    return (job.id, person.id) not in round_.refused


def says(_round: Round, _job: Job, _person: Person) -> Said:
    return Said("refused", "已经谢绝过这一单", {})


def lift(_round: Round, job: Job, person: Person) -> tuple[Change, ...]:
    return (Change("unrefuse", job.id, person.id),)


RULE = Rule("refused", "谢绝", allows, says, lift)
