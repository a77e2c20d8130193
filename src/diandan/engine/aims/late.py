"""迟于承诺: minutes by which the job would be done after the promised time."""

from __future__ import annotations

from diandan.engine.aims.aim import Aim
from diandan.engine.problem import Job, Person
from diandan.engine.round import Round
from diandan.engine.said import Said


def minutes(round_: Round, job: Job, person: Person) -> int:
    """How late she would be done, starting as early as she can."""
    if job.promise_by is None:
        return 0
    since = round_.start(job, person)
    since = job.window[0] if since is None else since
    return max(0, since + job.minutes - job.promise_by)


def cost(round_: Round, job: Job, person: Person) -> int:
    return round_.weights.late * minutes(round_, job, person)


def says(round_: Round, job: Job, person: Person) -> Said:
    late = minutes(round_, job, person)
    if late == 0:
        return Said("late_not", "来得及", {})
    return Said("late", "比承诺晚 {minutes} 分钟", {"minutes": late})


def differs(round_: Round, job: Job, chosen: Person, other: Person) -> Said:
    more = minutes(round_, job, other) - minutes(round_, job, chosen)
    if more < 0:
        return Said("late_sooner", "早 {minutes} 分钟", {"minutes": -more})
    return Said("late_later", "晚 {minutes} 分钟", {"minutes": more})


AIM = Aim("late", "守时", cost, says, differs)
