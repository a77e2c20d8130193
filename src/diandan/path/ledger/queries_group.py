"""团体时长: what a team gave together, as the sum of its members' own posted minutes.

Nobody has hours because her group has: group hours are added up and never entered (domain §5-1:
a whole group was given hours for a meeting that never took place). Verified and declared stand
apart, corrections are taken off.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce

from diandan.ground.people.models import Team
from diandan.kit.clock import SHANGHAI

from .models import Grade, Ledger, Reason, Transfer


@dataclass(frozen=True, slots=True)
class Together:
    """So many people of a group, and the sum of what each of them had posted."""

    people: int
    verified: int
    declared: int


def together(team: Team, year: int) -> Together:
    """What the team's members gave on its visits in a year of the calendar here."""
    since, until = (datetime(one, 1, 1, tzinfo=SHANGHAI) for one in (year, year + 1))
    rows = _posted().annotate(
        on=Coalesce("task__attendance__in_at", "task__engagement__job__starts_at", "at")
    )
    return _sum(rows.filter(task__engagement__team=team, on__gte=since, on__lt=until))


def together_at(engagement_id: UUID) -> Together:
    """What those who went on one visit had posted of it."""
    return _sum(_posted().filter(task__engagement_id=engagement_id))


def _posted() -> QuerySet[Transfer]:
    return Transfer.objects.filter(
        phase=Transfer.Phase.POSTING, ledger=Ledger.MINUTES, reason=Reason.SERVICE
    ).annotate(taken=Coalesce(Sum("corrections__amount"), 0))


def _sum(rows: QuerySet[Transfer]) -> Together:
    people: set[UUID] = set()
    minutes = dict.fromkeys(Grade.values, 0)
    for row in rows.select_related("credit").only("amount", "credit__person", "credit__grade"):
        left = row.amount - int(getattr(row, "taken", 0))
        if left > 0 and row.credit.person_id is not None:
            people.add(row.credit.person_id)
            minutes[row.credit.grade] += left
    return Together(len(people), minutes[Grade.VERIFIED], minutes[Grade.DECLARED])
