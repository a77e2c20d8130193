"""结果回报: how each hotline case ended goes back to the hotline, through the same patient queue."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from diandan.ground.people.actor import SYSTEM
from diandan.ground.record.actions.announce import announce
from diandan.path.ask.models import Request
from diandan.path.ask.states import RequestState

from ..adapters import Hotline, HotlineDown, HotlineRejected
from ..core import back_off
from ..facts import hotline_fact
from ..models import HotlineCase, HotlineReport

# A rated order is over for the hotline; that the desk then files it is no second news.
SAID_BY = {RequestState.CLOSED: (RequestState.RATED, RequestState.UNMET, RequestState.REFUSED)}
IS_OUTSIDE = Q(state=HotlineCase.State.RECEIVED) | Q(sent_at__isnull=False)


@transaction.atomic
def queue_reports(
    request: Request,
    state: RequestState,
    *,
    fact_id: int,
    score: int | None,
    ended_at: datetime,
    at: datetime,
) -> list[HotlineReport]:
    """Put the end of `request` into the queue of each case the hotline knows it by, once a fact."""
    made = []
    for case in HotlineCase.objects.filter(IS_OUTSIDE, request=request):
        last = case.reports.order_by("-fact_id").first()
        if last is not None and last.state in SAID_BY.get(state, ()):
            continue
        row, is_new = HotlineReport.objects.get_or_create(
            case=case,
            fact_id=fact_id,
            defaults={
                "state": state,
                "score": score,
                "ended_at": ended_at,
                "made_at": at,
                "again_at": at,
            },
        )
        made += [row] if is_new else []
    return made


@transaction.atomic
def send_next_report(at: datetime, adapter: Hotline) -> str | None:
    """Try the oldest due report, which no other worker then sees; None when none is due."""
    row = (
        HotlineReport.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("case", "case__request", "case__request__place")
        .filter(sent_at=None, again_at__lte=at)
        .order_by("made_at", "id")
        .first()
    )
    if row is None:
        return None
    try:
        adapter.report(str(row.id), _told(row))
    except HotlineDown as trouble:
        _put_back(row, str(trouble), at)
        return "down"
    except HotlineRejected as trouble:
        _put_back(row, str(trouble), at)
        return "rejected"
    row.sent_at, row.tries, row.again_at, row.last_error = at, row.tries + 1, None, ""
    row.save(update_fields=["sent_at", "tries", "again_at", "last_error"])
    announce(hotline_fact(row.case, "reported", SYSTEM, at, state=row.state, tries=row.tries))
    return "sent"


def _told(row: HotlineReport) -> dict[str, Any]:
    """How it ended. A rating's words were said to the centre and stay with it."""
    request = row.case.request
    return {
        "case": str(row.case_id),
        "outside_number": row.case.outside_number,
        "number": request.number,
        "state": row.state,
        "words": str(RequestState(row.state).label),
        "reason": request.reason if row.state in (RequestState.REFUSED, RequestState.UNMET) else "",
        "score": row.score,
        "ended_at": row.ended_at.isoformat(),
    }


def _put_back(row: HotlineReport, trouble: str, at: datetime) -> None:
    row.tries += 1
    row.last_error = trouble[:300]
    row.again_at = at + back_off(row.tries)
    row.save(update_fields=["tries", "last_error", "again_at"])
    if row.tries == 1:  # said once; the queue shows every later try
        announce(hotline_fact(row.case, "report_stuck", SYSTEM, at))
