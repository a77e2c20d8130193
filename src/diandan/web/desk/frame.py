"""工作台的框: rail, list and detail are one page; htmx swaps the detail and the list stays.

Every action is a plain POST that ends in a redirect. htmx follows the same redirect and gets the
fragment instead of the page, so that both ways run through the same lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from diandan.ground.catalogue.models import ServiceKind
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Role
from diandan.ground.people.policies import KEEPER_ROLES
from diandan.ground.places.models import Kind, Place
from diandan.kit.refusal import Refusal
from diandan.path.assess.queries import ends_waiting
from diandan.square.dual_points import queries as dual
from diandan.web import door
from diandan.web.shared.once import once

from . import queues
from .queues import Filters, Queue
from .rows import queue_rows
from .sight import only_audits

PAGE_SIZE = 50
# The fields of the desk's forms that hold words of her own.
WRITTEN = ("reason", "text", "outcome", "note", "question", "overruled")
PLACE_KINDS = (Kind.CENTER, Kind.INSTITUTE, Kind.STATION)


@dataclass(frozen=True, slots=True)
class Failed:
    """A form that was refused: which, why, and everything typed into it."""

    form: str
    refusal: Refusal
    typed: Mapping[str, str] = field(default_factory=dict)

    def left_over(self, shown: Iterable[str]) -> str:
        """What she wrote into a form that stands on the page no longer: it must not be lost."""
        if self.form in shown:
            return ""
        return "\n".join(self.typed[name] for name in WRITTEN if self.typed.get(name))


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx asks for a part."""
    asks_part = request.headers.get("HX-Request") == "true"
    return asks_part and request.headers.get("HX-History-Restore-Request") != "true"


def links(by: Actor, here: str) -> list[dict[str, Any]]:
    """The top line of the desk, by what this actor may do: the day's four, and two folded groups."""
    rows = [_link("queues", "desk", _("待办"), here)]
    if queues.works_here(by):
        rows += [
            _link("new", "desk_new", _("代点"), here),
            _link("merge", "desk_merge", _("集单"), here),
            _link("dispatch", "desk_dispatch", _("派单"), here),
        ]
    rows += [_group(_("日常"), _daily(by, here)), _group(_("记录"), _kept(by, here))]
    if any(g.role == Role.ADMIN for g in by.grants):
        rows.append(_link("settings", "settings_home", _("设置"), here))
    return [row for row in rows if row]


def _daily(by: Actor, here: str) -> list[dict[str, Any]]:
    """What is kept up from week to week."""
    if not queues.works_here(by):
        return []
    return [
        _link("visits", "desk_visits", _("走访"), here),
        _link("standing", "desk_standing", _("定期服务"), here),
        _link("items", "desk_items", _("菜单审核"), here),
        _link("plans", "settings_plans", _("年度计划"), here),
    ]


def _kept(by: Actor, here: str) -> list[dict[str, Any]]:
    """Hours and everything that hangs on them."""
    rows: list[dict[str, Any]] = []
    if queues.works_here(by):
        rows += [
            _link("hours", "desk_hours", _("核时"), here),
            _link("doubts", "desk_doubts", _("存疑时长"), here),
            _link("certificates", "desk_certificates", _("证明"), here),
            _link("mall", "desk_counter", _("兑换"), here),
            _link("bank", "desk_bank", _("时间银行"), here),
        ]
    if any(g.role in (Role.CENTER_STAFF, Role.ADMIN) for g in by.grants):
        rows.append(_link("stars", "desk_stars", _("星级"), here))
    if any(g.role in KEEPER_ROLES for g in by.grants):
        rows.append(_link("twins", "desk_twins", _("并号核实"), here))
    if dual.is_kept_in(by):
        rows.append(_link("conduct", "desk_conduct", _("双积分"), here))
    return rows


def _link(key: str, name: str, label: str, here: str) -> dict[str, Any]:
    return {"href": reverse(name), "label": label, "current": key == here}


