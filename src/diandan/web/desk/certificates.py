"""证明与记录: what waits for an officer, the register, training and commendation, corrections."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person, Volunteer
from diandan.ground.people.queries import masked_name, name_for
from diandan.kit.refusal import Refusal, missing
from diandan.square.certificate import queries
from diandan.square.certificate.actions import entries, handle, keys
from diandan.square.certificate.badge import hours
from diandan.square.certificate.export import HEADS, five_groups
from diandan.square.certificate.lines import certified, has_changed, lines_of, sums
from diandan.square.certificate.models import Certificate, Entry, Issuer
from diandan.square.certificate.paper import Asked, as_pdf
from diandan.square.certificate.states import ASKED, State
from diandan.web import door
from diandan.web.shared.house import public_house

from . import frame, parsing, takeaway

VERBS: dict[str, Callable[..., Certificate]] = {
    "handle": handle.handle,
    "sign": handle.sign,
    "refuse": handle.refuse,
    "revoke": handle.revoke,
}
SHOWN = 100


@require_GET
@door.staff_only
def certificates(request: HttpRequest) -> HttpResponse:
    """Everything of this room an officer has to do, and what was done."""
    return _board(request)


def _board(request: HttpRequest, failed: frame.Failed | None = None) -> HttpResponse:
    by = door.actor(request)
    return frame.plain(
        request,
        "desk/certificates.html",
        "certificates",
        status=failed.refusal.status if failed else 200,
        failed=failed,
        typed=failed.typed if failed else {},
        queue=[_row(row) for row in queries.queue(by)],
        register=[_row(row) for row in queries.register(by, SHOWN)],
        issuers=queries.issuers_of(by),
        entries=[_entry(row) for row in queries.entries_waiting(by)],
        corrections=[
            {
                "id": row.id,
                "who": masked_name(row.person),
                "group": row.get_group_display(),
                "text": queries.words_of(row.person, row.text_enc),
                "asked_at": row.asked_at,
                "place": row.place.name,
            }
            for row in queries.corrections_waiting(by)
        ],
        entry_kinds=Entry.Kind.choices,
        places=frame.places_for(by),
        xlsx_url=reverse("desk_register_export", args=["xlsx"]),
        csv_url=reverse("desk_register_export", args=["csv"]),
    )


def _row(row: Certificate) -> dict[str, Any]:
    return {
        "href": reverse("desk_certificate", args=[row.id]),
        "who": masked_name(row.person),
        "issuer": row.issuer.name,
        "number": row.number or "",
        "register": row.register_number or "",
        "from_on": row.from_on,
        "until_on": row.until_on,
        "state": row.get_state_display(),
        "applied_at": row.applied_at,
        "signed_at": row.signed_at,
        "notice_until": row.notice_until,
        "issued_at": row.issued_at,
        "ended_at": row.ended_at,
    }


def _entry(row: Entry) -> dict[str, Any]:
    return {
        "id": row.id,
        "who": masked_name(row.person),
        "kind": row.get_kind_display(),
        "title": queries.words_of(row.person, row.title_enc),
        "giver": queries.words_of(row.person, row.giver_enc),
        "on": row.on,
        "place": row.place.name,
        "study_hours": row.study_hours,
    }


@require_GET
@door.staff_only
def certificate(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """One certificate, with the hours it would vouch for as the books stand."""
    return _one(request, certificate_id)


def _one(
    request: HttpRequest, certificate_id: UUID, failed: frame.Failed | None = None
) -> HttpResponse:
    by, at = door.actor(request), door.now(request)
    row = queries.officers_certificate(certificate_id, by)
    lines = certified(row) or lines_of(
        row.person_id, under=row.issuer.place, from_on=row.from_on, until_on=row.until_on
    )
    total = sums(lines)
    return frame.plain(
        request,
        "desk/certificate.html",
        "certificates",
        status=failed.refusal.status if failed else 200,
        failed=failed,
        typed=failed.typed if failed else {},
        row=_row(row),
        id=row.id,
        name=name_for(row.person, reader=by, at=at, why="certificate"),
        purpose=queries.words_of(row.person, row.purpose_enc),
        note=queries.words_of(row.person, row.note_enc),
        lines=lines,
        verified=hours(total.verified),
        declared=hours(total.declared),
        changed=bool(row.lines.exists()) and has_changed(row),
        can_handle=row.state in ASKED and row.person_id != by.person_id,
        can_sign=row.state == State.HANDLED
        and by.person_id not in (row.person_id, row.handled_by_id),
        is_own_hand=row.state == State.HANDLED and row.handled_by_id == by.person_id,
        can_revoke=row.state in (State.POSTED, State.VALID),
        whys=[
            (w.value, w.label)
            for w in Certificate.EndedWhy
            if w not in (Certificate.EndedWhy.REPLACED, Certificate.EndedWhy.HERS)
        ],
        can_print=row.state in (State.POSTED, State.VALID),
    )


@require_POST
@door.staff_only
def do(request: HttpRequest, certificate_id: UUID, verb: str) -> HttpResponse:
    """经办、签字、不予出具、撤销."""
    by, at = door.actor(request), door.now(request)
    queries.officers_certificate(certificate_id, by)
    if verb not in VERBS:
        raise Refusal("no_such_verb", _("没有这个操作。"))
    more = {
        "handle": {"note": request.POST.get("note", "")},
        "refuse": {"reason": request.POST.get("reason", "")},
        "revoke": {"why": request.POST.get("why", "")},
    }.get(verb, {})

    def act() -> str:
        row = VERBS[verb](certificate_id=certificate_id, at=at, by=by, **more)
        frame.said(request, _("已办:%(state)s。") % {"state": row.get_state_display()}, verb)
        return reverse("desk_certificate", args=[certificate_id])

    return frame.act(request, verb, act, lambda failed: _one(request, certificate_id, failed))


@require_GET
@door.staff_only
def paper(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """The copy the organisation keeps: masked; the whole one only she prints."""
    by = door.actor(request)
    row = queries.officers_certificate(certificate_id, by)
    made = as_pdf(row, asked=Asked(masked=True), house=public_house(), at=door.now(request), by=by)
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{row.number}.pdf"'
    return frame.kept_nowhere(answer)


@require_POST
@door.staff_only
def enter(request: HttpRequest) -> HttpResponse:
    """登记培训或表彰."""
    by, at = door.actor(request), door.now(request)

    def act() -> str:
        entries.enter(
            person=_volunteer(request),
            place=_place(request, by),
            kind=request.POST.get("kind", ""),
            on=parsing.day(request, "on"),
            title=request.POST.get("title", ""),
            giver=request.POST.get("giver", ""),
            study_hours=parsing.number(request, "study_hours", 1000) or 0,
            at=at,
            by=by,
        )
        frame.said(request, _("已登记,等另一位同事核对后入记录。"), "entry")
        return reverse("desk_certificates")

    return frame.act(request, "entry", act, lambda failed: _board(request, failed))


def _volunteer(request: HttpRequest) -> Person:
    number = request.POST.get("number", "").strip()
    found = Volunteer.objects.filter(number__iexact=number, person__frozen_at=None).first()
    if found is None:
        raise Refusal("number", _("没有这个志愿者编号。编号在本人“我的”页里。"), field="number")
    return found.person


def _place(request: HttpRequest, by: Actor) -> Any:
    wanted = request.POST.get("place", "")
    found = [place for place in frame.places_for(by) if str(place.id) == wanted]
    if not found:
        raise Refusal("place", _("请选登记的单位。"), field="place")
    return found[0]


@require_POST
@door.staff_only
def confirm_entry(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """第二人核对."""
    by, at = door.actor(request), door.now(request)
    is_right = request.POST.get("answer") == "yes"

    def act() -> str:
        entries.confirm_entry(entry_id=entry_id, is_right=is_right, at=at, by=by)
        frame.said(request, _("已入记录。") if is_right else _("已退掉,不入记录。"))
        return reverse("desk_certificates")

    return frame.act(request, f"entry-{entry_id}", act, lambda failed: _board(request, failed))


@require_POST
@door.staff_only
def answer(request: HttpRequest, correction_id: UUID) -> HttpResponse:
    """答复更正."""
    by, at = door.actor(request), door.now(request)

    def act() -> str:
        entries.answer_correction(
            correction_id=correction_id,
            is_right=request.POST.get("answer") == "yes",
            answer=request.POST.get("text", ""),
            at=at,
            by=by,
        )
        frame.said(request, _("已答复。"), f"correction-{correction_id}")
        return reverse("desk_certificates")

    return frame.act(
        request, f"correction-{correction_id}", act, lambda failed: _board(request, failed)
    )


@require_POST
@door.staff_only
def issuer(request: HttpRequest, place_id: int) -> HttpResponse:
    """出具单位的全称和电话; or a new signing key."""
    by, at = door.actor(request), door.now(request)
    row = next((i for i in queries.issuers_of(by) if i.place_id == place_id), None)
    if row is None:
        raise missing(_("没有找到这个出具单位。"), "no_such_issuer")
    return frame.act(
        request,
        f"issuer-{place_id}",
        lambda: _issuer(request, row, by, at),
        lambda failed: _board(request, failed),
    )


def _issuer(request: HttpRequest, row: Issuer, by: Actor, at: datetime) -> str:
    turn = request.POST.get("key", "")
    if turn in ("rotate", "leaked"):
        keys.rotate_key(issuer=row, at=at, by=by, leaked=turn == "leaked")
        frame.said(request, _("已换新的签名密钥。"))
    else:
        name, contact = request.POST.get("name", ""), request.POST.get("contact", "")
        keys.name_issuer(issuer=row, name=name, contact=contact, at=at, by=by)
        frame.said(request, _("已保存。"))
    return reverse("desk_certificates")


@require_GET
@door.staff_only
def register_export(request: HttpRequest, form: str) -> HttpResponse:
    """登记簿, as it is shown."""
    heads = [
        _("登记号"), _("证明编号"), _("本人"), _("出具单位"), _("从"), _("到"), _("状态"),
        _("签字"), _("公示到"), _("生效"), _("终止"),
    ]  # fmt: skip
    cells = [
        [
            r["register"], r["number"], r["who"], r["issuer"], str(r["from_on"]),
            str(r["until_on"]), str(r["state"]), r["signed_at"], r["notice_until"],
            r["issued_at"], r["ended_at"],
        ]
        for r in map(_row, queries.register(door.actor(request), 10_000))
    ]  # fmt: skip
    give = takeaway.as_xlsx if form == "xlsx" else takeaway.as_csv
    return give(_("证明登记簿"), heads, cells)


@require_GET
@door.staff_only
def export(request: HttpRequest, group: str) -> HttpResponse:
    """One of the five groups of all volunteers of her places, for another system."""
    by, at = door.actor(request), door.now(request)
    return takeaway.as_csv(group, HEADS[group], five_groups(by, group, at))
