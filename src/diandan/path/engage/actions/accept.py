"""接单: a team says yes. However many race, exactly one wins, and the losers are told at once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Team
from diandan.kit.refusal import Refusal, conflict
from diandan.path.bundle.actions.advance import advance_job
from diandan.path.dispatch.actions.offer import recall_all
from diandan.path.dispatch.models import Offer
from diandan.path.dispatch.queries import what_else

from ..models import Engagement

# What else there is: so many open offers are looked at for skills, so many are told.
LOOKED_AT, TOLD = 30, 5


@transaction.atomic
def accept(row: Offer, *, team_id: UUID, by: Actor, at: datetime) -> Engagement:
    """Give the job of `row` (its job locked) to `team_id`.

    Raises Refusal `taken` (HTTP 409; `more["winner"]` is the team that was first, `more["else"]`
    lists other open offers), `offer_over` when the offer expired or was recalled, `not_eligible`
    when the team lacks a skill the job needs.
    """
    said = answered(row, team_id=team_id, by=by, at=at)
    if said is not None:
        return said
    if by.is_frozen or by.person_id is None:
        raise Refusal("frozen", _("您的记录已冻结,暂时不能接单。请先到窗口核实。"))
    _check_eligible(row, team_id)
    if row.team_id is None and not Offer.objects.filter(job=row.job, team_id=team_id).exists():
        # A claim keeps its team on the offer, so that the offer itself says who won.
        row.team_id = team_id
    row.state = Offer.State.ACCEPTED
    row.answered_at = at
    row.answered_by_id = by.person_id
    row.save(update_fields=["team_id", "state", "answered_at", "answered_by_id"])
    engagement = Engagement.objects.create(
        job=row.job, team_id=team_id, offer=row, accepted_by_id=by.person_id, accepted_at=at
    )
    thinking = recall_all(row.job, state=Offer.State.TAKEN, by=by, at=at)
    advance_job(
        row.job,
        "accept",
        by=by,
        at=at,
        team_id=team_id,
        data={"offer": str(row.id), "told": [str(t) for t in thinking]},
    )
    return engagement


def answered(row: Offer, *, team_id: UUID, by: Actor, at: datetime) -> Engagement | None:
    """What this team's earlier yes brought; None while the offer waits. Who is late is told so.

    Of fifty racers forty-nine come no further: this is as short as it can be.
    """
    if row.state == Offer.State.ACCEPTED:
        living = Engagement.objects.filter(offer=row, team_id=team_id, ended_at=None).first()
        if living:  # the same yes said twice is one yes
            return living
    _check_open(row, by, at)
    return None


def _check_open(row: Offer, by: Actor, at: datetime) -> None:
    if row.state == Offer.State.OPEN and row.expires_at > at:
        return
    more = {"winner": _winner(row), "else": what_else_for(row, by, at)}
    if row.state in (Offer.State.ACCEPTED, Offer.State.TAKEN):
        raise conflict("taken", _("已有别的队伍先接了这张单子,谢谢您。看看还有哪些需要您。"), more)
    raise conflict(
        "offer_over", _("这份邀约已过期或收回,不影响您的任何记录。看看还有哪些需要您。"), more
    )


def what_else_for(row: Offer, by: Actor, at: datetime) -> list[dict[str, str]]:
    """Other open offers the teams she leads could take now, as ids and public words.

    Never the title: it is made of the requester's own words, and this team has not accepted.
    """
    skills = [set(s) for s in Team.objects.filter(id__in=by.leads).values_list("skills", flat=True)]
    found = [
        o
        for o in what_else(by.leads, row.job.centre_id, at, limit=LOOKED_AT)
        if o.job_id != row.job_id and any(set(o.job.skills) <= own for own in skills)
    ]
    return [
        {"offer": str(o.id), "title": o.job.kind.name, "place": o.job.place.name}
        for o in found[:TOLD]
    ]


def _winner(row: Offer) -> str:
    """The name of the team that has the job, or an empty string."""
    has_it = Engagement.objects.filter(job=row.job, ended_at=None).select_related("team").first()
    return has_it.team.name if has_it else ""


def _check_eligible(row: Offer, team_id: UUID) -> None:
    team = Team.objects.filter(id=team_id, closed_at=None).select_related("home").first()
    if team is None or not team.home.path.startswith(row.job.centre.path):
        raise Refusal("not_eligible", _("这支队伍不在本中心,不能接这张单子。"))
    if row.team_id is not None and row.team_id != team_id:
        raise Refusal("not_asked", _("这份邀约不是给这支队伍的。"), status=403)
    lacking = set(row.job.skills) - set(team.skills)
    if lacking:
        raise Refusal("not_eligible", _("这张单子需要队里没有登记的技能,不能接。"))
