"""熟人: an elder is best served by someone she knows."""

from __future__ import annotations

from diandan.engine.aims.aim import Aim
from diandan.engine.problem import Job, Person
from diandan.engine.round import Round
from diandan.engine.said import Said


def is_stranger(job: Job, person: Person) -> bool:
    """Whether there is a resident to know, and she does not know her."""
    return bool(job.requester) and job.requester not in person.familiar


def cost(round_: Round, job: Job, person: Person) -> int:
    return round_.weights.stranger if is_stranger(job, person) else 0


def says(_round: Round, job: Job, person: Person) -> Said:
    if not job.requester:
        return Said("continuity_none", "没有指定的居民", {})
    if is_stranger(job, person):
        return Said("continuity_stranger", "没服务过这位居民", {})
    return Said("continuity_known", "服务过这位居民", {})


def differs(round_: Round, job: Job, _chosen: Person, other: Person) -> Said:
    return says(round_, job, other)


AIM = Aim("continuity", "熟人", cost, says, differs)
