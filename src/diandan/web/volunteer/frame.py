"""志愿者端: the frame of its pages, with the bar under the thumb."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from diandan.path.engage.queries import waiting
from diandan.web import door


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    tab: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render one page of this surface with its tabs; `tab` is the one she is in."""
    offers, tasks = waiting(door.actor(request), door.now(request))
    tabs: list[dict[str, Any]] = [
        {"href": "/v/", "label": _("今天"), "icon": "house"},
        {"href": "/v/offers", "label": _("接单"), "icon": "inbox", "count": offers},
        {"href": "/v/tasks", "label": _("任务"), "icon": "clipboard-list", "count": tasks},
        {"href": "/v/calendar", "label": _("日历"), "icon": "calendar-days"},
        {"href": "/v/teams", "label": _("队伍"), "icon": "users-round"},
    ]
    for one in tabs:
        one["current"] = one["href"] == tab
    # Who came for a page of her own and is no volunteer (an elder at her bank) gets no bar of tasks.
    shown = context.get("is_volunteer", True)
    whole = {**context, "tabs": tabs if shown else []}
    return render(request, f"volunteer/{template}.html", whole, status=status)
