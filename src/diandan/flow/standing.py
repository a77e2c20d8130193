"""定期服务: each occurrence of a standing order becomes a request of its own."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import transaction

from diandan.ground.people.actor import SYSTEM
from diandan.kit.clock import SHANGHAI
from diandan.path.ask.actions.place import Wish
from diandan.path.ask.actions.standing import occurrences_due, roll_on
from diandan.path.ask.models import Channel, Standing

from .conductor import place_request

DEFAULT_TIME = time(9, 30)


def place_due(*, at: datetime) -> int:
    """Place the request of every standing order whose next day is near; returns how many.

    Ordering and rolling on are one transaction: a worker killed between them does neither.
    """
    today = at.astimezone(SHANGHAI).date()
    return sum(_place_one(row, at) for row in occurrences_due(today))


@transaction.atomic
def _place_one(found: Standing, at: datetime) -> int:
    row = (
        Standing.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("person", "kind", "place", "consent")
        .filter(id=found.id, next_on=found.next_on, ended_at=None)
        .first()
    )
    if row is None:
        return 0
    start = datetime.combine(row.next_on, row.at_time or DEFAULT_TIME, SHANGHAI)
    end = start + timedelta(minutes=row.kind.minutes)
    if end > at:
        wish = Wish(
            words=row.words,
            kind=row.kind,
            place=row.place,
            channel=Channel.STANDING,
            wanted_from=start,
            wanted_until=end,
            consent=row.consent,
            standing=row,
        )
        place_request(wish=wish, requester=row.person, by=SYSTEM, at=at)
    roll_on(row, on=row.next_on, at=at, is_missed=end <= at)
    return 1