def _group(label: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Nothing folded around nothing; the group of the page she is on is marked as well."""
    if not rows:
        return {}
    inside = next((row["label"] for row in rows if row["current"]), "")
    return {"label": label, "links": rows, "inside": inside}


def plain(request: HttpRequest, template: str, here: str, **more: Any) -> HttpResponse:
    """A page of the desk without the three zones."""
    by = door.actor(request)
    status = more.pop("status", 200)
    context = {"links": links(by, here), "keys": [], "can_act": queues.works_here(by), **more}
    return render(request, template, context, status=status)


def rail(by: Actor, at: datetime, current: Queue | None) -> list[dict[str, Any]]:
    """Every queue with its count, late ones said aloud."""
    found = queues.tallies(by, at)
    return [
        {
            "key": q.key,
            "label": q.label,
            "href": reverse("desk_queue", args=[q.key]),
            "n": found[q.key].n,
            "counts": not q.newest,
            "late": found[q.key].late,
            "soon": found[q.key].soon,
            "current": current is not None and q.key == current.key,
        }
        for q in queues.shown_to(by)
    ]


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a queue as plain rows."""

    queue: Queue
    filters: Filters
    page: Any
    items: list[dict[str, Any]]
    query: str
    near: str = ""

    def seen(self, lines: list[dict[str, Any]], unreported: int) -> str:
        """What a page knows of this list and its rail, in one word; clocks tick by themselves."""
        told = [
            (i["id"], i["title"], i["state"]["word"], i["due"], i["urgent"]) for i in self.items
        ]
        counts = [(line["key"], line["n"], line["late"], line["soon"]) for line in lines]
        return sha256(
            repr((self.page.paginator.count, told, counts, unreported)).encode()
        ).hexdigest()[:16]


def listed(request: HttpRequest, queue: Queue, at: datetime, current: object = None) -> Listed:
    """The queue's page that the address asks for."""
    by = door.actor(request)
    filters = Filters.of(_asked(request), by)
    page = Paginator(queues.rows_of(queue, by, filters), PAGE_SIZE).get_page(filters.page)
    items = queue_rows(queue, list(page.object_list), at, by)
    query = filters.address(by)
    opened = next(
        (i for i in items if str(current) in (str(i["id"]), i["href"].split("/")[3])), None
    )
    for item in items:
        item["current"] = item is opened
        item["href"] += f"&{query}" if query else ""
    return Listed(queue, filters, page, items, query, _near(filters.place))


def _near(text: str) -> str:
    """The place of the filter as a person would write it."""
    if not text.startswith("/"):
        return text
    return Place.objects.filter(path=text).values_list("name", flat=True).first() or ""


def three_zones(
    request: HttpRequest,
    *,
    queue: Queue,
    template: str = "",
    current: object = None,
    failed: Failed | None = None,
    **detail: Any,
) -> HttpResponse:
    """The page with its rail and list, or, for htmx, the detail and what changed around it."""
    by, at = door.actor(request), door.now(request)
    status = failed.refusal.status if failed else 200
    context: dict[str, Any] = {
        "queue": queue,
        "detail_template": template,
        "rail": rail(by, at, queue),
        "failed": failed,
        "links": links(by, "queues"),
        "keys": [{"key": "x", "label": _("勾选")}],
        "can_act": queues.works_here(by),
        **detail,
    }
    if is_htmx(request):
        if "done" in request.GET:
            context |= list_parts(request, queue, at, context["rail"], current)
        return kept_nowhere(render(request, "desk/fragment.html", context, status=status))
    context |= list_parts(request, queue, at, context["rail"], current)
    return kept_nowhere(render(request, "desk/work.html", context, status=status))


def list_parts(
    request: HttpRequest,
    queue: Queue,
    at: datetime,
    lines: list[dict[str, Any]],
    current: object = None,
) -> dict[str, Any]:
    """What the list of a queue is drawn from."""
    by = door.actor(request)
    found = listed(request, queue, at, current)
    unreported = ends_waiting(by) if queue.noun == "hotline" else 0
    return {
        "listed": found,
        "seen": found.seen(lines, unreported),
        "unreported": unreported,
        "only_numbers": only_audits(by),
        **filter_choices(by),
    }


def kept_nowhere(answer: HttpResponse) -> HttpResponse:
    """A shared PC keeps no copy of people's orders, and a part is never taken for its page."""
    answer["Cache-Control"] = "no-store"
    patch_vary_headers(answer, ["HX-Request"])
    return answer


def filter_choices(by: Actor) -> dict[str, Any]:
    """The kinds a clerk may narrow to; places are too many to list and are looked up."""
    return {"kind_choices": kinds_for(by)}


def kinds_for(by: Actor) -> list[ServiceKind]:
    """The kinds of the centres in or above the actor's subtrees."""
    ids: set[int] = set()
    for path in by.paths:
        ids |= {int(part) for part in path.strip("/").split("/")}
    return list(
        ServiceKind.objects.filter(centre_id__in=ids, retired_at=None).order_by("rank", "id")
    )


def places_for(by: Actor, kinds: tuple[Kind, ...] = PLACE_KINDS) -> list[Place]:
    """Open places in the actor's subtrees, in the order of the tree."""
    inside = Place.objects.none()
    for path in by.paths:
        inside |= Place.objects.filter(path__startswith=path)
    return list(inside.filter(valid_until=None, kind__in=kinds).order_by("path"))


def act(
    request: HttpRequest,
    form: str,
    do: Callable[[], str],
    again: Callable[[Failed], HttpResponse],
) -> HttpResponse:
    """Do it once and go where it says; refused, say why where the clerk is, nothing lost.

    `do` returns the address to go to. For htmx the sentence goes into the line of messages and
    the form stays as it stands; a plain POST gets its page again with what was typed.
    """
    try:
        return once(request, do)
    except Refusal as refusal:
        if is_htmx(request):
            answer = render(request, "desk/said_no.html", {"refusal": refusal})
            answer["HX-Retarget"], answer["HX-Reswap"] = "#messages", "innerHTML"
            return answer
        typed = {k: v for k, v in request.POST.items() if isinstance(v, str)}
        return again(Failed(form, refusal, typed))


def said(request: HttpRequest, sentence: str, form: str = "") -> None:
    """What was done, and that the draft of `form` has served its purpose."""
    messages.success(request, sentence, extra_tags=f"done:{form}" if form else "")


def back_to(request: HttpRequest, name: str, key: object) -> str:
    """The address of an order with the queue and filters the clerk came with."""
    asked = _asked(request).copy()
    asked.pop("page", None)
    asked["done"] = "1"
    return f"{reverse(name, args=[key])}?{asked.urlencode()}"


def queue_asked(request: HttpRequest, fallback: Queue) -> Queue:
    """The queue the clerk is working in, said in the address."""
    return queues.BY_KEY.get(_asked(request).get("q", ""), fallback)


def _asked(request: HttpRequest) -> QueryDict:
    return request.GET
