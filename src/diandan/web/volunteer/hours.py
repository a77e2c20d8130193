"""我的时长: each session with how it was proved and counted, and the ways to say it is not so."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from diandan.ground.people.queries import masked_names
from diandan.ground.places.models import Place
from diandan.kit.refusal import Refusal, missing
from diandan.kit.units import local
from diandan.path.ledger.actions.notice import object_to
from diandan.path.ledger.actions.pause import appeal, living_pause
from diandan.path.ledger.core import Rules
from diandan.path.ledger.models import Objection, Transfer
from diandan.path.ledger.queries_group import together_at
from diandan.path.ledger.queries_hours import Stood, board_of, hours_of, session_rows, totals_of
from diandan.path.ledger.rulebook import named, rules_for
from diandan.web import door
from diandan.web.desk import takeaway
from diandan.web.shared import hour_words
from diandan.web.shared.once import once
from diandan.web.volunteer.frame import page

MORE_THAN_ONE = 2
KINDS = (Objection.Kind.WRONG, Objection.Kind.DID_NOT_COME, Objection.Kind.OTHER)


def _group(row: Transfer) -> str:
    """How her part adds up with that of those who went with her."""
    task = row.task
    found = together_at(task.engagement_id) if task is not None else None
    if found is None or found.people < MORE_THAN_ONE:
        return ""
    return _(
        "同去 %(n)d 人,入账合计已核实 %(verified)s、补录 %(declared)s;团体时长是各人的合计,"
        "您只记自己的。"
    ) % {
        "n": found.people,
        "verified": hour_words.hours(found.verified),
        "declared": hour_words.hours(found.declared),
    }


@require_safe
@door.signed_in
def hours(request: HttpRequest) -> HttpResponse:
    """All of it, verified and declared in two totals that are never added."""
    me, at = door.me(request), door.now(request)
    totals = totals_of(me.id)
    centre = door.centre()
    context = {
        "sessions": [_card(one) for one in hours_of(me.id)],
        "totals": [
            _total(_("已核实时长"), totals.get("verified", (0, 0))),
            _total(_("补录时长"), totals.get("declared", (0, 0))),
        ],
        "points": totals.get("points", (0, 0)),
        "rules": _rules(rules_for(centre, local(at).date())) if centre else None,
        "pause": living_pause(me.id, centre) if centre else None,
        "csv_url": reverse("v_hours_export", args=["csv"]),
        "json_url": reverse("v_hours_export", args=["json"]),
    }
    return page(request, "hours", context, tab="/v/hours")


def _total(label: str, figures: tuple[int, int]) -> dict[str, str]:
    posted, coming = figures
    return {
        "label": label,
        "posted": hour_words.hours(posted),
        "coming": hour_words.hours(coming) if coming else "",
    }


def _rules(rules: Rules) -> dict[str, Any]:
    return {
        "title": rules.title,
        "source": rules.source,
        "lines": hour_words.rule_lines(rules),
    }


def _card(one: Stood) -> dict[str, Any]:
    row = one.minutes
    assert row.task is not None
    job = row.task.engagement.job
    seen = one.attendance
    return {
        "href": reverse("v_session", args=[row.task_id]),
        "kind": job.kind.name,
        "icon": job.kind.icon,
        "team": row.task.engagement.team.name,
        "number": job.number,
        "place": job.place.name,
        "day": seen.in_at if seen else job.starts_at or row.at,
        "minutes": hour_words.hours(row.amount),
        "grade": hour_words.grade(row.credit.grade),
        "is_verified": row.credit.grade == "verified",
        "points": one.points,
        "corrected": hour_words.hours(one.corrected) if one.corrected else "",
        "state": hour_words.state(one),
        "until": row.notice_until if one.state in ("notice", "second") else None,
    }


@require_POST
@door.signed_in
def appeal_pause(request: HttpRequest, pause_id: UUID) -> HttpResponse:
    """What she says to a pause; somebody reads it before she is asked again."""
    by, at = door.actor(request), door.now(request)

    def act() -> str:
        appeal(pause_id, text=request.POST.get("text", ""), by=by, at=at)
        messages.success(
            request, _("已收到您的说明,等实践站核实。"), extra_tags=f"done:p-{pause_id}"
        )
        return reverse("v_hours")

    return once(request, act)


@require_safe
@door.signed_in
def session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """One session: proofs, arithmetic, notice, and what she may do."""
    return _session_page(request, _own(request, session_id))


def _own(request: HttpRequest, task_id: UUID) -> Stood:
    found = session_rows(task_id)
    me = door.me(request)
    if found is None or found.minutes.task is None or found.minutes.task.person_id != me.id:
        raise missing(_("没有找到这次服务的时长。"), "unknown_session")
    return found


def _session_page(
    request: HttpRequest, one: Stood, error: Refusal | None = None, *, asks: bool = False
) -> HttpResponse:
    row = one.minutes
    rules = named(row.data.get("rules", ""))
    people = {x.by_id for x in (one.declaration, one.confirmation) if x}
    names = masked_names(people)
    settlement = getattr(row, "settlement", None)
    said = one.objection
    context = {
        "one": _card(one),
        "task_id": row.task_id,
        "proofs": hour_words.proofs(one),
        "lacking": hour_words.lacking(row.data.get("missing", ())),
        "steps": hour_words.steps(row.data),
        "group": _group(row) if one.state == "posted" else "",
        "rules": _rules(rules) if rules else None,
        "said_by": names.get(one.declaration.by_id, "") if one.declaration else "",
        "stood_by": names.get(one.confirmation.by_id, "") if one.confirmation else "",
        "entered_at": row.at,
        "until": row.notice_until,
        "posted_at": settlement.at if settlement and one.state == "posted" else None,
        "objection": {
            "kind": str(said.get_kind_display()),
            "text": said.text,
            "at": said.at,
            # Who said it is the officers' to know: a neighbour must be able to speak up.
            "who": _("您本人") if said.by_id == door.me(request).id else _("有人"),
            "settled_at": said.settled_at,
            "settlement": said.settlement,
            "upheld": said.is_upheld,
        }
        if said
        else None,
        "may_object": one.state in ("notice", "second"),
        "kinds": [{"value": k.value, "label": k.label} for k in KINDS],
        "error": error,
        "typed": request.POST.get("text", ""),
        "asks": asks or request.GET.get("asks") == "1",
        "corrected": one.corrected,
    }
    status = error.status if error else 200
    return page(request, "session", context, tab="/v/hours", status=status)


@require_http_methods(["POST"])
@door.signed_in
def object_(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """异议, or 这不是我: stops the posting until somebody else has looked."""
    one = _own(request, session_id)
    by, at = door.actor(request), door.now(request)
    kind = request.POST.get("kind", "")
    is_not_me = kind == Objection.Kind.NOT_ME

    def act() -> str:
        if kind not in Objection.Kind.values:
            raise Refusal("kind", _("请选择哪里不对。"), field="kind")
        object_to(
            one.minutes.id,
            kind=Objection.Kind(kind),
            text=request.POST.get("text", ""),
            by=by,
            at=at,
        )
        said = _("已停止入账,等实践站查清。") if is_not_me else _("异议已提交,查清之前不入账。")
        messages.success(request, said, extra_tags=f"done:object-{session_id}")
        return reverse("v_session", args=[session_id]) + ("?asks=1" if is_not_me else "")

    try:
        return once(request, act)
    except Refusal as no:
        if no.status in (401, 403, 404):
            raise
        return _session_page(request, one, no)


@require_safe
@door.signed_in
def export(request: HttpRequest, form: str) -> HttpResponse:
    """Everything of hers, as a table or as JSON (PIPL 45: see, copy, move)."""
    rows = [_flat(one) for one in hours_of(door.me(request).id)]
    if form == "json":
        answer = JsonResponse(
            {"hours": rows}, json_dumps_params={"ensure_ascii": False, "default": str}
        )
        answer["Content-Disposition"] = 'attachment; filename="hours.json"'
        return answer
    heads = [
        *(_("日期"), _("服务"), _("地点"), _("队伍"), _("单号")),
        *(_("分钟"), _("等级"), _("积分"), _("状态"), _("怎么算的"), _("公示到")),
    ]
    cells = [list(row.values()) for row in rows]
    return takeaway.as_csv(_("我的时长"), heads, cells)


def _flat(one: Stood) -> dict[str, Any]:
    card = _card(one)
    return {
        "day": f"{local(card['day']):%Y-%m-%d}",
        "kind": card["kind"],
        "place": card["place"],
        "team": card["team"],
        "number": card["number"],
        "minutes": one.minutes.amount - one.corrected,
        "grade": card["grade"],
        "points": one.points,
        "state": card["state"]["word"],
        "counted": ";".join(hour_words.steps(one.minutes.data)),
        "notice_until": f"{local(one.minutes.notice_until):%Y-%m-%d %H:%M}"
        if one.minutes.notice_until
        else "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
def board(request: HttpRequest) -> HttpResponse:
    """公示: a centre's hours on notice, masked; whoever is signed in may say that it is not so."""
    centre = door.centre()
    if centre is None:
        raise missing(_("还没有建好实践中心。"), "no_centre")
    if request.method == "POST":
        return _object_on_board(request, centre)
    return _board_page(request, centre)


