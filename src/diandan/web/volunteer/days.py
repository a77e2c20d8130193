"""值班·巡回: a leader writes when her team is where; everybody may read it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from diandan.ground.people import queries as people
from diandan.ground.people.models import Team
from diandan.ground.people.policies import can_run_team, check_run_team
from diandan.ground.places import queries as places
from diandan.ground.places.finder import by_words
from diandan.ground.places.models import Place
from diandan.ground.posts import queries
from diandan.ground.posts.actions.days import add_day, drop_day
from diandan.ground.posts.models import TeamDay
from diandan.kit.clock import SHANGHAI
from diandan.kit.refusal import Refusal
from diandan.kit.units import local
from diandan.web import door
from diandan.web.shared.once import once
from diandan.web.volunteer.frame import page


@require_safe
@door.signed_in
def days(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """A team's roster or tour."""
    return page(request, "days", _context(request, people.team(team_id), None), tab="/v/teams")


@require_POST
@door.signed_in
def add(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """One more day, by who runs the team."""
    team, by, at = people.team(team_id), door.actor(request), door.now(request)
    check_run_team(by, team)

    def act() -> str:
        starts_at, ends_at = _times(request)
        note = request.POST.get("note", "")
        add_day(team, _where(request, team), starts_at, ends_at, note, by=by, at=at)
        messages.success(request, _("已写上。"))
        return f"/v/teams/{team_id}/days"

    try:
        return once(request, act)
    except Refusal as no:
        if no.status in (401, 403, 404):
            raise
        context = _context(request, team, no)
        return page(request, "days", context, tab="/v/teams", status=no.status)


def _context(request: HttpRequest, team: Team, error: Refusal | None) -> dict[str, Any]:
    at = door.now(request)
    return {
        "team": {"id": team.id, "name": team.name, "home": team.home.name},
        "mobile": team.mode == Team.Mode.MOBILE,
        "leads": can_run_team(door.actor(request), team),
        "days": [day_row(row) for row in queries.days_of(team, at)],
        "typed": request.POST if error else {"on": f"{local(at).date() + timedelta(days=1)}"},
        "error": error,
    }


def day_row(row: TeamDay) -> dict[str, Any]:
    """One day in a list."""
    starts, ends = local(row.starts_at), local(row.ends_at)
    return {
        "id": row.id,
        "when": f"{starts:%m-%d %H:%M}–{ends:%H:%M}",
        "where": row.place.name,
        "note": row.note,
        "drop": f"/v/days/{row.id}/drop",
    }


def _times(request: HttpRequest) -> tuple[datetime, datetime]:
    try:
        on = date.fromisoformat(request.POST.get("on", ""))
        starts = time.fromisoformat(request.POST.get("starts", ""))
        ends = time.fromisoformat(request.POST.get("ends", ""))
    except ValueError:
        raise Refusal("times", _("请填好日期和起止时间,例如 9:00 到 11:30。"), field="on") from None
    return (
        datetime.combine(on, starts, tzinfo=SHANGHAI),
        datetime.combine(on, ends, tzinfo=SHANGHAI),
    )


def _where(request: HttpRequest, team: Team) -> Place:
    """Her own venue, or the place whose name she wrote."""
    words = request.POST.get("place", "").strip()
    if not words:
        return team.home
    return by_words(places.center_of(team.home), words, "place")


@require_POST
@door.signed_in
def drop(request: HttpRequest, day_id: UUID) -> HttpResponse:
    """撤下: it will not be there after all."""
    row = queries.day(day_id)

    def act() -> str:
        drop_day(row, by=door.actor(request), at=door.now(request))
        messages.success(request, _("已撤下。"))
        return f"/v/teams/{row.team_id}/days"

    return once(request, act)
