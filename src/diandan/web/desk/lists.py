"""队列页: the list in its three zones, the same list as a table, taken away, and acted on in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from diandan.flow import conductor
from diandan.flow.verbs import VERBS
from diandan.ground.people.actor import Actor
from diandan.kit.refusal import Refusal
from diandan.web import door
from diandan.web.shared.once import SeeOther, once

from . import frame, parsing, queues, takeaway
from .queues import Filters, Queue
from .rows import queue_rows

BULK_MAX = 100
EXPORT_MAX = 5000


@require_GET
@door.staff_only
def home(request: HttpRequest) -> HttpResponse:
    """The desk: the most pressing queue, and everything else on the rail."""
    by, at = door.actor(request), door.now(request)
    lines = frame.rail(by, at, None)
    pressing = max(lines, key=lambda line: (line["late"], line["soon"], line["n"]), default=None)
    first = queues.queue_of(pressing["key"] if pressing else "placed")
    return _overview(request, first)


@require_GET
@door.staff_only
def queue(request: HttpRequest, key: str) -> HttpResponse:
    """One queue with nothing opened yet."""
    found = queues.queue_of(key)
    if frame.is_htmx(request) and request.headers.get("HX-Target") == "queue-list":
        return _fresh(request, found)
    return _overview(request, found)


def _fresh(request: HttpRequest, found: Queue) -> HttpResponse:
    """The list again for a page that lies open; nothing at all when it already shows it."""
    by, at = door.actor(request), door.now(request)
    lines = frame.rail(by, at, found)
    parts = frame.list_parts(request, found, at, lines, request.GET.get("open"))
    if request.GET.get("seen") == parts["seen"]:
        return frame.kept_nowhere(HttpResponse(status=204))
    more = {"queue": found, "rail": lines, "can_act": queues.works_here(by), **parts}
    return frame.kept_nowhere(render(request, "desk/fresh.html", more))


def _overview(request: HttpRequest, found: Queue) -> HttpResponse:
    return frame.three_zones(request, queue=found, template="desk/overview.html")


@require_GET
@door.staff_only
def table(request: HttpRequest, key: str) -> HttpResponse:
    """The same rows as a table, for reading, printing and taking away."""
    by, found = door.actor(request), queues.queue_of(key)
    listed = frame.listed(request, found, door.now(request))
    there = f"?{listed.query}" if listed.query else ""
    rows = [
        {
            "cells": [
                {"text": item["number"], "href": item["href"]},
                {"text": item["title"]},
                {"text": item["kind"]},
                {"text": item["place"]},
                {"text": item["who"]},
                {"state": item["state"]},
                {"text": item["clock"]["words"] if item["clock"] else ""},
                {"text": item["people"], "num": True},
            ]
        }
        for item in listed.items
    ]
    context = {
        "queue": found,
        "page": listed.page,
        "back": reverse("desk_queue", args=[key]) + there,
        "table": {
            "id": "queue-table",
            "caption": f"{found.label} · {listed.page.paginator.count}",
            "columns": [{"label": h} for h in heads_of()[:7]] + [{"label": _("人数"), "num": True}],
            "rows": rows,
            "xlsx_url": reverse("desk_export", args=[key, "xlsx"]) + there,
            "csv_url": reverse("desk_export", args=[key, "csv"]) + there,
            "empty": {"icon": "inbox", "sentence": _("这里是空的"), "fill": found.empty},
        },
        **frame.filter_choices(by),
    }
    return frame.plain(request, "desk/table.html", "queues", **context)


def heads_of() -> list[str]:
    """The columns of every list, on the screen and in the file."""
    return [_("单号"), _("标题"), _("类型"), _("地点"), _("人"), _("状态"), _("时限"), _("人数")]


@require_GET
@door.staff_only
def export(request: HttpRequest, key: str, form: str) -> HttpResponse:
    """What the table shows, all pages of it, as a file."""
    by, at, found = door.actor(request), door.now(request), queues.queue_of(key)
    rows = list(queues.rows_of(found, by, Filters.of(request.GET, by))[:EXPORT_MAX])
    items = queue_rows(found, rows, at, by)
    cells = [
        [
            i["number"],
            i["title"],
            i["kind"],
            i["place"],
            i["who"],
            i["state"]["word"],
            i["due"],
            i["people"],
            i["since"],
            i["channel"],
        ]
        for i in items
    ]
    heads = [*heads_of(), _("收到"), _("渠道")]
    give = takeaway.as_xlsx if form == "xlsx" else takeaway.as_csv
    return give(f"{found.label}-{at:%Y%m%d}", heads, cells)


@require_POST
@door.staff_only
def bulk(request: HttpRequest, key: str) -> HttpResponse:
    """One verb on every ticked row; each row answers for itself."""
    by, found = door.actor(request), queues.queue_of(key)
    verb = request.POST.get("verb", "")
    ids = parsing.uuids(request.POST.getlist("ids")[:BULK_MAX])
    there = f"{reverse('desk_queue', args=[key])}?{request.GET.urlencode()}"
    if not ids:
        messages.warning(request, _("请先勾选要办的单子。"))
        return SeeOther(there)
    if verb == "arrange" and found.noun == "request":
        named = "&".join(f"ids={i}" for i in ids)
        return SeeOther(f"{reverse('desk_merge')}?{named}")

    def acted() -> str:
        if verb not in found.bulk:
            raise Refusal("unknown_verb", _("这里不能批量做这一步。"), status=404)
        reason = request.POST.get("reason", "").strip()
        results = [_one(found.noun, i, verb, reason, by, door.now(request)) for i in ids]
        _tell(request, verb, found, results)
        return there

    return once(request, acted)


def _one(
    noun: str, subject_id: UUID, verb: str, reason: str, by: Actor, at: datetime
) -> tuple[str, str]:
    """The number and, when refused, why; one row's no leaves the others alone."""
    do = conductor.do_request if noun == "request" else conductor.do_job
    words: dict[str, Any] = {"reason": reason} if verb in ("return_order", "send_back") else {}
    try:
        row = do(subject_id, verb, by=by, at=at, **words)
    except Refusal as refusal:
        return str(subject_id)[-6:], refusal.sentence
    return row.number, ""


def _tell(
    request: HttpRequest, verb: str, found: Queue, results: Sequence[tuple[str, str]]
) -> None:
    label = VERBS[(found.noun, verb)].label
    good = [number for number, why in results if not why]
    if good:
        numbers = "、".join(good[:8]) + ("…" if len(good) > 8 else "")
        messages.success(
            request,
            _("%(verb)s:%(n)d 件办好(%(numbers)s)")
            % {"verb": label, "n": len(good), "numbers": numbers},
        )
    for number, why in results:
        if why:
            messages.error(request, f"{number}:{why}")
