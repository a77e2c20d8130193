"""轮到我们: when each of my teams was last asked, its place in turn, and how to refuse plans."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from diandan.engine.said import tenths
from diandan.ground.people import queries
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Team
from diandan.ground.places.queries import center_of
from diandan.path.dispatch.actions.by_hand import by_hand_only
from diandan.path.dispatch.models import Offer
from diandan.path.dispatch.rounds import own_reasons
from diandan.path.dispatch.turns import own_turn, turn_of
from diandan.web import door
from diandan.web.shared import reasons
from diandan.web.shared.once import once
from diandan.web.volunteer.frame import page


@require_safe
@door.signed_in
def turn(request: HttpRequest) -> HttpResponse:
    """One card a team she belongs to."""
    me, by, at = door.me(request), door.actor(request), door.now(request)
    teams = [m.team for m in queries.memberships_of(me.id)]
    context = {
        "teams": [_card(team, by, at) for team in teams],
        "volunteers": queries.volunteer_of(me.id) is not None,
        "mine": own_turn(me.id, at),
    }
    return page(request, "turn", context, tab="/v/teams")


def _card(team: Team, by: Actor, at: datetime) -> dict[str, Any]:
    found = turn_of(team, center_of(team.home), at)
    return {
        "id": team.id,
        "name": team.name,
        "leads": team.id in by.leads,
        "turn": found,
        "percent": tenths(found.chance, 10),
    }


@require_POST
@door.signed_in
def by_hand(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """改由人工派单, or back; the leader's to decide."""
    row, wish = queries.team(team_id), request.POST.get("wish") == "1"

    def act() -> str:
        by_hand_only(row, wish, by=door.actor(request), at=door.now(request))
        said = _("已改为由人工派单:自动派单不再问你们队。") if wish else _("已恢复自动派单。")
        messages.success(request, said)
        return "/v/turn"

    return once(request, act)


def why_us(offer: Offer) -> dict[str, Any]:
    """The reasons of the round that led to this offer, its own team's only, and who decided."""
    said = []
    if offer.round is not None and offer.team_id is not None:
        said = reasons.say_all(own_reasons(offer.round, offer.job_id, offer.team_id))
    return {"reasons": said, "by_person": offer.offered_by_id is not None}
