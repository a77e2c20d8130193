"""评单: the facts of follow-ups, past tense. A rating's words are not in a fact, nor its rater."""

from __future__ import annotations

from datetime import datetime

from diandan.ground.people.actor import Actor
from diandan.kit.fact import Fact

from .models import FollowUp


def follow_up_fact(row: FollowUp, happened: str, by: Actor, at: datetime) -> Fact:
    """A follow-up was opened for its owner, or settled. `person_id` is who must act."""
    return Fact(
        kind=f"follow_up.{happened}",
        at=at,
        place_id=row.request.place_id,
        by_id=by.person_id,
        person_id=row.owner_id,
        request_id=row.request_id,
        data={"follow_up": str(row.id), "cause": row.cause, "due_at": row.due_at.isoformat()},
    )
