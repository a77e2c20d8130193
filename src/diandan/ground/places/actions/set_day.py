"""改日历: a place works on a day off, or rests on a working day."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from diandan.ground.places.models import DayOverride, Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact

WHY_MAX = 80


@transaction.atomic
def set_day(
    place: Place,
    on: date,
    *,
    is_working: bool | None,
    at: datetime,
    why: str = "",
    by_id: UUID | None = None,
) -> None:
    """Set one day of the place's own calendar; None: back to the national one."""
    if is_working is None:
        DayOverride.objects.filter(place=place, on=on).delete()
    else:
        DayOverride.objects.update_or_create(
            place=place, on=on, defaults={"is_working": is_working, "why": why[:WHY_MAX]}
        )
    data = {"on": on.isoformat(), "is_working": is_working}
    announce(Fact("places.day_set", at, place_id=place.id, by_id=by_id, data=data))
