"""补传: one record of a phone's queue is taken, or kept with why it was not; the same id is one."""

from __future__ import annotations

from datetime import datetime

from diandan.flow import attending
from diandan.ground.people.actor import Actor
from diandan.kit.refusal import Refusal
from diandan.path.engage.models import Task
from diandan.path.fulfil.actions.late import Written, keep_refused
from diandan.path.fulfil.actions.prove import count_wrong_code
from diandan.path.fulfil.models import LateRecord

# Not about this record: somebody else's id, or nothing that could be written down.
NOT_KEPT = ("key_reused", "no_time", "ended", "forbidden")


def take_or_keep(task: Task, given: Written, *, by: Actor, at: datetime) -> LateRecord:
    """What became of it; a refusal only where not even that can be remembered."""
    try:
        row, _again = attending.take_late(task.id, given, by=by, at=at)
    except Refusal as no:
        if no.code in NOT_KEPT:
            raise
        if no.code == "wrong_code":  # after the refused step was undone, so that it stays counted
            count_wrong_code(task.id, at=at)
        row = keep_refused(task, given, no, by=by, at=at)
    return row
