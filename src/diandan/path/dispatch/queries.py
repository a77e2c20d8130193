"""派单: candidates for a job with their figures, and the offers a page shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from diandan.kit.refusal import missing
from diandan.path.bundle.models import Job

from .core import Ranked, rank
from .models import Offer, PeopleCall, PersonAsk
from .scene import NOBODY, scene_of
from .weights import weights_of


def candidates_for(
    job: Job,
    at: datetime,
    *,
    takers_only: bool,
    for_backup: bool = False,
    away: Mapping[UUID, int] = NOBODY,
) -> list[Ranked]:
    """Every living team of the job's centre, ranked with reasons. A few queries, whatever n.

    `for_backup`: who was still thinking when another team took the job may be asked to stand by.
    `away`: how many of a team's members cannot be sent now.
    """
    takers = [job.id] if takers_only else []
    scene = scene_of(job.centre, [job], at, takers_only=takers, for_backup=for_backup, away=away)
    return rank(scene, scene.jobs[0], weights_of(job.centre))


def offer_for_change(offer_id: UUID) -> Offer:
    """The offer with its job, the *job's* row locked: all racers for one job queue here."""
    job_id = Offer.objects.filter(id=offer_id).values_list("job_id", flat=True).first()
    if job_id is None:
        raise missing(_("没有找到这份邀约,可能已经收回。"))
    # Only the lock: fifty may wait for it, and the row is read after it anyway.
    Job.objects.select_for_update().filter(id=job_id).values_list("id").first()
    return Offer.objects.select_related(
        "job", "job__place", "job__centre", "job__kind", "job__owner_place", "team"
    ).get(id=offer_id)


def open_offers(job: Job) -> QuerySet[Offer]:
    """The offers of a job still waiting for an answer; who is asked to stand by is not of them."""
    return Offer.objects.filter(job=job, state=Offer.State.OPEN, role=Offer.Role.MAIN)


def living_backup(job: Job) -> Offer | None:
    """The team that stands by for the job (备勤), or is asked whether it would; at most one."""
    rows = Offer.objects.filter(
        job=job, role=Offer.Role.BACKUP, state__in=(Offer.State.OPEN, Offer.State.STANDBY)
    )
    return rows.select_related("job", "job__place", "team", "answered_by").first()


def what_else(
    team_ids: frozenset[UUID], centre_id: int, at: datetime, limit: int = 5
) -> list[Offer]:
    """Other open offers these teams could answer or claim now: told to who came too late."""
    return list(
        Offer.objects.filter(state=Offer.State.OPEN, expires_at__gt=at, job__centre_id=centre_id)
        .filter(Q(team_id__in=team_ids) | Q(team=None), role=Offer.Role.MAIN)
        .exclude(job__is_private=True)
        .select_related("job", "job__kind", "job__place")
        .order_by("expires_at")[:limit]
    )


def ask_for_change(ask_id: UUID) -> PersonAsk:
    """The ask with its job, the *job's* row locked: all who answer for one job queue here."""
    row = PersonAsk.objects.filter(id=ask_id).first()
    if row is None:
        raise missing(_("没有找到这份邀请,可能已经收回。"))
    Job.objects.select_for_update().filter(id=row.job_id).first()
    return _asks().get(id=ask_id)


def ask_of(ask_id: UUID, person_id: UUID | None) -> PersonAsk:
    """Her own ask; a Refusal for anybody else's."""
    row = _asks().filter(id=ask_id).first()
    if row is None or row.person_id != person_id:
        raise missing(_("没有找到这份邀请,或它不是给您的。"))
    return row


def asks_of(person_id: UUID) -> list[PersonAsk]:
    """What she herself is asked, or has agreed to while others are still wanted; newest first."""
    rows = _asks().filter(
        person_id=person_id,
        state__in=(PersonAsk.State.OPEN, PersonAsk.State.AGREED),
        call__state=PeopleCall.State.OPEN,
    )
    return list(rows.order_by("-asked_at", "id"))


def call_of(job: Job) -> PeopleCall | None:
    """The last time volunteers were asked themselves about this job, with its asks."""
    rows = PeopleCall.objects.filter(job=job).order_by("-opened_at")
    return rows.prefetch_related("asks__person").first()


def _asks() -> QuerySet[PersonAsk]:
    return PersonAsk.objects.select_related(
        "call", "job", "job__place", "job__centre", "job__kind", "job__item", "job__owner_place"
    )
