"""轮流: who has waited longest to be asked comes first."""

from __future__ import annotations

from diandan.engine.aims.aim import Aim
from diandan.engine.problem import Job, Person
from diandan.engine.round import Round
from diandan.engine.said import Said

DAY = 24 * 60


def days(round_: Round, person: Person) -> int:
    """Whole days since she was last asked, counted up to the weights' limit."""
    most = round_.weights.turn_days
    if person.last_asked is None:
        return most
    return max(0, min(most, (round_.problem.now - person.last_asked) // DAY))


def cost(round_: Round, _job: Job, person: Person) -> int:
    return round_.weights.turn * (round_.weights.turn_days - days(round_, person))


def says(round_: Round, _job: Job, person: Person) -> Said:
    if person.last_asked is None:
        return Said("turn_never", "还没被问过", {})
    found = days(round_, person)
    if found >= round_.weights.turn_days:
        return Said("turn_long", "{days} 天以上没被问过", {"days": found})
    return Said("turn", "{days} 天前问过", {"days": found})


def differs(round_: Round, job: Job, _chosen: Person, other: Person) -> Said:
    return says(round_, job, other)


AIM = Aim("turn", "轮流", cost, says, differs, of_pair=False)
