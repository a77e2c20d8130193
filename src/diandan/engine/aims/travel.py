"""路程: every metre she goes."""

from __future__ import annotations

from diandan.engine.aims.aim import Aim
from diandan.engine.problem import Job, Person
from diandan.engine.round import Round
from diandan.engine.said import Said, tenths


def metres(round_: Round, job: Job, person: Person) -> int:
    """The way, or what is assumed where a position is unknown."""
    found = round_.metres(job, person)
    return round_.weights.unknown_metres if found is None else found


def cost(round_: Round, job: Job, person: Person) -> int:
    return round_.weights.travel * metres(round_, job, person)


def says(round_: Round, job: Job, person: Person) -> Said:
    found = round_.metres(job, person)
    if found is None:
        return Said("travel_unknown", "位置不详", {})
    return Said("travel", "{km} 公里", {"km": tenths(found, 1000), "metres": found})


def differs(round_: Round, job: Job, chosen: Person, other: Person) -> Said:
    more = metres(round_, job, other) - metres(round_, job, chosen)
    values: dict[str, str | int] = {"km": tenths(abs(more), 1000), "metres": more}
    if more < 0:
        return Said("travel_nearer", "近 {km} 公里", values)
    return Said("travel_farther", "远 {km} 公里", values)


AIM = Aim("travel", "路程", cost, says, differs)
