"""记单: the facts of the books, past tense. They hold ids, codes and amounts."""

from __future__ import annotations

from datetime import datetime

from diandan.ground.people.actor import Actor
from diandan.kit.fact import Fact

from .models import Transfer


def hours_fact(row: Transfer, happened: str, by: Actor, at: datetime) -> Fact:
    """Something happened to what a service brought; `person_id` is whose it is."""
    task = row.task
    return Fact(
        kind=f"hours.{happened}",
        at=at,
        place_id=row.centre_id,
        by_id=by.person_id,
        person_id=task.person_id if task else None,
        job_id=task.engagement.job_id if task else None,
        data={
            "transfer": str(row.id),
            "ledger": row.ledger,
            "grade": row.credit.grade,
            "amount": row.amount,
        },
    )
