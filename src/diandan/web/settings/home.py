"""概览: what there is to set, how much of it, and what waits for the administrator."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from diandan.flow.choice import chosen, flow_of
from diandan.ground.catalogue.models import Item, ServiceKind
from diandan.ground.notify.models import Delivery
from diandan.ground.people import queries as people
from diandan.ground.people.policies import check_admin
from diandan.ground.places import queries as places
from diandan.ground.places.models import BaseApplication, PlanStep
from diandan.kit.units import local
from diandan.web import door
from diandan.web.shared.once import once

from .page import SESSION_KEY, here, show, whole_number


@require_http_methods(["GET"])
@door.admin_only
def home(request: HttpRequest) -> HttpResponse:
    """Numbers that lead to their pages; what waits stands first."""
    where = here(request)
    inside = places.subtree(where.place).filter(valid_until=None)
    waiting = BaseApplication.objects.filter(centre=where.centre, state="waiting").count()
    review = Item.objects.filter(
        place__path__startswith=where.place.path, state=Item.State.IN_REVIEW
    ).count()
    failed = Delivery.objects.filter(
        state=Delivery.State.FAILED, message__person__home__path__startswith=where.place.path
    ).count()
    todo = [
        (waiting, _("家单位申请入驻"), "settings_bases"),
        (review, _("个项目在审核"), "settings_menu"),
        (failed, _("条消息没发出去"), "settings_outbox"),
    ]
    kinds = ServiceKind.objects.filter(centre=where.centre, retired_at=None).count()
    tiles = [
        (inside.count(), _("个阵地"), "settings_places"),
        (
            PlanStep.objects.filter(
                place__path__startswith=where.place.path, year=local(where.at).year
            ).count(),
            _("条今年的计划"),
            "settings_plans",
        ),
        (len(people.teams_in(where.place.path)), _("支队伍"), "settings_teams"),
        (len(people.grants_in(where.place.path, where.at)), _("个在任角色"), "settings_people"),
        (kinds, _("类服务"), "settings_kinds"),
        (
            Item.objects.filter(
                place__path__startswith=where.place.path, state=Item.State.PUBLISHED
            ).count(),
            _("个菜单项目"),
            "settings_menu",
        ),
    ]
    flow = flow_of(chosen(where.centre))
    return show(
        request,
        "settings/home.html",
        "home",
        where,
        todo=[{"n": n, "label": label, "href": reverse(url)} for n, label, url in todo if n],
        tiles=[{"n": n, "label": label, "href": reverse(url)} for n, label, url in tiles],
        flow={"name": flow.name, "chain": flow.chain},
        is_centre=where.place.id == where.centre.id,
        others=[
            {"id": p.id, "name": p.full_name}
            for p in places.children(where.place)
            if p.level is not None
        ],
        top=_top(request, where.place.id),
    )


def _top(request: HttpRequest, now_id: int) -> dict[str, object] | None:
    """The way back up to the highest place she administers."""
    by = door.actor(request)
    grants = sorted((g for g in by.grants if g.role == "admin"), key=lambda g: len(g.path))
    if grants and grants[0].place_id != now_id:
        top = places.by_id(grants[0].place_id)
        return {"id": top.id, "name": top.full_name}
    return None


@require_POST
@door.admin_only
def move(request: HttpRequest) -> HttpResponse:
    """Look after another place below: the settings pages show that one."""
    place = places.by_id(whole_number(request.POST.get("at", "")))
    check_admin(door.actor(request), place)
    request.session[SESSION_KEY] = place.id
    return once(request, lambda: reverse("settings_home"))
