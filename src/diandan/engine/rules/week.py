"""每周上限: the job fits into the minutes she still gives this week."""

from __future__ import annotations

from diandan.engine.changes import Change
from diandan.engine.problem import Job, Person
from diandan.engine.round import Round
from diandan.engine.rules.rule import Rule
from diandan.engine.said import Said


def allows(_round: Round, job: Job, person: Person) -> bool:
    return person.week_minutes_left is None or job.minutes <= person.week_minutes_left


def says(_round: Round, job: Job, person: Person) -> Said:
    return Said(
        "week",
        "本周还可服务 {left} 分钟,这一单要 {minutes} 分钟",
        {"left": person.week_minutes_left or 0, "minutes": job.minutes},
    )


def lift(_round: Round, job: Job, person: Person) -> tuple[Change, ...]:
    return (Change("week", job.id, person.id, amount=job.minutes),)


RULE = Rule("week", "每周上限", allows, says, lift)
