"""记账: what was served goes on the books by itself; what stood its notice is posted and chained."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from diandan.ground.record.models import FactRow
from diandan.path.bundle.states import JobState
from diandan.path.engage.models import Task
from diandan.path.ledger.actions.chain import link_new
from diandan.path.ledger.actions.earn import earn
from diandan.path.ledger.actions.expire import expire_due
from diandan.path.ledger.actions.join import join_merged, pool_points
from diandan.path.ledger.actions.notice import post_due
from diandan.path.ledger.actions.pause import pause_if_absent
from diandan.path.ledger.models import Ledger

#: The name under which the switchboard hands facts to `earn_for`.
HANDLER = "books.earn_for"
RATED, SERVED, POSTED = "request.rated", "job.served", "hours.posted"
DONE = (JobState.SERVED, JobState.CLOSED)
LOOKS_AGAIN = frozenset(
    {
        SERVED,
        "job.checked_out",
        "presence.witnessed",
        "doubt.opened",
        "doubt.cleared",
        "doubt.declared",
        "doubt.voided",
    }
)


def earn_for(fact: FactRow, at: datetime) -> None:
    """A job was served, a late one left it, or it was rated: its sessions are looked at again."""
    if fact.kind in LOOKS_AGAIN and fact.job_id:
        tasks = Task.objects.filter(engagement__job_id=fact.job_id)
    elif fact.kind == RATED and fact.request_id:
        tasks = Task.objects.filter(engagement__job__bonds__request_id=fact.request_id)
    else:
        return
    known = Q(attendance__out_at__isnull=False) | Q(declaration__isnull=False)
    seen = tasks.filter(known, engagement__job__state__in=DONE)
    ids: list[UUID] = sorted(set(seen.values_list("id", flat=True)))
    for task_id in ids:
        earn(task_id, at=at, fact_id=fact.id)


def share_out(fact: FactRow, at: datetime) -> None:
    """Points just posted go to the family's pool of who chose that (志愿家庭)."""
    if fact.kind == POSTED and fact.data.get("ledger") == Ledger.POINTS:
        pool_points(UUID(fact.data["transfer"]), at=at)


def look_at_absent(fact: FactRow, at: datetime) -> None:
    """A visit was served: who had said yes and was not there (龙泉驿: five in a year)."""
    if fact.kind != SERVED or fact.job_id is None:
        return
    rows = Task.objects.filter(
        engagement__job_id=fact.job_id, state=Task.State.RELEASED, state_at=fact.at
    ).select_related("engagement__job__centre")
    for task in rows:
        pause_if_absent(task.person_id, task.engagement.job.centre, at=at)


def sweep(*, at: datetime) -> int:
    """Post what is due, join merged records, let points expire, number what was written."""
    done = post_due(at=at) + join_merged(at=at) + expire_due(at=at)
    return done + link_new(at=at)
