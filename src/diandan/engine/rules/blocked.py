"""回避: she and this resident are not brought together again, whoever of the two asked for it."""

from __future__ import annotations

from diandan.engine.changes import Change
from diandan.engine.problem import Job, Person
from diandan.engine.round import Round
from diandan.engine.rules.rule import Rule
from diandan.engine.said import Said


def allows(_round: Round, job: Job, person: Person) -> bool:
    return not job.requester or job.requester not in person.blocked


def says(_round: Round, _job: Job, _person: Person) -> Said:
    return Said("blocked", "与这位居民互相回避", {})


def lift(_round: Round, job: Job, person: Person) -> tuple[Change, ...]:
    return (Change("unblock", job.id, person.id, (job.requester,)),)


RULE = Rule("blocked", "回避", allows, says, lift)
