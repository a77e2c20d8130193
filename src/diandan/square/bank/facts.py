"""时间银行: the facts of the bank, past tense. They hold ids, codes and minutes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from diandan.ground.people.actor import Actor
from diandan.ground.places.models import Place
from diandan.kit.fact import Fact


def coins_fact(
    happened: str,
    *,
    centre: Place,
    person_id: UUID | None,
    minutes: int,
    by: Actor,
    at: datetime,
    request_id: UUID | None = None,
    **more: str,
) -> Fact:
    """Something happened to coins of `person_id`."""
    return Fact(
        kind=f"coins.{happened}",
        at=at,
        place_id=centre.id,
        by_id=by.person_id,
        person_id=person_id,
        request_id=request_id,
        data={"minutes": minutes, **more},
    )
