"""核时: a day later somebody of the place stands for minutes that were not proved from all sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from diandan.ground.people.actor import Actor
from diandan.kit.refusal import Refusal
from diandan.path.ledger.actions.notice import confirm
from diandan.path.ledger.models import Confirmation, Grade, Ledger, Transfer
from diandan.path.ledger.policies import may_keep_books

LOOKED_AFTER = timedelta(hours=20)


def posted() -> str:
    """What stood its notice and is on the books: how many transfers of which ledger, from the rows."""
    rows = Transfer.objects.filter(phase=Transfer.Phase.POSTING).values_list("ledger", flat=True)
    counts = Counter(rows.order_by())
    each = "、".join(f"{Ledger(name).label} {n}" for name, n in sorted(counts.items()))
    return f"公示期满入账 {counts.total()} 笔({each or '无'})"


def stand_for(staff: Iterable[Actor], at: datetime) -> int:
    """Every session that waits for a second person a day already gets one; returns how many."""
    rows = (
        Transfer.objects.filter(
            phase=Transfer.Phase.PENDING,
            settlement=None,
            credit__grade=Grade.DECLARED,
            at__lte=at - LOOKED_AFTER,
        )
        .exclude(task__in=Confirmation.objects.values("task"))
        .select_related("task__engagement__job__place")
        .order_by("at", "id")
    )
    officers = list(staff)
    done = 0
    for row in rows:
        task = row.task
        assert task is not None
        place = task.engagement.job.place
        others = (task.person_id, task.engagement.accepted_by_id)
        by = next(
            (a for a in officers if may_keep_books(a, place) and a.person_id not in others), None
        )
        if by is None:
            continue
        try:
            confirm(task.id, by=by, at=at)
        except Refusal:
            continue
        done += 1
    return done
