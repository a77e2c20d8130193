"""星级: the facts of stars, past tense. Ids, levels and states only."""

from __future__ import annotations

from datetime import datetime

from diandan.ground.people.actor import Actor
from diandan.kit.fact import Fact

from .models import Star, StarCase


def star_fact(row: StarCase, happened: str, by: Actor, at: datetime) -> Fact:
    """Something happened on her way to a star."""
    return Fact(
        kind=f"star.{happened}",
        at=at,
        place_id=row.centre_id,
        by_id=by.person_id,
        person_id=row.person_id,
        data={"case": str(row.id), "level": row.level},
    )


def ended_fact(row: Star, by: Actor, at: datetime) -> Fact:
    """A named officer ended a star, with a reason she is told."""
    return Fact(
        kind="star.ended",
        at=at,
        place_id=row.centre_id,
        by_id=by.person_id,
        person_id=row.person_id,
        data={"case": str(row.case_id), "level": row.level},
    )
