"""点名: a leader ticks who is there; another who is there, or who asked, says she saw them too."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_time
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from diandan.flow import attending
from diandan.ground.people import queries as people
from diandan.kit.refusal import Refusal, missing
from diandan.kit.units import local
from diandan.path.engage import queries
from diandan.path.engage.models import Engagement, Task
from diandan.path.fulfil.actions.roll import may_witness, roll_call, witness
from diandan.path.fulfil.models import RollCall
from diandan.web import door
from diandan.web.shared.once import once
from diandan.web.shared.qr import qr_svg
from diandan.web.volunteer.frame import page

COMING = (Task.State.PROPOSED, Task.State.CONFIRMED, Task.State.ON_WAY)


@require_http_methods(["GET", "POST"])
@door.signed_in
def call(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The leader's list, first for who came, later for who leaves."""
    by, at = door.actor(request), door.now(request)
    row = queries.engagement_led(job_id, by)
    if request.method != "POST":
        return _call_page(request, row)

    def act() -> str:
        when = parse_time(request.POST.get("when", "") or "")
        said = None
        if when is not None:
            said = local(at).replace(hour=when.hour, minute=when.minute, second=0, microsecond=0)
        made = attending.call_roll(
            row,
            _uuids(request.POST.getlist("tasks")),
            end=request.POST.get("end", ""),
            when=said,
            by=by,
            at=at,
        )
        messages.success(request, _("已点名。请另一位在场的人见证,不然只能算申报时长。"))
        return f"/v/roll-calls/{made.id}"

    try:
        return once(request, act)
    except ValueError:
        no = Refusal("when", _("请按 14:05 这样填时间。"), field="when")
        return _call_page(request, row, no)
    except Refusal as no:
        if no.field not in ("tasks", "when", "end"):
            raise
        return _call_page(request, row, no)


def _call_page(request: HttpRequest, row: Engagement, error: Refusal | None = None) -> HttpResponse:
    at = door.now(request)
    tasks = [] if row.ended_at else queries.living_tasks(row)
    names = people.person_names(
        [t.person_id for t in tasks], reader=door.actor(request), at=at, why="roll_call"
    )
    ticked = set(request.POST.getlist("tasks"))
    lists = [
        {
            "end": end.value,
            "label": str(label),
            "rows": [
                {
                    "value": t.id,
                    "name": names.get(t.person_id, ""),
                    "state": t.get_state_display(),
                    "chosen": str(t.id) in ticked,
                }
                for t in tasks
                if t.state in states
            ],
        }
        for end, label, states in (
            (RollCall.End.IN, _("谁到了"), COMING),
            (RollCall.End.OUT, _("谁走了"), (Task.State.CHECKED_IN,)),
        )
    ]
    context: dict[str, Any] = {
        "id": row.job_id,
        "kind": row.job.kind.name,
        "lists": [one for one in lists if one["rows"]],
        "error": error,
        "end": request.POST.get("end", ""),
        "when": request.POST.get("when", ""),
    }
    return page(request, "roll", context, tab="/v/tasks", status=error.status if error else 200)


@require_http_methods(["GET", "POST"])
@door.signed_in
def witnessed(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """The names of a roll call: the leader shows its code, another person ticks whom she saw."""
    by, at = door.actor(request), door.now(request)
    row = roll_call(call_id)
    is_caller = row.by_id == by.person_id
    if not is_caller and not may_witness(row, by):
        raise missing(_("没有找到这次点名,或您不在现场。"))
    if request.method != "POST":
        return _witness_page(request, row)

    def act() -> str:
        new = witness(row, _uuids(request.POST.getlist("tasks")), by=by, at=at)
        if new:
            messages.success(request, _("谢谢您见证。"))
        return f"/v/roll-calls/{call_id}"

    try:
        return once(request, act)
    except Refusal as no:
        if no.field != "tasks":
            raise
        return _witness_page(request, row, no)


def _witness_page(
    request: HttpRequest, row: RollCall, error: Refusal | None = None
) -> HttpResponse:
    by, at = door.actor(request), door.now(request)
    lines = list(row.lines.select_related("task").order_by("id"))
    ids = [line.task.person_id for line in lines]
    is_team = row.engagement.team_id in by.member_of
    names = (
        people.person_names(ids, reader=by, at=at, why="roll_call")
        if is_team
        else people.masked_names(ids)
    )
    link = f"{settings.PUBLIC_URL}/v/roll-calls/{row.id}"
    context = {
        "kind": row.engagement.job.kind.name,
        "end": row.get_end_display(),
        "at": row.at,
        "lines": [
            {
                "value": line.task_id,
                "name": names.get(line.task.person_id, ""),
                "is_seen": line.witness_id is not None,
                "is_own": line.task.person_id == by.person_id,
            }
            for line in lines
        ],
        "may": may_witness(row, by)
        and any(line.witness_id is None and line.task.person_id != by.person_id for line in lines),
        "is_caller": row.by_id == by.person_id,
        "job_id": row.engagement.job_id,
        "qr": qr_svg(link, scale=5, title=_("见证点名")) if row.by_id == by.person_id else "",
        "error": error,
    }
    return page(request, "witness", context, tab="/v/tasks", status=error.status if error else 200)


def _uuids(values: list[str]) -> list[UUID]:
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found
