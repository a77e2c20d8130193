"""派单: ask teams about a job. An offer may be declined without penalty (志愿服务条例 art. 25)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, conflict
from diandan.path.bundle.actions.advance import advance_job
from diandan.path.bundle.facts import job_fact
from diandan.path.bundle.models import Job

from ..core import Ranked, why_of
from ..models import DeclineReason, Offer
from ..queries import open_offers
from .people import end_call


@transaction.atomic
def offer(
    job: Job,
    *,
    chosen: list[Ranked],
    verb: str,
    expires_at: datetime,
    by: Actor,
    at: datetime,
    overruled: str = "",
    round_id: UUID | None = None,
) -> list[Offer]:
    """Ask the `chosen` teams as one wave; `verb` is "offer" or "widen".

    Raises Refusal when a chosen team was asked before: nobody is asked twice for one job.
    """
    if not chosen:
        raise conflict("nobody_to_ask", _("没有可以再问的队伍。可放宽条件、开放抢单,或上报督办。"))
    again = [row.candidate.name for row in chosen if row.candidate.was_asked]
    if again:
        raise Refusal(
            "asked_before",
            _("%(names)s 已就这张单子问过,拒绝过的不再重复打扰。") % {"names": "、".join(again)},
        )
    wave = next_wave(job)
    offers = Offer.objects.bulk_create(
        Offer(
            job=job,
            team_id=row.candidate.team_id,
            wave=wave,
            round_id=round_id,
            why=why_of(row),
            offered_by_id=by.person_id,
            offered_at=at,
            expires_at=expires_at,
        )
        for row in chosen
    )
    teams = [str(row.candidate.team_id) for row in chosen]
    advance_job(
        job, verb, by=by, at=at, data={"wave": wave, "teams": teams, "overruled": overruled}
    )
    return offers


@transaction.atomic
def open_to_all(job: Job, *, verb: str, expires_at: datetime, by: Actor, at: datetime) -> Offer:
    """抢单: one offer that any eligible team of the centre may claim; the first wins."""
    if Offer.objects.filter(job=job, team=None, state=Offer.State.OPEN).exists():
        raise conflict("open_already", _("这张单子已经开放抢单。"))
    row = Offer.objects.create(
        job=job,
        team=None,
        wave=next_wave(job),
        why={"open": True},
        offered_by_id=by.person_id,
        offered_at=at,
        expires_at=expires_at,
    )
    advance_job(job, verb, by=by, at=at, data={"wave": row.wave, "open": True})
    return row


@transaction.atomic
def decline(
    row: Offer, *, team_id: UUID, reason: DeclineReason, text: str, by: Actor, at: datetime
) -> None:
    """这次不行: one tap of reason, thanks, and no mark against anyone.

    On an open offer there is nothing to decline: not claiming is enough.
    """
    if row.state != Offer.State.OPEN:
        raise conflict(
            "answered_before",
            _("这份邀约现在是「%(state)s」,不用再回复。") % {"state": Offer.State(row.state).label},
        )
    if row.team_id is None:
        raise conflict("open_offer", _("这是开放抢单,不想接不用操作。"))
    _answer(row, Offer.State.DECLINED, by=by, at=at)
    row.reason, row.reason_text = reason, text[:200]
    row.save(update_fields=["reason", "reason_text"])
    announce(
        job_fact(
            row.job, "decline", by, at, {"reason": reason, "offer": str(row.id)}, team_id=team_id
        )
    )


@transaction.atomic
def expire(job: Job, *, by: Actor, at: datetime) -> int:
    """End every open offer of a locked `job` whose time is up; returns how many."""
    late = list(open_offers(job).filter(expires_at__lte=at))
    for row in late:
        _answer(row, Offer.State.EXPIRED, by=by, at=at)
        announce(job_fact(job, "expire", by, at, {"offer": str(row.id)}, team_id=row.team_id))
    return len(late)


@transaction.atomic
def recall_all(job: Job, *, state: Offer.State, by: Actor, at: datetime) -> list[UUID]:
    """End every open offer of a locked `job`; returns the teams that were still thinking.

    Volunteers who are being asked themselves are told as well.
    """
    end_call(job, became=Offer.State(state), by=by, at=at)
    rows = list(open_offers(job))
    for row in rows:
        _answer(row, state, by=by, at=at)
    return [row.team_id for row in rows if row.team_id]


def next_wave(job: Job) -> int:
    """One more than the last wave of this job."""
    last = Offer.objects.filter(job=job).order_by("-wave").values_list("wave", flat=True).first()
    return (last or 0) + 1


def _answer(row: Offer, state: Offer.State, *, by: Actor, at: datetime) -> None:
    row.state = state
    row.answered_at = at
    row.answered_by_id = by.person_id
    row.save(update_fields=["state", "answered_at", "answered_by_id"])
