"""队伍: my teams and one team's page; joining and leaving are one's own acts."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from diandan.ground.catalogue.queries import takes_of
from diandan.ground.people import queries
from diandan.ground.people.actions import teams as acts
from diandan.ground.people.models import Membership, Person, Team
from diandan.kit.refusal import Refusal
from diandan.kit.units import local
from diandan.path.fulfil.policies import may_show_code
from diandan.path.ledger.queries_group import together
from diandan.web import door
from diandan.web.shared.hour_words import hours
from diandan.web.shared.once import once
from diandan.web.volunteer.frame import page

LEADING = (Membership.Duty.LEADER, Membership.Duty.DEPUTY)


@require_safe
@door.signed_in
def teams(request: HttpRequest) -> HttpResponse:
    """My teams."""
    me = door.me(request)
    context = {
        "volunteer": queries.volunteer_of(me.id),
        "mine": [
            {
                "href": f"/v/teams/{m.team_id}",
                "name": m.team.name,
                "home": m.team.home.name,
                "duty": m.get_duty_display(),
            }
            for m in queries.memberships_of(me.id)
        ],
        "invitations": len(queries.invitations_for(me)),
        "leads": bool(door.actor(request).leads),
    }
    return page(request, "teams", context, tab="/v/teams")


@require_safe
@door.signed_in
def team(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """One team: who it is, what it does, and my part in it."""
    return _team_page(request, queries.team(team_id))


def _team_page(request: HttpRequest, row: Team, error: Refusal | None = None) -> HttpResponse:
    me, by = door.me(request), door.actor(request)
    found = queries.members_of(row)
    own = next((m for m in found if m.person_id == me.id), None)
    masked = queries.masked_names(m.person_id for m in found)
    context = {
        "team": _facts(row),
        "closed": row.closed_at is not None,
        "volunteer": queries.volunteer_of(me.id),
        "own": {"duty": own.get_duty_display(), "is_leader": own.duty == Membership.Duty.LEADER}
        if own
        else None,
        "leads": row.id in by.leads,
        # Who is not in the team sees its leaders and how many there are.
        "members": [
            {"masked": masked[m.person_id], "role": m.get_duty_display(), "id": m.person_id}
            for m in found
            if own or m.duty in LEADING
        ],
        "count": len(found),
        "heirs": [
            {"value": m.person_id, "name": masked[m.person_id], "duty": m.get_duty_display()}
            for m in found
            if m.person_id != me.id and m.person.frozen_at is None
        ],
        "takes": [t.item.title for t in takes_of(row)],
        "code_href": f"/v/site-code/{row.home_id}" if may_show_code(by, row.home) else "",
        "together": _together(row, door.now(request)) if own or row.id in by.leads else None,
        "error": error,
    }
    return page(request, "team", context, tab="/v/teams", status=error.status if error else 200)


def _together(row: Team, at: datetime) -> dict[str, Any]:
    """团体时长: the sum of its members' own hours, for those who are in it."""
    year = local(at).year
    found = together(row, year)
    return {
        "year": year,
        "people": found.people,
        "verified": hours(found.verified),
        "declared": hours(found.declared),
    }


def _facts(row: Team) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "home": row.home.full_name,
        "rank": row.rank,
        "mode": row.get_mode_display(),
        "sort": row.get_sort_display(),
        "skills": "、".join(row.skills),
        "about": row.about,
        "parent": row.parent.name if row.parent else "",
    }


@require_POST
@door.signed_in
def join(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """加入, by one's own act."""
    row, me = queries.team(team_id), door.me(request)

    def act() -> str:
        acts.join_team(team=row, person=me, at=door.now(request), by=door.actor(request))
        messages.success(request, _("您已加入%s。") % row.name)
        return f"/v/teams/{team_id}"

    return once(request, act)


@require_POST
@door.signed_in
def leave(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """退出; a leader names who takes over."""
    row, me = queries.team(team_id), door.me(request)

    def act() -> str:
        acts.leave_team(
            team=row,
            person=me,
            at=door.now(request),
            by=door.actor(request),
            successor=_heir(row, request.POST.get("successor", "")),
        )
        messages.success(request, _("您已退出%s,谢谢您的付出。") % row.name)
        return "/v/teams"

    try:
        return once(request, act)
    except Refusal as no:
        if no.code != "successor_needed" and no.field != "successor":
            raise
        return _team_page(request, row, no)


def _heir(row: Team, wanted: str) -> Person | None:
    found = (m.person for m in queries.members_of(row) if str(m.person_id) == wanted)
    return next(found, None)
