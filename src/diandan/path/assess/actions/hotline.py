"""接诉即办: a request handed to an outside hotline, the queue on the way out, and the way back.

The queue outlives a stopped outside system: each case is tried again later, after a growing
pause, and shows what went wrong. A case is sent under its own id as idempotency key, so that a
crash between sending and noting it cannot make a second one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.record.actions.announce import announce
from diandan.ground.record.lock import hold
from diandan.kit.refusal import Refusal, conflict, forbidden
from diandan.path.ask.actions.advance import advance
from diandan.path.ask.models import Request

from ..adapters import Hotline, HotlineDown, HotlineRejected
from ..core import back_off
from ..facts import hotline_fact
from ..models import HotlineCase, HotlineReport
from ..queries import received
from .report import send_next_report

State = HotlineCase.State
OUTCOME_MAX = 300
NUMBER_MAX = 60


@transaction.atomic
def queue_case(request: Request, *, reason: str, by: Actor, at: datetime) -> HotlineCase:
    """Hand a locked request over to the hotline: it waits in the queue until the worker sends it.

    Raises Refusal `not_now` when the request cannot be handed over from where it stands, and
    `private_stays` for a mediation.
    """
    if request.is_private:
        raise forbidden(_("调解内容保密,不能转给外部热线。"), "private_stays")
    why = " ".join(reason.split())
    if not why:
        raise Refusal("reason_missing", _("请写明为什么转热线办理。"), field="reason")
    advance(request, "hand_over", by=by, at=at, reason=why[:OUTCOME_MAX], whose=_("12345热线"))
    case = HotlineCase.objects.create(
        request=request, state=State.QUEUED, made_by_id=by.person_id, made_at=at, again_at=at
    )
    announce(hotline_fact(case, "queued", by, at))
    return case


@dataclass(frozen=True, slots=True)
class Drained:
    """What one round of the worker did."""

    sent: int
    rejected: int
    is_down: bool
    waiting: int
    reported: int = 0


def drain(*, at: datetime, adapter: Hotline, limit: int = 50) -> Drained:
    """Send what is due, oldest first, each in a transaction of its own: cases, then their ends.

    A door that does not answer ends the round, so that one dead system is not knocked at for
    every case; a case it rejects waits and lets the next one by.
    """
    said: Counter[str] = Counter()
    for kind, send_one in (("sent", _send_next), ("reported", send_next_report)):
        for _turn in range(limit):
            heard = None if said["down"] else send_one(at, adapter)
            if heard is None:
                break
            said[kind if heard == "sent" else heard] += 1
    queued = HotlineCase.objects.filter(state=State.QUEUED).count()
    unreported = HotlineReport.objects.filter(sent_at=None).count()
    return Drained(
        sent=said["sent"],
        rejected=said["rejected"],
        is_down=said["down"] > 0,
        waiting=queued + unreported,
        reported=said["reported"],
    )


@transaction.atomic
def _send_next(at: datetime, adapter: Hotline) -> str | None:
    """Try the oldest due case, which no other worker then sees; None when none is due."""
    case = (
        HotlineCase.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("request", "request__place", "request__centre", "request__kind")
        .filter(state=State.QUEUED, again_at__lte=at)
        .order_by("made_at", "id")
        .first()
    )
    if case is None:
        return None
    try:
        number = adapter.send(str(case.id), _told(case))
    except HotlineDown as trouble:
        _put_back(case, str(trouble), at)
        return "down"
    except HotlineRejected as trouble:
        _put_back(case, str(trouble), at)
        return "rejected"
    case.state, case.sent_at, case.outside_number = State.SENT, at, number
    case.tries, case.again_at, case.last_error = case.tries + 1, None, ""
    case.save(
        update_fields=["state", "sent_at", "outside_number", "tries", "again_at", "last_error"]
    )
    announce(hotline_fact(case, "sent", SYSTEM, at, tries=case.tries))
    return "sent"


def _told(case: HotlineCase) -> dict[str, Any]:
    """What the hotline is told: the need and where. Who she is stays with the centre."""
    request = case.request
    return {
        "case": str(case.id),
        "number": request.number,
        "centre": request.centre.full_name,
        "place": request.place.full_name,
        "kind": request.kind.name,
        "urgency": request.urgency,
        "title": request.title,
        "words": request.words,
        "placed_at": request.placed_at.isoformat(),
    }


def _put_back(case: HotlineCase, trouble: str, at: datetime) -> None:
    case.tries += 1
    case.last_error = trouble[:300]
    case.again_at = at + back_off(case.tries)
    case.save(update_fields=["tries", "last_error", "again_at"])
    if case.tries == 1:  # said once; the queue page shows every later try
        announce(hotline_fact(case, "stuck", SYSTEM, at))


@transaction.atomic
def take_back(
    case: HotlineCase, *, outcome: str, is_solved: bool, by: Actor, at: datetime
) -> HotlineCase:
    """The hotline's answer to a locked case, or the centre's own wish to have it back.

    Solved, the request is served and its person may rate it; else the centre takes it up again.
    A case still in the queue is taken out of it and never sent.
    """
    if case.state not in (State.QUEUED, State.SENT):
        raise conflict("not_now", _("这件工单已经收回。"))
    if is_solved and case.state == State.QUEUED:
        raise conflict("never_sent", _("这件工单还没有送出,不能算热线已办好。"))
    text = " ".join(outcome.split())
    if not text:
        raise Refusal("outcome_missing", _("请写明热线办理的结果。"), field="outcome")
    case.state, case.outcome, case.returned_at = State.RETURNED, text[:OUTCOME_MAX], at
    case.again_at = None
    case.save(update_fields=["state", "outcome", "returned_at", "again_at"])
    announce(hotline_fact(case, "returned", by, at, solved=is_solved))
    verb = "finish" if is_solved else "take_back"
    advance(case.request, verb, by=by, at=at, data={"case": str(case.id)})
    return case


@transaction.atomic
def receive(*, request: Request, outside_number: str, by: Actor, at: datetime) -> HotlineCase:
    """Note that a request, placed with channel HOTLINE, came from the hotline under its number.

    Ask `queries.received(number)` before placing: Refusal `received_before` (HTTP 409) carries
    the request that exists when the same number comes twice.
    """
    number = check_outside_number(outside_number)
    hold(f"hotline:{number}")  # two at once with one number: the second waits, and is told
    _refuse_second(number)
    case = HotlineCase.objects.create(
        request=request,
        state=State.RECEIVED,
        outside_number=number,
        partner_id=by.partner_id,
        made_by_id=by.person_id,
        made_at=at,
    )
    announce(hotline_fact(case, "received", by, at))
    return case


def check_outside_number(text: str) -> str:
    """The hotline's own number without blanks; a Refusal when it is missing or too long."""
    number = "".join(text.split())
    if not number or len(number) > NUMBER_MAX:
        raise Refusal("outside_number", _("请填写热线的工单号。"), field="outside_number")
    return number


def _refuse_second(number: str) -> None:
    found = received(number)
    if found is not None:
        more: dict[str, str | UUID] = {
            "request": str(found.request_id),
            "number": found.request.number,
        }
        raise conflict(
            "received_before",
            _("热线的这件工单已经收过,单号 %(number)s。") % {"number": found.request.number},
            more,
        )
