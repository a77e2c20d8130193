"""设置页的架子: whose settings these are, the list of pages, and forms that take a no back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diandan.ground.catalogue.policies import MENU_ROLES
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Role
from diandan.ground.people.policies import KEEPER_ROLES, check_admin
from diandan.ground.places import queries as places
from diandan.ground.places.models import Place
from diandan.kit.refusal import Refusal, forbidden
from diandan.web import door
from diandan.web.desk.frame import links as desk_links
from diandan.web.shared.once import once

SESSION_KEY = "settings_at"
NOT_A_FORMS = (401, 403, 404)

SECTIONS = (
    ("home", gettext_lazy("概览"), "settings"),
    ("people", gettext_lazy("人员与角色"), "users"),
    ("teams", gettext_lazy("队伍"), "users-round"),
    ("invitations", gettext_lazy("邀请"), "send"),
    ("places", gettext_lazy("阵地"), "map-pin"),
    ("plans", gettext_lazy("年度计划"), "clipboard-list"),
    ("pairings", gettext_lazy("结对共建"), "users-round"),
    ("bases", gettext_lazy("基地入驻"), "building-2"),
    ("menu", gettext_lazy("菜单与项目库"), "book-open"),
    ("mall", gettext_lazy("兑换与礼遇"), "award"),
    ("kinds", gettext_lazy("服务类别"), "layers"),
    ("promises", gettext_lazy("承诺时限"), "timer"),
    ("calendar", gettext_lazy("工作日历"), "calendar-days"),
    ("tags", gettext_lazy("标签"), "clipboard-list"),
    ("flow", gettext_lazy("流程"), "route"),
    ("weights", gettext_lazy("派单权重"), "scale"),
    ("hours", gettext_lazy("时长规则"), "clock"),
    ("importing", gettext_lazy("导入与导出"), "upload"),
    ("tokens", gettext_lazy("接口钥匙"), "lock"),
    ("outbox", gettext_lazy("消息发送"), "bell"),
    ("readings", gettext_lazy("查看记录"), "eye"),
)
# What holds for a whole centre is not a street administrator's to set.
CENTRES_OWN = frozenset({"bases", "kinds", "promises", "tags", "flow", "weights", "hours"})


@dataclass(frozen=True, slots=True)
class Here:
    """Whose settings: the place an administrator looks after, and the centre it belongs to."""

    place: Place
    centre: Place
    by: Actor
    at: datetime


def here(request: HttpRequest) -> Here:
    """The place chosen before in this session, else the highest she administers."""
    by, at = door.actor(request), door.now(request)
    mine = sorted((g for g in by.grants if g.role == Role.ADMIN), key=lambda g: len(g.path))
    if not mine:
        raise forbidden(_("设置页只对管理员开放。"), "admin_only")
    wanted = request.session.get(SESSION_KEY)
    found = Place.objects.filter(id=wanted).first() if wanted else None
    if found is None or not by.holds((Role.ADMIN,), found.path):
        found = places.by_id(mine[0].place_id)
    return Here(found, places.center_of(found), by, at)


def place_for_admin(request: HttpRequest, place_id: int) -> Place:
    """The place, when she administers it or a place above it."""
    place = places.by_id(place_id)
    check_admin(door.actor(request), place)
    return place


class SettingsForm(forms.Form):
    """A form that can take a refusal back as the error of its field."""

    def refuse(self, refusal: Refusal) -> None:
        """Show `refusal` where it belongs."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.sentence)


def taken(
    request: HttpRequest,
    form: SettingsForm,
    act: Callable[[dict[str, Any]], str],
    done: str = "",
) -> HttpResponse | None:
    """`act` once on a good form and go where it says; None: show the form again, as typed."""
    if not form.is_valid():
        return None
    try:
        answer = once(request, lambda: act(form.cleaned_data))
    except Refusal as no:
        if no.status in NOT_A_FORMS:
            raise
        form.refuse(no)
        return None
    messages.success(request, done or _("已保存。"))
    return answer


def pressed(request: HttpRequest, act: Callable[[], str], done: str) -> HttpResponse:
    """A button's act, once; its no becomes a page."""
    answer = once(request, act)
    messages.success(request, done)
    return answer


def show(
    request: HttpRequest,
    template: str,
    section: str,
    where: Here | None = None,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """A settings page in its frame. A form with errors answers 422."""
    nested = (part.get("form") for part in context.get("forms", ()))
    if any(isinstance(v, forms.BaseForm) and v.errors for v in (*context.values(), *nested)):
        status = 422
    where = where or here(request)
    frame: Mapping[str, Any] = {
        "sections": [
            {
                "href": reverse(f"settings_{key}"),
                "label": label,
                "icon": icon,
                "current": key == section,
            }
            for key, label, icon in _sections(where)
        ],
        "links": desk_links(where.by, "settings"),
        "here": where.place,
        "centre": where.centre,
    }
    return render(request, template, {**frame, **context}, status=status)


def _sections(where: Here) -> list[tuple[str, Any, str]]:
    """Only the pages she may open: others would be a list of closed doors."""
    roles = {g.role for g in where.by.grants}
    if Role.ADMIN in roles:
        whole = where.by.holds((Role.ADMIN,), where.centre.path)
        return [one for one in SECTIONS if whole or one[0] not in CENTRES_OWN]
    own = {"plans", "pairings"} | ({"menu"} if roles & set(MENU_ROLES) else set())
    own |= {"mall"} if roles & set(KEEPER_ROLES) else set()
    own |= {"readings"} if Role.AUDITOR in roles else set()
    return [section for section in SECTIONS if section[0] in own]


def plain(request: HttpRequest, section: str, title: str, **context: Any) -> HttpResponse:
    """A page made of a title, notes, tables and forms, without a template of its own.

    tables=[table of parts/table.html], form=SettingsForm, button=…, buttons in rows through
    `acts=[{href,label,name,value}]`.
    """
    return show(request, "settings/plain.html", section, title=title, **context)


def row(*cells: Any, **more: Any) -> dict[str, Any]:
    """A table row: words, (words, href) or a ready cell."""
    made = []
    for cell in cells:
        if isinstance(cell, dict):
            made.append(cell)
        elif isinstance(cell, tuple):
            made.append({"text": cell[0], "href": cell[1]})
        else:
            is_number = isinstance(cell, int) and not isinstance(cell, bool)
            made.append({"text": cell, "num": is_number})
    return {"cells": made, **more}


def columns(*labels: str, nums: tuple[int, ...] = ()) -> list[dict[str, Any]]:
    """Column heads; `nums` are the indexes of those that hold numbers."""
    return [{"label": label, "num": n in nums} for n, label in enumerate(labels)]


def pill(word: str, tone: str = "plain") -> dict[str, Any]:
    """A cell that shows a state as a pill, with its word."""
    return {"state": {"word": word, "tone": tone}}


def split_words(text: str) -> list[str]:
    """理发、剪发, 剃头 → three words: any of the separators people type."""
    for sign in ",,;;、\n\t":
        text = text.replace(sign, " ")
    return list(dict.fromkeys(text.split()))


def whole_number(text: str, default: int = 0) -> int:
    """A number from an address; `default` when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else default
