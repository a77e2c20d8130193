"""存疑时长: the officer's queue of doubtful hours, with what was compared and who decides."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from diandan.ground.people.queries import masked_names
from diandan.kit.units import local
from diandan.path.fulfil.actions.doubt import decide as decide_doubt
from diandan.path.fulfil.models import Attendance, Doubt
from diandan.path.fulfil.policies import may_decide
from diandan.path.fulfil.queries_doubts import doubt_in, doubts_in
from diandan.web import door
from diandan.web.shared.doubt_words import figures_said, state_of

from . import frame, takeaway

PAGE_SIZE = 20
SESSIONS_MAX = 30
STATES = ("open", "decided")


@require_GET
@door.staff_only
def doubts(request: HttpRequest) -> HttpResponse:
    """Open ones first; the decided ones are its history."""
    return _page(request)


def _page(request: HttpRequest, failed: frame.Failed | None = None) -> HttpResponse:
    state, kind = _asked(request)
    found = _found(request)
    shown = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page", ""))
    kinds = [
        {"value": value, "label": label, "chosen": value == kind} for value, label in Doubt.KINDS
    ]
    query = request.GET.urlencode()
    return frame.plain(
        request,
        "desk/doubts.html",
        "doubts",
        status=failed.refusal.status if failed else 200,
        failed=failed,
        state=state,
        kinds=kinds,
        is_narrowed=bool(kind),
        rows=_rows(request, list(shown), failed),
        total=len(found),
        pages=shown,
        xlsx_url=f"{reverse('desk_doubts_export', args=['xlsx'])}?{query}",
        csv_url=f"{reverse('desk_doubts_export', args=['csv'])}?{query}",
    )


def _asked(request: HttpRequest) -> tuple[str, str]:
    state = request.GET.get("state", "")
    kind = request.GET.get("kind", "")
    known = {value for value, _label in Doubt.KINDS}
    return (state if state in STATES else STATES[0]), (kind if kind in known else "")


def _found(request: HttpRequest) -> list[Doubt]:
    state, kind = _asked(request)
    rows = doubts_in(door.actor(request)).filter(settled_at__isnull=state == "open")
    return list(rows.filter(kind=kind) if kind else rows)


def _rows(
    request: HttpRequest, found: list[Doubt], failed: frame.Failed | None = None
) -> list[dict[str, Any]]:
    by, at = door.actor(request), door.now(request)
    ids = {UUID(one) for row in found for one in row.evidence[:SESSIONS_MAX]}
    seen = _sessions(ids)
    named = {row.task.person_id for row in found}
    named |= {row.settled_by_id for row in found if row.settled_by_id}
    names = masked_names(named)
    return [
        {
            "id": row.id,
            "label": row.get_kind_display(),
            "words": figures_said(row),
            "who": names.get(row.task.person_id, ""),
            "team": row.task.engagement.team.name,
            "number": row.task.engagement.job.number,
            "job_url": reverse("desk_job", args=[row.task.engagement.job_id]),
            "kind": row.task.engagement.job.kind.name,
            "place": row.task.engagement.job.place.name,
            "found_at": row.found_at,
            "sessions": [seen[UUID(one)] for one in row.evidence if UUID(one) in seen],
            "state": state_of(row, at),
            "is_open": row.settled_at is None,
            "may": row.settled_at is None and may_decide(by, row),
            "reason": row.reason,
            "settled_at": row.settled_at,
            "settled_by": names.get(row.settled_by_id, "") if row.settled_by_id else "",
            "error": failed.refusal if failed and failed.form == f"doubt-{row.id}" else None,
            "typed": failed.typed.get("reason", "")
            if failed and failed.form == f"doubt-{row.id}"
            else "",
        }
        for row in found
    ]


def _sessions(ids: set[UUID]) -> dict[UUID, dict[str, Any]]:
    """Each session of the evidence in one line: who, when, where, how each end was proved."""
    related = ("task__engagement__job__place", "task__engagement__job__kind")
    rows = list(Attendance.objects.filter(task_id__in=ids).select_related(*related))
    people = {p for r in rows for p in (r.task.person_id, r.in_by_id, r.out_by_id) if p}
    names = masked_names(people)
    return {
        r.task_id: {
            "who": names.get(r.task.person_id, ""),
            "where": r.task.engagement.job.place.name,
            "kind": r.task.engagement.job.kind.name,
            "number": r.task.engagement.job.number,
            "day": r.in_at,
            "from": f"{local(r.in_at):%H:%M}",
            "until": f"{local(r.out_at):%H:%M}" if r.out_at else "",
            "in": _end(r.get_in_proof_display(), r.in_by_id, r.task.person_id, names, r.in_fence),
            "out": _end(
                r.get_out_proof_display() if r.out_proof else _("没有码"),
                r.out_by_id,
                r.task.person_id,
                names,
                r.out_fence,
            ),
        }
        for r in rows
    }


def _end(proof: object, by: UUID | None, whose: UUID, names: dict[UUID, str], fence: str) -> str:
    said = [str(proof)]
    if by is not None and by != whose:
        said.append(_("%(who)s 记的") % {"who": names.get(by, "")})
    if fence:
        said.append(str(Attendance.Fence(fence).label))
    return _(",").join(said)


@require_POST
@door.staff_only
def decide(request: HttpRequest, doubt_id: UUID) -> HttpResponse:
    """没有问题, 只算申报 or 不计, with the reason the volunteer reads."""
    by, at = door.actor(request), door.now(request)
    doubt_in(doubt_id, by)

    def acted() -> str:
        row = decide_doubt(
            doubt_id,
            outcome=request.POST.get("outcome", ""),
            reason=request.POST.get("reason", ""),
            by=by,
            at=at,
        )
        frame.said(
            request,
            _("已核查:%(outcome)s。志愿者会收到通知。") % {"outcome": row.get_outcome_display()},
            f"doubt-{doubt_id}",
        )
        return reverse("desk_doubts")

    return frame.act(request, f"doubt-{doubt_id}", acted, lambda failed: _page(request, failed))


@require_GET
@door.staff_only
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The list as it is filtered."""
    heads = [
        *(_("发现时间"), _("疑点"), _("说明"), _("志愿者"), _("队伍"), _("服务单"), _("地点")),
        *(_("结果"), _("核查说明"), _("核查人"), _("核查时间")),
    ]
    cells = [
        [
            r["found_at"],
            r["label"],
            r["words"],
            r["who"],
            r["team"],
            r["number"],
            r["place"],
            r["state"].word,
            r["reason"],
            r["settled_by"],
            r["settled_at"],
        ]
        for r in _rows(request, _found(request))
    ]
    give = takeaway.as_xlsx if form == "xlsx" else takeaway.as_csv
    return give(_("存疑时长"), heads, cells)
