"""顶上: the team that stood by takes the job over from the one that cannot come."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from diandan.ground.people.actor import Actor
from diandan.path.bundle.actions.advance import advance_job
from diandan.path.bundle.models import Job
from diandan.path.dispatch.models import Offer
from diandan.path.dispatch.queries import living_backup

from ..models import Engagement
from ..queries import living
from .allocate import close_engagement


@transaction.atomic
def call_up(job: Job, *, why: str, reason: str = "", by: Actor, at: datetime) -> Engagement | None:
    """Give a locked `job` to the team that stands by; None when no team does.

    The team that had it is freed and nothing counts against it; `why` (given_up, nobody_left)
    stays with its engagement.
    """
    row = living_backup(job)
    before = living(job)
    if row is None or before is None or not _can_come(row, before):
        return None
    if row.team_id is None or row.answered_by_id is None:
        return None  # a standby is always somebody's yes
    close_engagement(before, why=why, at=at)
    Offer.objects.filter(job=job, state=Offer.State.ACCEPTED).update(
        state=Offer.State.RECALLED, reason_text=reason[:200]
    )
    row.state = Offer.State.ACCEPTED
    row.save(update_fields=["state"])
    engagement = Engagement.objects.create(
        job=job,
        team_id=row.team_id,
        offer=row,
        accepted_by_id=row.answered_by_id,
        accepted_at=at,
    )
    advance_job(
        job,
        "call_up",
        by=by,
        at=at,
        team_id=row.team_id,
        data={"offer": str(row.id), "from_team": str(before.team_id), "why": why},
    )
    return engagement


def _can_come(row: Offer, before: Engagement) -> bool:
    """Whether its yes still holds: the team lives, and who said it is not frozen since."""
    return (
        row.state == Offer.State.STANDBY
        and row.team is not None
        and row.team.closed_at is None
        and row.team_id != before.team_id
        and row.answered_by is not None
        and row.answered_by.frozen_at is None
    )
