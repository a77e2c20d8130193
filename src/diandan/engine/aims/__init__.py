"""软目标: what a pair costs is the sum of these, in the round's unit. One aim a file."""

from __future__ import annotations

from diandan.engine.aims import (
    acceptance,
    continuity,
    fatigue,
    late,
    load,
    satisfaction,
    travel,
    turn,
    worth,
)
from diandan.engine.aims.aim import Aim
from diandan.engine.problem import Job, Person
from diandan.engine.round import Round

AIMS: tuple[Aim, ...] = (
    travel.AIM,
    late.AIM,
    turn.AIM,
    continuity.AIM,
    satisfaction.AIM,
    acceptance.AIM,
    fatigue.AIM,
    load.AIM,
    worth.AIM,
)

OF_PAIR = tuple(aim.cost for aim in AIMS if aim.of_pair)
OF_PERSON = tuple(aim.cost for aim in AIMS if not aim.of_pair)


def own(round_: Round, job: Job, person: Person) -> int:
    """The part of the cost that is the same for her whatever the job."""
    return sum(of(round_, job, person) for of in OF_PERSON)


def beside(round_: Round, job: Job, person: Person) -> int:
    """The rest of it."""
    return sum(of(round_, job, person) for of in OF_PAIR)


def cost(round_: Round, job: Job, person: Person) -> int:
    """What the pair costs."""
    return sum(aim.cost(round_, job, person) for aim in AIMS)


def parts(round_: Round, job: Job, person: Person) -> dict[str, int]:
    """The same, aim by aim."""
    return {aim.code: aim.cost(round_, job, person) for aim in AIMS}
