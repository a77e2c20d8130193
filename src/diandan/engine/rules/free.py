"""时间: she has time in the job's window; all of the window when several serve together."""

from __future__ import annotations

from diandan.engine.changes import Change
from diandan.engine.gaps import earliest
from diandan.engine.problem import Job, Person
from diandan.engine.round import Round
from diandan.engine.rules.rule import Rule
from diandan.engine.said import Said


def allows(_round: Round, job: Job, person: Person) -> bool:
    if person.free is None:
        return True
    return earliest(person.free, (), job.window, job.span) is not None


def says(_round: Round, job: Job, _person: Person) -> Said:
    return Said(
        "free",
        "{since}–{until} 之间没有连续 {minutes} 分钟的空",
        {"since": job.window[0], "until": job.window[1], "minutes": job.span},
    )


def lift(round_: Round, job: Job, person: Person) -> tuple[Change, ...]:
    """Free where no accepted work lies, if there is such a stretch."""
    since = earliest(None, round_.taken(person), job.window, job.span)
    since = job.window[0] if since is None else since
    return (Change("free", job.id, person.id, span=(since, since + job.span)),)


RULE = Rule("free", "时间", allows, says, lift)
