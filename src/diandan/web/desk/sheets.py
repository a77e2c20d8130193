"""纸质签到表: printed with a QR a line for where no phone works; entered later by an officer.

The eight characters under a QR can be typed, or read by a hand scanner that types and presses
Enter; a phone that scans the QR opens the same page.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from diandan.flow import attending
from diandan.ground.people import queries as people
from diandan.kit.refusal import Refusal
from diandan.kit.units import local
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import visible
from diandan.path.fulfil.actions.sheet import line_of, print_sheet
from diandan.path.fulfil.models import SheetLine
from diandan.web import door
from diandan.web.desk.rows import say_window
from diandan.web.shared.once import SeeOther
from diandan.web.shared.qr import qr_svg

from . import frame, parsing


@require_GET
@door.staff_only
def sheet(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """A4: a line for everybody who is going, with her own QR."""
    by, at = door.actor(request), door.now(request)
    job = visible(by).select_related("place", "kind", "centre").filter(id=job_id).first()
    if job is None:
        raise Refusal("not_found", _("没有找到这张服务单。"), status=404)
    lines = print_sheet(job, by=by, at=at)
    names = people.person_names(
        [line.task.person_id for line in lines], reader=by, at=at, why="sheet"
    )
    context = {
        "slip": {
            "number": job.number,
            "number_label": _("服务单"),
            "title": _("志愿者签到表"),
            "centre": job.place.full_name,
            "promise": f"{job.kind.name} {say_window(job.starts_at, job.ends_at)}",
            "phone": job.place.phone,
        },
        "lines": [
            {
                "name": names.get(line.task.person_id, ""),
                "team": line.task.engagement.team.name,
                "code": f"{line.code[:4]} {line.code[4:]}",
                "qr": qr_svg(f"{settings.PUBLIC_URL}/desk/sheet/{line.code}", scale=2),
            }
            for line in lines
        ],
    }
    return render(request, "desk/sheet.html", context)


@require_GET
@door.staff_only
def entry(request: HttpRequest) -> HttpResponse:
    """One field for the code; a hand scanner fills it and presses Enter."""
    typed = "".join(request.GET.get("code", "").split()).upper()[:10]
    error = None
    if typed:
        try:
            line_of(typed, door.actor(request))
        except Refusal as no:
            error = no
        else:
            return SeeOther(reverse("desk_sheet_line", args=[typed]))
    return frame.plain(
        request,
        "desk/sheet_entry.html",
        "doubts",
        status=error.status if error else 200,
        error=error,
        typed=typed,
    )


@require_http_methods(["GET", "POST"])
@door.staff_only
def line(request: HttpRequest, line_code: str) -> HttpResponse:
    """One line's hours, as written on the paper."""
    by, at = door.actor(request), door.now(request)
    row = line_of(line_code, by)
    if request.method != "POST":
        return _line_page(request, row)

    def acted() -> str:
        attending.enter_line(
            row.task_id,
            came_at=_moment(request, "came_at"),
            left_at=_moment(request, "left_at"),
            note=request.POST.get("note", ""),
            by=by,
            at=at,
        )
        frame.said(request, _("已补录。这次算申报时长,要由另一位同事核对后才入账。"), "line")
        return reverse("desk_sheet_entry")

    return frame.act(request, "line", acted, lambda failed: _line_page(request, row, failed))


def _moment(request: HttpRequest, name: str) -> datetime:
    found = parsing.moment(request, name)
    if found is None:
        raise Refusal("no_time", _("请照签到表填写到场和离场的时间。"), field=name)
    return found


def _line_page(
    request: HttpRequest, row: SheetLine, failed: frame.Failed | None = None
) -> HttpResponse:
    job: Job = row.task.engagement.job
    seen = getattr(row.task, "attendance", None)
    typed: dict[str, Any] = dict(failed.typed) if failed else {}
    return frame.plain(
        request,
        "desk/sheet_line.html",
        "doubts",
        status=failed.refusal.status if failed else 200,
        failed=failed,
        who=people.masked_name(row.task.person),
        team=row.task.engagement.team.name,
        number=job.number,
        kind=job.kind.name,
        when=say_window(job.starts_at, job.ends_at),
        code=row.code,
        seen=seen,
        came_at=typed.get("came_at", _field(job.starts_at)),
        left_at=typed.get("left_at", _field(job.ends_at)),
        note=typed.get("note", ""),
    )


def _field(moment: datetime | None) -> str:
    return f"{local(moment):%Y-%m-%dT%H:%M}" if moment else ""
