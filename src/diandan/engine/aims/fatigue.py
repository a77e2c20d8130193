"""疲劳: minutes she has served this week."""

from __future__ import annotations

from diandan.engine.aims.aim import Aim
from diandan.engine.problem import Job, Person
from diandan.engine.round import Round
from diandan.engine.said import Said, tenths


def cost(round_: Round, _job: Job, person: Person) -> int:
    return round_.weights.tired * person.load_minutes


def says(_round: Round, _job: Job, person: Person) -> Said:
    return Said("fatigue", "本周已服务 {hours} 小时", {"hours": tenths(person.load_minutes, 60)})


def differs(round_: Round, job: Job, _chosen: Person, other: Person) -> Said:
    return says(round_, job, other)


AIM = Aim("fatigue", "疲劳", cost, says, differs, of_pair=False)
