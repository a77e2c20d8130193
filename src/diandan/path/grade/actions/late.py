"""跟进超时: whoever was named for a bad rating or a dispute is reminded, and the level above told."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from diandan.ground.people.actor import SYSTEM
from diandan.ground.record.actions.announce import announce

from ..facts import follow_up_fact
from ..models import FollowUp


@transaction.atomic
def remind_late(*, at: datetime) -> list[FollowUp]:
    """Remind, once, every owner whose follow-up is overdue. Two workers share the rows out."""
    rows = list(
        FollowUp.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("request")
        .filter(settled_at=None, reminded_at=None, due_at__lt=at)
        .order_by("due_at", "id")
    )
    for row in rows:
        row.reminded_at = at
    FollowUp.objects.bulk_update(rows, ["reminded_at"])
    if rows:
        announce(*(follow_up_fact(row, "reminded", SYSTEM, at) for row in rows))
    return rows
