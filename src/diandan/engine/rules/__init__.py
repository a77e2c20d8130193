"""硬规则: a pair that any rule forbids is never proposed. One rule a file; this is the list."""

from __future__ import annotations

from diandan.engine.problem import Job, Person
from diandan.engine.round import Round
from diandan.engine.rules import (
    age,
    blocked,
    consent,
    free,
    headcount,
    overlap,
    qualification,
    reach,
    refused,
    skill,
    week,
)
from diandan.engine.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    headcount.RULE,
    skill.RULE,
    refused.RULE,
    blocked.RULE,
    age.RULE,
    consent.RULE,
    week.RULE,
    qualification.RULE,
    reach.RULE,
    free.RULE,
    overlap.RULE,
)


def may(round_: Round, job: Job, person: Person) -> bool:
    """Whether every rule allows the pair."""
    return all(rule.allows(round_, job, person) for rule in RULES)


def against(round_: Round, job: Job, person: Person) -> list[Rule]:
    """Every rule that forbids the pair."""
    return [rule for rule in RULES if not rule.allows(round_, job, person)]
