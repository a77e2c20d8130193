"""导入五组记录: another system's export is looked at line by line, then read in, or taken back."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from diandan.ground.people.actor import Actor
from diandan.ground.places import queries as places
from diandan.ground.places.models import Place
from diandan.ground.places.sheet import Imported
from diandan.kit.refusal import Refusal, forbidden
from diandan.square.certificate.actions.bring import bring, take_back
from diandan.square.certificate.export import EXPORTERS, HEADS
from diandan.square.certificate.outside import Brought
from diandan.web import door

from . import frame

SALT = "desk.bring"
KEPT_SECONDS = 3600
# What was looked at travels back inside the confirmation; beyond this the file is to be split.
KEPT_BYTES = 2 * 1024 * 1024
SHOWN = 500
LISTED = 50


def _centre(by: Actor) -> Place:
    """The centre whose record she may read in."""
    for grant in by.grants:
        if grant.role in EXPORTERS:
            centre = places.center_of(places.by_id(grant.place_id))
            if by.holds(EXPORTERS, centre.path):
                return centre
    raise forbidden(_("导入记录由中心的工作人员办理。"), "not_your_place")


@require_http_methods(["GET", "POST"])
@door.staff_only
def bringing(request: HttpRequest) -> HttpResponse:
    """Upload and look; then confirm."""
    by, at = door.actor(request), door.now(request)
    centre = _centre(by)
    if request.method == "POST" and "kept" in request.POST:
        return _confirm(request, centre)
    if request.method != "POST":
        return _page(request, centre)
    group, source = request.POST.get("group", ""), request.POST.get("source", "")
    try:
        content = _content(request)
        seen = _run(content, group, source, centre, by, at, dry_run=True)
    except Refusal as no:
        if no.status in door.NOT_A_FORMS:
            raise
        return _page(request, centre, no=no)
    kept = ""
    if not seen.troubles:
        file = base64.b64encode(content).decode()
        words = {"group": group, "source": source, "centre": centre.id, "file": file}
        kept = signing.dumps(words, salt=SALT, compress=True)
    return _page(request, centre, seen=seen, kept=kept)


def _content(request: HttpRequest) -> bytes:
    file = request.FILES.get("file")
    if file is None:
        raise Refusal("file", _("请选一个文件。"), field="file")
    if (file.size or 0) > KEPT_BYTES:
        raise Refusal("file_too_big", _("网页上一次最多 2 MB,更大的请分几次。"), field="file")
    content: bytes = file.read()
    return content


def _run(
    content: bytes,
    group: str,
    source: str,
    centre: Place,
    by: Actor,
    at: datetime,
    *,
    dry_run: bool,
) -> Imported:
    return bring(content, group=group, source=source, centre=centre, by=by, at=at, dry_run=dry_run)


def _page(
    request: HttpRequest,
    centre: Place,
    *,
    seen: Imported | None = None,
    kept: str = "",
    no: Refusal | None = None,
) -> HttpResponse:
    batches = Brought.objects.filter(centre=centre).annotate(n=Count("rows", distinct=True))
    numbers = batches.annotate(bound=Count("numbers", distinct=True)).select_related("by")
    context: dict[str, Any] = {
        "seen": seen,
        "kept": kept,
        "no": no,
        "troubles": seen.troubles[:SHOWN] if seen else [],
        "typed": request.POST,
        "groups": Brought.Group.choices,
        "heads": [
            {"label": label, "names": "、".join(HEADS[group])}
            for group, label in Brought.Group.choices
        ],
        "batches": [
            {
                "id": b.id,
                "group": b.get_group_display(),
                "source": b.source,
                "at": b.at,
                "n": getattr(b, "n", 0) + getattr(b, "bound", 0),
                "dropped_at": b.dropped_at,
            }
            for b in numbers.order_by("-at")[:LISTED]
        ],
    }
    status = no.status if no else 200
    return frame.plain(request, "desk/bringing.html", "certificates", status=status, **context)


def _confirm(request: HttpRequest, centre: Place) -> HttpResponse:
    by, at = door.actor(request), door.now(request)
    try:
        kept = signing.loads(request.POST["kept"], salt=SALT, max_age=KEPT_SECONDS)
    except signing.BadSignature:
        stale = Refusal("stale_form", _("这次检查已过期,请重新上传。"), field="file")
        return _page(request, centre, no=stale)
    if kept["centre"] != centre.id:
        raise forbidden(_("导入记录由中心的工作人员办理。"), "not_your_place")
    content = base64.b64decode(kept["file"])

    def act() -> str:
        done = _run(content, kept["group"], kept["source"], centre, by, at, dry_run=False)
        if done.troubles:
            raise Refusal("rows_refused", str(done.troubles[0]), field="file")
        frame.said(
            request,
            _("已写入 %(new)d 行,原来就有 %(same)d 行。") % {"new": done.new, "same": done.same},
        )
        return reverse("desk_bringing")

    return frame.act(
        request, "bring", act, lambda failed: _page(request, centre, no=failed.refusal)
    )


@require_POST
@door.staff_only
def undo(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Take one file's rows back out."""
    by, at = door.actor(request), door.now(request)
    centre = _centre(by)

    def act() -> str:
        take_back(batch_id, by=by, at=at)
        frame.said(request, _("已撤销这次导入。"))
        return reverse("desk_bringing")

    return frame.act(request, "undo", act, lambda failed: _page(request, centre, no=failed.refusal))
