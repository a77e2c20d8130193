"""我的证明: one certificate of hers: print it, take a credential, choose what is shown, end it."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as t
from django.views.decorators.http import require_POST, require_safe

from diandan.ground.record.actions.replay import digest_of_asking, keep_answer, kept_answer
from diandan.kit.refusal import Refusal, conflict
from diandan.square.certificate import queries
from diandan.square.certificate.actions import apply, handle
from diandan.square.certificate.actions.credential import make_credential
from diandan.square.certificate.badge import FIELDS, hours
from diandan.square.certificate.core import SHOWN
from diandan.square.certificate.lines import certified, has_changed, sums
from diandan.square.certificate.models import Certificate
from diandan.square.certificate.paper import Asked, as_pdf, check_address
from diandan.square.certificate.states import ASKED, State
from diandan.web import door
from diandan.web.shared.house import public_house
from diandan.web.shared.once import once
from diandan.web.shared.qr import qr_svg
from diandan.web.volunteer.frame import page

FIELD_WORDS = {
    "name": t("姓名"),
    "volunteer_number": t("志愿者编号"),
    "verified": t("已核实的时长"),
    "declared": t("补录的时长"),
    "period": t("服务起止日期"),
    "services": t("服务内容"),
    "number": t("证明编号"),
}
SHOWN_WORDS = {
    "name": t("姓名(只显示姓)"),
    "hours": t("时长"),
    "period": t("服务起止日期"),
    "services": t("服务内容"),
}
AT_FIRST = ("name", "verified", "period")


@require_safe
@door.signed_in
def certificate(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Where it stands and what she can do with it."""
    return _page(request, queries.own_certificate(certificate_id, door.actor(request)))


def _page(request: HttpRequest, row: Certificate, error: Refusal | None = None) -> HttpResponse:
    lines = certified(row)
    total = sums(lines)
    address = check_address(row, public_house()) if row.number else ""
    taken = list(row.credentials.order_by("-made_at").values("made_at", "fields")[:20])
    context = {
        "row": _facts(row),
        "verified": hours(total.verified),
        "declared": hours(total.declared),
        "visits": len(lines),
        "changed": bool(lines) and row.state == State.VALID and has_changed(row),
        "can_print": row.state in (State.VALID, State.POSTED),
        "is_valid": row.state == State.VALID,
        "is_posted": row.state == State.POSTED,
        "is_asked": row.state in ASKED,
        "said": queries.words_of(row.person, row.note_enc),
        "address": address,
        "qr": qr_svg(address, title=str(_("核对这份证明的二维码"))) if address else "",
        "fields": [{"value": f, "label": FIELD_WORDS[f], "chosen": f in AT_FIRST} for f in FIELDS],
        "shown": [{"value": f, "label": SHOWN_WORDS[f], "chosen": f in row.shown} for f in SHOWN],
        "credentials": [
            {
                "made_at": one["made_at"],
                "words": "、".join(str(FIELD_WORDS[f]) for f in one["fields"] if f in FIELD_WORDS),
            }
            for one in taken
        ],
        "error": error,
    }
    status = error.status if error else 200
    return page(request, "certificate", context, tab="/v/tasks", status=status)


def _facts(row: Certificate) -> dict[str, Any]:
    return {
        "id": row.id,
        "issuer": row.issuer.name,
        "contact": row.issuer.contact,
        "number": row.number or "",
        "code": row.check_code,
        "from_on": row.from_on,
        "until_on": row.until_on,
        "purpose": queries.words_of(row.person, row.purpose_enc),
        "applied_at": row.applied_at,
        "handled_at": row.handled_at,
        "signed_at": row.signed_at,
        "notice_until": row.notice_until,
        "issued_at": row.issued_at,
        "ended_at": row.ended_at,
        "ended_why": row.get_ended_why_display() if row.ended_why else "",
        "state": row.state,
        "state_word": row.get_state_display(),
    }


@require_POST
@door.signed_in
def paper(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """打印: what she types of her card goes on this paper and nowhere else."""
    by = door.actor(request)
    row = queries.own_certificate(certificate_id, by)
    asked = Asked(
        id_kind=request.POST.get("id_kind", ""),
        id_number=request.POST.get("id_number", ""),
        masked=request.POST.get("masked") == "on",
    )
    made = as_pdf(row, asked=asked, house=public_house(), at=door.now(request), by=by)
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{row.number}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@door.signed_in
def credential(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """取凭证: a file with the chosen fields. We keep no copy, so a repeat is said, not repeated."""
    by, at = door.actor(request), door.now(request)
    row = queries.own_certificate(certificate_id, by)
    key = request.POST.get("form_key", "")[:64]
    digest = digest_of_asking(key, request.path)
    try:
        with transaction.atomic():
            if key and kept_answer(f"form:{digest}", digest) is not None:
                raise conflict("taken", _("这份凭证刚才已经下载。要再取一份,请重新打开本页。"))
            made = make_credential(
                certificate_id=row.id,
                fields=request.POST.getlist("fields"),
                house=public_house(),
                at=at,
                by=by,
            )
            if key:
                keep_answer(f"form:{digest}", digest, status=200, body="", at=at)
    except Refusal as no:
        return _page(request, row, no)
    answer = HttpResponse(
        json.dumps(made, ensure_ascii=False, indent=2), content_type="application/vc+ld+json"
    )
    answer["Content-Disposition"] = f'attachment; filename="{row.number}.json"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@door.signed_in
def shown(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """What the public check page shows."""
    queries.own_certificate(certificate_id, door.actor(request))

    def act() -> str:
        apply.choose_shown(
            certificate_id=certificate_id,
            shown=request.POST.getlist("shown"),
            at=door.now(request),
            by=door.actor(request),
        )
        messages.success(request, _("已改。核对页现在只显示这些。"))
        return f"/v/certificates/{certificate_id}"

    return once(request, act)


@require_POST
@door.signed_in
def end(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Take the asking back, or have a valid one revoked."""
    by, at = door.actor(request), door.now(request)
    row = queries.own_certificate(certificate_id, by)

    def act() -> str:
        if row.state in ASKED:
            apply.withdraw(certificate_id=row.id, at=at, by=by)
            messages.success(request, _("已撤回申请。"))
        else:
            handle.revoke(certificate_id=row.id, why="hers", at=at, by=by)
            messages.success(request, _("已撤销,由它取的凭证也一并失效。"))
        return f"/v/certificates/{certificate_id}"

    return once(request, act)
