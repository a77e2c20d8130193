"""不撞单: what she has accepted stands; the time it takes is not offered again."""

from __future__ import annotations

from diandan.engine.changes import Change
from diandan.engine.gaps import earliest
from diandan.engine.problem import Job, Person
from diandan.engine.round import Round
from diandan.engine.rules.rule import Rule
from diandan.engine.said import Said


def allows(round_: Round, job: Job, person: Person) -> bool:
    if _holds(round_, job, person):
        return False
    busy = round_.taken(person)
    if not busy:
        return True
    # Time she does not have at all is the other rule's business.
    free = person.free if earliest(person.free, (), job.window, job.span) is not None else None
    return earliest(free, busy, job.window, job.span) is not None


def _holds(round_: Round, job: Job, person: Person) -> bool:
    return person.id in round_.held.get(job.id, ())


def says(round_: Round, job: Job, person: Person) -> Said:
    if _holds(round_, job, person):
        return Said("overlap_same", "已经接了这一单", {})
    return Said(
        "overlap", "那段时间已接别的单:{codes}", {"codes": "、".join(_others(round_, job, person))}
    )


def _others(round_: Round, job: Job, person: Person) -> list[str]:
    """The accepted jobs that stand in this one's window."""
    found = []
    for pin in round_.problem.pinned:
        if pin.person != person.id or pin.job == job.id:
            continue
        other = round_.problem.jobs[round_.job_at[pin.job]]
        since, until = other.window
        if pin.start is not None:
            since, until = pin.start, pin.start + other.minutes
        if since < job.window[1] and job.window[0] < until:
            found.append(pin.job)
    return sorted(found)


def lift(round_: Round, job: Job, person: Person) -> tuple[Change, ...]:
    """Other free minutes in the window if it has any left; else the accepted work would go."""
    if _holds(round_, job, person):
        return (Change("unpin", job.id, person.id),)
    since = earliest(None, round_.taken(person), job.window, job.span)
    if since is not None:
        return (Change("free", job.id, person.id, span=(since, since + job.span)),)
    return tuple(Change("unpin", other, person.id) for other in _others(round_, job, person))


RULE = Rule("overlap", "不撞单", allows, says, lift)
