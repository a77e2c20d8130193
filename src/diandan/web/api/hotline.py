"""热线: cases come in under the hotline's own number, go out, and their ends are told back.

An outside hotline calls with a partner's key (no person, this scope alone); a clerk may look.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router

from diandan.flow import conductor
from diandan.flow.hotline import ENDS, kind_for, take_in
from diandan.ground.people.actor import Actor
from diandan.ground.places import queries as places
from diandan.kit.refusal import forbidden, missing
from diandan.path.ask.actions.place import Wish
from diandan.path.ask.models import Channel
from diandan.path.assess.models import HotlineCase, HotlineReport
from diandan.path.assess.queries import cases_for, reports_of
from diandan.web import door

from . import rows, shapes, told
from .gate import Need, caller
from .offered import orderable

router = Router()
Shown = dict[str, Any]
State = HotlineCase.State
WAITING = (State.QUEUED, State.SENT)
LIST_MAX = 200


@router.get(
    "/hotline",
    url_name="hotline",
    response=list[told.CaseOut],
    auth=Need("hotline", "desk"),
    summary="热线工单",
)
def hotline(request: HttpRequest, outside_number: shapes.Short = "") -> list[Shown]:
    """The cases out with, or on their way to, the hotline; or those under its own number."""
    found = cases_for(caller(request))
    if outside_number:
        found = found.filter(outside_number="".join(outside_number.split()))
    else:
        found = found.filter(state__in=WAITING)
    return _cases(found[:LIST_MAX])


@router.get(
    "/hotline/{uuid:case_id}",
    url_name="hotline_case",
    response=told.CaseOut,
    auth=Need("hotline", "desk"),
    summary="一件热线工单",
)
def one(request: HttpRequest, case_id: UUID) -> Shown:
    """Where a case stands, and whether its outcome was reported."""
    return _cases([_find(case_id, caller(request))])[0]


@router.post(
    "/hotline",
    url_name="hotline_take_in",
    response=told.CaseOut,
    auth=Need("hotline"),
    summary="热线转来工单",
)
def take(request: HttpRequest, body: shapes.CaseIn) -> Shown:
    """A case under the hotline's own number. The same number again is answered with the same case."""
    by, at = caller(request), door.now(request)
    if by.partner_id is None:
        raise forbidden(_("转来工单要用合作单位的钥匙,请联系管理员。"), "partner_only")
    where = orderable(body.place)
    wish = Wish(
        words=body.words,
        kind=kind_for(places.center_of(where), body.kind, body.words),
        place=where,
        channel=Channel.HOTLINE,
        urgency=body.urgency,
        people_count=body.people_count,
        wanted_from=body.wanted_from,
        wanted_until=body.wanted_until,
        street=body.street,
        door=body.door,
        outside_number=body.outside_number,
    )
    case, _is_new = take_in(
        wish, name=body.name, phone=body.phone, consent_note=body.consent_note, by=by, at=at
    )
    return _cases([_find(case.id, by)])[0]


@router.post(
    "/hotline/{uuid:case_id}/outcome",
    url_name="hotline_outcome",
    response=told.OutcomeOut,
    auth=Need("hotline"),
    summary="热线回报结果",
)
def outcome(request: HttpRequest, case_id: UUID, body: shapes.Solved) -> Shown:
    """办好了 (`solved`), or given back to us to arrange."""
    by = caller(request)
    case = _find(case_id, by)
    verb = "finish" if body.solved else "take_back"
    row = conductor.do_request(
        case.request_id, verb, by=by, at=door.now(request), outcome=body.outcome
    )
    return {"case": str(case.id), "request": str(row.id), "state": row.state}


def _find(case_id: UUID, by: Actor) -> HotlineCase:
    case = cases_for(by).filter(id=case_id).first()
    if case is None:
        raise missing(_("没有找到这件热线工单。"), "unknown_case")
    return case


def _cases(found: Iterable[HotlineCase]) -> list[Shown]:
    cases = list(found)
    reports = reports_of(c.id for c in cases)
    return [_case(c, reports.get(c.id)) for c in cases]


def _case(case: HotlineCase, report: HotlineReport | None) -> Shown:
    row = case.request
    said = "" if report is None else "sent" if report.sent_at else "waiting"
    return {
        "id": str(case.id),
        "number": row.number,
        "outside_number": case.outside_number,
        "state": case.state,
        "request_state": row.state,
        "ended": row.state in ENDS.values(),
        "kind": row.kind.name,
        "place": rows.place(row.place),
        "made_at": case.made_at,
        "sent_at": case.sent_at,
        "tries": case.tries,
        "last_error": case.last_error,
        "promise_at": row.promise_at,
        "report": said,
        "reported_at": report.sent_at if report else None,
        "report_error": report.last_error if report else "",
    }
