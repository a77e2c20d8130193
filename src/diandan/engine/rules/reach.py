"""距离: not farther than the job allows and than she is willing to go."""

from __future__ import annotations

from diandan.engine.changes import Change
from diandan.engine.problem import Job, Person
from diandan.engine.round import Round
from diandan.engine.rules.rule import Rule
from diandan.engine.said import Said


def farthest(job: Job, person: Person) -> int | None:
    """The shorter of the two limits; None when there is none."""
    limits = [one for one in (job.reach_metres, person.reach_metres) if one is not None]
    return min(limits) if limits else None


def allows(round_: Round, job: Job, person: Person) -> bool:
    limit = farthest(job, person)
    if limit is None:
        return True
    metres = round_.metres(job, person)
    return metres is None or metres <= limit


def says(round_: Round, job: Job, person: Person) -> Said:
    metres, limit = round_.metres(job, person), farthest(job, person)
    return Said(
        "reach", "相距 {metres} 米,超过 {limit} 米", {"metres": metres or 0, "limit": limit or 0}
    )


def lift(round_: Round, job: Job, person: Person) -> tuple[Change, ...]:
    metres = round_.metres(job, person) or 0
    return (Change("reach", job.id, person.id, amount=metres),)


RULE = Rule("reach", "距离", allows, says, lift)
