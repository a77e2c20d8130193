"""先接单: items of the menu that my team takes up before anybody orders them (白音他拉)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from diandan.ground.catalogue import queries as catalogue
from diandan.ground.catalogue.actions.items import drop_item, take_item
from diandan.ground.catalogue.models import Item
from diandan.ground.people import queries as people
from diandan.ground.people.models import Team
from diandan.ground.places.queries import center_of
from diandan.kit.refusal import Refusal
from diandan.kit.units import local
from diandan.web import door
from diandan.web.shared.once import once
from diandan.web.volunteer.frame import page

SHOWN = 60


@require_safe
@door.signed_in
def menu(request: HttpRequest) -> HttpResponse:
    """What is on the menu, and what one of my teams has taken up."""
    teams = _led(request)
    chosen = next((t for t in teams if str(t.id) == request.GET.get("team")), None)
    team = chosen or (teams[0] if teams else None)
    words = request.GET.get("q", "").strip()[:40]
    context: dict[str, Any] = {"teams": teams, "team": team, "q": words, "taken": [], "items": []}
    if team is not None:
        takes = catalogue.takes_of(team)
        held = {t.item_id for t in takes}
        day = local(door.now(request)).date()
        found = catalogue.menu(center_of(team.home), day, search=words).exclude(id__in=held)
        context["taken"] = [{**_item(t.item, team), "take": t.id} for t in takes]
        context["items"] = [_item(i, team) for i in found[:SHOWN] if not i.is_paid]
    return page(request, "menu", context, tab="/v/offers")


def _led(request: HttpRequest) -> list[Team]:
    leads = door.actor(request).leads
    return list(
        Team.objects.filter(id__in=leads, closed_at=None)
        .select_related("home")
        .order_by("name", "id")
    )


def _item(item: Item, team: Team) -> dict[str, Any]:
    lacking = [s for s in item.kind.skills if s not in team.skills]
    return {
        "id": item.id,
        "title": item.title,
        "about": item.about,
        "kind": item.kind.name,
        "icon": item.kind.icon,
        "place": item.place.name,
        "lacking": "、".join(lacking),
        "others": getattr(item, "taken", 0),
    }


@require_POST
@door.signed_in
def take(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """接单 beforehand."""
    team = _team(request)

    @transaction.atomic
    def act() -> str:
        item = catalogue.item_for_change(item_id)
        take_item(item, team=team, by=door.actor(request), at=door.now(request))
        messages.success(request, _("已接「%s」。有人点单时会先问你们队。") % item.title)
        return _back(team)

    return once(request, act)


@require_POST
@door.signed_in
def drop(request: HttpRequest, take_id: UUID) -> HttpResponse:
    """No longer; what was accepted already stays."""

    @transaction.atomic
    def act() -> str:
        row = catalogue.take_for_change(take_id)
        drop_item(row, by=door.actor(request), at=door.now(request))
        messages.success(request, _("已放下「%s」,已接的单子仍由你们办。") % row.item.title)
        return _back(row.team)

    return once(request, act)


def _team(request: HttpRequest) -> Team:
    try:
        return people.team(UUID(request.POST.get("team", "")))
    except ValueError:
        raise Refusal("which_team", _("请选由哪支队伍来接。"), field="team") from None


def _back(team: Team) -> str:
    return f"/v/menu?{urlencode({'team': str(team.id)})}"
