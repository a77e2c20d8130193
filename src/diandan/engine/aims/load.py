"""次数: tasks she has this week already. (What a round adds to a team is in its load bands.)"""

from __future__ import annotations

from diandan.engine.aims.aim import Aim
from diandan.engine.problem import Job, Person
from diandan.engine.round import Round
from diandan.engine.said import Said

NUMERALS = "零一二三四五六七八九十"


def cost(round_: Round, _job: Job, person: Person) -> int:
    return round_.weights.load * person.tasks_this_week


def says(_round: Round, _job: Job, person: Person) -> Said:
    nth = person.tasks_this_week + 1
    word = NUMERALS[nth] if nth < len(NUMERALS) else f" {nth} "
    return Said("load", "本周第{nth}次", {"nth": word, "count": nth})


def differs(round_: Round, job: Job, _chosen: Person, other: Person) -> Said:
    return says(round_, job, other)


AIM = Aim("load", "次数", cost, says, differs, of_pair=False)
