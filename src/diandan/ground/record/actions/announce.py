"""Write facts in the caller's transaction (transactional outbox)."""

from __future__ import annotations

from django.db import connection

from diandan.kit.fact import Fact

from ..models import FactRow, FactWaiting


def announce(*facts: Fact) -> list[FactRow]:
    """Keep `facts`, in order, to be handed out once this transaction commits.

    Raises RuntimeError outside a transaction: a fact must live or die with what it tells of.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("announce() outside a transaction")
    rows = FactRow.objects.bulk_create(
        FactRow(
            kind=f.kind,
            at=f.at,
            place_id=f.place_id,
            by_id=f.by_id,
            person_id=f.person_id,
            request_id=f.request_id,
            job_id=f.job_id,
            team_id=f.team_id,
            data=dict(f.data),
        )
        for f in facts
    )
    FactWaiting.objects.bulk_create(FactWaiting(fact=row) for row in rows)
    return rows