def _board_page(request: HttpRequest, centre: Place, no: Refusal | None = None) -> HttpResponse:
    rows = board_of(centre)
    names = masked_names(row.credit.person_id for row in rows if row.credit.person_id)
    open_ones = set(
        Objection.objects.filter(transfer__in=rows, settled_at=None).values_list(
            "transfer", flat=True
        )
    )
    context = {
        "centre": centre.name,
        "rows": [_line(row, names, row.id in open_ones) for row in rows],
        "signed_in": door.actor(request).person_id is not None,
        "kinds": [{"value": k.value, "label": k.label} for k in KINDS],
        "error": no,
        "failed_on": request.POST.get("transfer", "") if no else "",
        "typed": request.POST.get("text", ""),
    }
    return page(request, "hours_board", context, status=no.status if no else 200)


def _line(row: Transfer, names: dict[UUID, str], is_objected: bool) -> dict[str, Any]:
    assert row.task is not None
    job = row.task.engagement.job
    person_id = row.credit.person_id
    return {
        "id": str(row.id),
        "who": names.get(person_id, "") if person_id else "",
        "kind": _("一次服务") if job.is_private else job.kind.name,
        "place": job.place.name,
        "team": row.task.engagement.team.name,
        "minutes": hour_words.hours(row.amount),
        "grade": hour_words.grade(row.credit.grade),
        "until": row.notice_until,
        "is_objected": is_objected,
    }


def _object_on_board(request: HttpRequest, centre: Place) -> HttpResponse:
    door.me(request)  # whoever is not signed in is led to sign in first
    by, at = door.actor(request), door.now(request)

    def act() -> str:
        try:
            transfer_id = UUID(request.POST.get("transfer", ""))
        except ValueError:
            raise missing(_("没有找到这一笔。"), "unknown_transfer") from None
        kind = request.POST.get("kind", "")
        if kind not in [k.value for k in KINDS]:
            raise Refusal("kind", _("请选择哪里不对。"), field="kind")
        object_to(
            transfer_id,
            kind=Objection.Kind(kind),
            text=request.POST.get("text", ""),
            by=by,
            at=at,
        )
        messages.success(request, _("异议已提交,查清之前不入账。"))
        return reverse("hours_board")

    try:
        return once(request, act)
    except Refusal as no:
        if no.status in (401, 403, 404):
            raise
        return _board_page(request, centre, no)
