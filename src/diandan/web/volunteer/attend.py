"""到场的办法: what a task's page offers beside its code, and what is being looked at about its hours."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from diandan.ground.people.actor import Actor
from diandan.ground.presence.fence import fence_of
from diandan.path.bundle.queries import requests_of
from diandan.path.engage.models import Task
from diandan.path.fulfil.actions.roll import open_calls
from diandan.path.fulfil.queries_doubts import doubts_of
from diandan.web.shared.doubt_words import figures_said, state_of

THERE = (Task.State.CONFIRMED, Task.State.ON_WAY, Task.State.CHECKED_IN)


def ways_to_attend(row: Task, *, by: Actor, at: datetime, is_over: bool) -> dict[str, Any]:
    """Context of the task's page: other ways to be seen, roll calls to witness, doubts."""
    order = row.engagement.job
    is_on = not is_over and row.state in THERE and order.state in ("allocated", "serving")
    requests = requests_of(order) if is_on else []
    # At somebody's home the venue's fence would say nothing.
    is_at_venue = is_on and all(not bytes(r.door_enc) for r in requests)
    return {
        "other_ways": is_on,
        "fence": fence_of(order.place) if is_at_venue else None,
        "calls": [{"id": c.id, "end": c.get_end_display()} for c in open_calls(row.engagement, by)],
        "doubts": [
            {
                "label": d.get_kind_display(),
                "words": figures_said(d),
                "state": state_of(d, at),
                "reason": d.reason,
                "is_open": d.settled_at is None,
            }
            for d in doubts_of(task_id=row.id)
        ],
    }
