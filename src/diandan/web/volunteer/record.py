"""我的志愿服务记录: the five groups, a copy to take away, what is wrong, and her certificates."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from diandan.ground.people.queries import own
from diandan.ground.places.models import Place
from diandan.kit.refusal import Refusal
from diandan.kit.units import local
from diandan.square.certificate import queries
from diandan.square.certificate.actions.apply import apply_for
from diandan.square.certificate.actions.bring import drop_own
from diandan.square.certificate.actions.entries import ask_correction
from diandan.square.certificate.badge import hours
from diandan.square.certificate.models import Certificate, CorrectionAsked
from diandan.square.certificate.record import Groups, as_plain, groups
from diandan.web import door
from diandan.web.shared.once import once
from diandan.web.volunteer.frame import page

SHOWN = 30
HERE = "/v/record"
TONES = {"valid": "good", "posted": "wait", "applied": "wait", "handled": "wait"}


@require_safe
@door.signed_in
def record(request: HttpRequest) -> HttpResponse:
    """The record as it stands today."""
    return _page(request)


def _page(
    request: HttpRequest, error: Refusal | None = None, typed: Mapping[str, str] | None = None
) -> HttpResponse:
    me, at = door.me(request), door.now(request)
    found, places = _groups(request), queries.places_that_may(me.id)
    days = [line.on for line in found.service]
    today = local(at).date()
    context = {
        "found": found,
        "verified": hours(found.sums.verified),
        "declared": hours(found.sums.declared),
        "waiting": hours(found.waiting_minutes) if found.waiting_minutes else "",
        "lines": list(reversed(found.service))[:SHOWN],
        "more": max(0, len(found.service) - SHOWN),
        "certificates": [_certificate(row) for row in queries.certificates_of(me.id)],
        "corrections": [_correction(row) for row in queries.corrections_of(me.id)[:SHOWN]],
        "places": [{"id": p.id, "name": p.official_name or p.name} for p in places],
        "groups": CorrectionAsked.Group.choices,
        "from_on": min(days, default=today),
        "until_on": today,
        "error": error,
        "typed": typed or {},
    }
    return page(request, "record", context, tab="/v/tasks", status=error.status if error else 200)


def _groups(request: HttpRequest) -> Groups:
    me = door.me(request)
    mine = own(me)
    return groups(me, name=mine.name, phone=mine.phone)


def _certificate(row: Certificate) -> dict[str, Any]:
    return {
        "href": f"/v/certificates/{row.id}",
        "issuer": row.issuer.name,
        "number": row.number or "",
        "from_on": row.from_on,
        "until_on": row.until_on,
        "state": {"word": row.get_state_display(), "tone": TONES.get(row.state, "plain")},
    }


def _correction(row: CorrectionAsked) -> dict[str, Any]:
    return {
        "group": row.get_group_display(),
        "place": row.place.name,
        "text": queries.words_of(row.person, row.text_enc),
        "answer": queries.words_of(row.person, row.answer_enc),
        "asked_at": row.asked_at,
        "is_right": row.is_right,
    }


@require_POST
@door.signed_in
def apply(request: HttpRequest) -> HttpResponse:
    """申请证明."""
    me = door.me(request)

    def act() -> str:
        row = apply_for(
            person=me,
            place=_place(request),
            from_on=_day(request, "from_on"),
            until_on=_day(request, "until_on"),
            purpose=request.POST.get("purpose", ""),
            at=door.now(request),
            by=door.actor(request),
            replaces=_replaced(request),
        )
        said = _("已申请。%(place)s核对时长、签字并公示期满后生效。") % {"place": row.issuer.name}
        messages.success(request, said, extra_tags="done:certificate-apply")
        return f"/v/certificates/{row.id}"

    return _or_say(request, act)


@require_POST
@door.signed_in
def correct(request: HttpRequest) -> HttpResponse:
    """请求更正."""

    def act() -> str:
        ask_correction(
            person=door.me(request),
            place=_place(request),
            group=request.POST.get("group", ""),
            text=request.POST.get("text", ""),
            at=door.now(request),
            by=door.actor(request),
        )
        messages.success(
            request, _("已提出,会有人核实并答复您。"), extra_tags="done:record-correct"
        )
        return f"{HERE}#corrections"

    return _or_say(request, act)


def _or_say(request: HttpRequest, act: Any) -> HttpResponse:
    try:
        return once(request, act)
    except Refusal as no:
        if not no.field and no.status in door.NOT_A_FORMS:
            raise
        return _page(request, no, {k: str(v) for k, v in request.POST.items()})


def _place(request: HttpRequest) -> Place:
    wanted = request.POST.get("place", "")
    found = [p for p in queries.places_that_may(door.me(request).id) if str(p.id) == wanted]
    if not found:
        raise Refusal("place", _("请选记录您服务的单位。"), field="place")
    return found[0]


def _day(request: HttpRequest, name: str) -> date:
    try:
        return date.fromisoformat(request.POST.get(name, "").strip())
    except ValueError:
        raise Refusal("wrong_day", _("请选日期。"), field=name) from None


def _replaced(request: HttpRequest) -> Certificate | None:
    wanted = request.POST.get("replaces", "")
    if not wanted:
        return None
    try:
        return queries.own_certificate(UUID(wanted), door.actor(request))
    except ValueError:
        return None


@require_safe
@door.signed_in
def export(request: HttpRequest, form: str) -> HttpResponse:
    """Her record to take elsewhere (个保法 45): all of it as JSON, or what she served as a table."""
    found = _groups(request)
    if form == "json":
        answer: HttpResponse = JsonResponse(
            as_plain(found), json_dumps_params={"ensure_ascii": False, "indent": 2}
        )
    else:
        answer = HttpResponse(_csv(found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="my-service-record.{form}"'
    return answer


def _csv(found: Groups) -> str:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["on", "kind", "place", "team", "grade", "minutes", "record"])
    for line in found.service:
        rows.writerow(
            [line.on, line.kind, line.place, line.team, line.grade, line.minutes, line.transfer_id]
        )
    return "\ufeff" + text.getvalue()


@require_POST
@door.signed_in
def drop(request: HttpRequest, row_id: UUID) -> HttpResponse:
    """A row brought from elsewhere goes out of her record."""

    def act() -> str:
        drop_own(row_id, person=door.me(request), by=door.actor(request), at=door.now(request))
        messages.success(request, _("已去掉。"))
        return HERE

    return once(request, act)
