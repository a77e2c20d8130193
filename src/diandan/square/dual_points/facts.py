"""双积分: the facts, past tense. `person_id` is whom it concerns; never whether she is a party member."""

from __future__ import annotations

from datetime import date, datetime

from diandan.ground.people.actor import Actor
from diandan.ground.places.models import Place
from diandan.kit.fact import Fact

from .models import Entry


def entry_fact(entry: Entry, happened: str, by: Actor, at: datetime) -> Fact:
    """Something happened to an entry."""
    return Fact(
        kind=f"dual.{happened}",
        at=at,
        place_id=entry.centre_id,
        by_id=by.person_id,
        person_id=entry.person_id,
        data={"entry": str(entry.id)},
    )


def period_fact(
    happened: str, centre: Place, system: str, start: date, by: Actor, at: datetime
) -> Fact:
    """A month was closed, a quarter posted, a year graded."""
    return Fact(
        kind=f"dual.{happened}",
        at=at,
        place_id=centre.id,
        by_id=by.person_id,
        data={"system": system, "start": start.isoformat()},
    )
