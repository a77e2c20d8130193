"""页: the frame every resident page shares: its four places, and what waits for her."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from diandan.ground.notify.queries import unread
from diandan.ground.people.queries import person
from diandan.web import door


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    current: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render a page with the resident's navigation."""
    by = door.actor(request)
    new = unread(person(by.person_id)) if by.person_id and not by.is_frozen else 0
    places = [
        ("/", _("首页"), 0),
        ("/menu", _("服务菜单"), 0),
        ("/requests", _("我的点单"), 0),
        ("/messages", _("消息"), new),
    ]
    links = [
        {"href": href, "label": label, "count": count, "current": href == current}
        for href, label, count in places
    ]
    return render(
        request,
        f"resident/{template}.html",
        {"links": links, "unread": new, **context},
        status=status,
    )


def typed(text: str, size: int) -> str:
    """What was typed into an address or a search, without what no database takes (NUL)."""
    return text.replace("\x00", "").strip()[:size]


def chip(value: object, label: object, *, chosen: bool = False, icon: str = "") -> dict[str, Any]:
    """One chip of parts/chips.html."""
    return {"value": str(value), "label": str(label), "chosen": chosen, "icon": icon}
