"""制单: every read a page needs of jobs."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Role
from diandan.kit.refusal import missing
from diandan.path.ask.models import Request

from .models import Bond, Job
from .states import JobState

EXPERT_STATES = (JobState.SERVED, JobState.CLOSED)


def for_change(job_id: UUID) -> Job:
    """The job, its row locked until the transaction ends; a Refusal when there is none."""
    row = (
        Job.objects.select_for_update(of=("self",))
        .select_related("place", "centre", "owner_place", "kind", "item")
        .filter(id=job_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这张服务单。"))
    return row


def requests_of(job: Job) -> list[Request]:
    """The requests the job serves now, in the order they were placed."""
    return list(
        Request.objects.filter(bonds__job=job, bonds__left_at=None)
        .select_related("place", "kind", "centre", "owner_place", "item", "requester")
        .order_by("placed_at", "id")
    )


def requests_for_change(job: Job) -> list[Request]:
    """The same, locked by key."""
    ids = Bond.objects.filter(job=job, left_at=None).values_list("request_id", flat=True)
    return list(
        Request.objects.select_for_update(of=("self",))
        .select_related("place", "kind", "centre", "owner_place", "item")
        .filter(id__in=list(ids))
        .order_by("id")
    )


def job_of(request: Request) -> Job | None:
    """The living job a request belongs to, if any."""
    bond = (
        Bond.objects.filter(request=request, left_at=None)
        .select_related("job", "job__place", "job__kind", "job__owner_place", "job__centre")
        .first()
    )
    return bond.job if bond else None


def visible(actor: Actor) -> QuerySet[Job]:
    """The jobs a worker may see: those in her subtrees; private ones by mediators alone.

    An expert sees what was done, never a need still being arranged.
    """
    seen = Q(pk__in=[])
    for grant in actor.grants:
        inside = Q(place__path__startswith=grant.path)
        if grant.role == Role.MEDIATOR:
            seen |= inside
        elif grant.role == Role.EXPERT:
            seen |= inside & Q(is_private=False, state__in=EXPERT_STATES)
        else:
            seen |= inside & Q(is_private=False)
    return Job.objects.filter(seen)
