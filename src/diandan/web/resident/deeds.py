"""她能做的: the verbs a requester has on her order now, and doing one of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from diandan.flow.answers import rekind, say
from diandan.flow.choice import flow_of
from diandan.flow.conductor import do_request, ways
from diandan.ground.catalogue.queries import kind_by_code, kinds_of
from diandan.ground.people.actor import Actor
from diandan.kit.refusal import Refusal
from diandan.path.ask.models import Request
from diandan.path.ask.states import REQUEST_ENDS, RequestState
from diandan.path.bundle.queries import job_of
from diandan.path.bundle.states import JobState
from diandan.path.fulfil.queries import leave_code
from diandan.path.grade.models import RaterRole, Rating
from diandan.path.grade.queries import ratings_of
from diandan.web import door
from diandan.web.resident.page import chip, typed

HERS = ("withdraw", "resubmit", "rate", "dispute", "reopen")
KIND_STATES = (RequestState.PLACED, RequestState.TAKEN_UP, RequestState.RETURNED)
COMING = (JobState.ENGAGED, JobState.ALLOCATED, JobState.SERVING)


def offered_deeds(row: Request, by: Actor) -> dict[str, Any]:
    """What the page offers: `can` verbs, levels to rate by, kinds to change to, the code."""
    can = {verb for verb in ways(row, by) if verb in HERS}
    job = job_of(row) if row.state == RequestState.ARRANGED else None
    if job is not None and job.state == JobState.SERVING:
        can.discard("withdraw")
    words_open = row.state not in (RequestState.WITHDRAWN, RequestState.CLOSED)
    kinds = []
    if row.state in KIND_STATES and not row.is_private:
        kinds = [
            chip(k.code, k.name, chosen=k.id == row.kind_id, icon=k.icon)
            for k in kinds_of(row.centre)
            if not (k.flow and flow_of(k.flow).private)
        ]
    own = [r for r in ratings_of([row]).get(row.id, []) if r.role == RaterRole.RESIDENT]
    return {
        "can": can,
        "can_say": words_open,
        "levels": [chip(value, label) for value, label in Rating.Score.choices],
        "kinds": kinds,
        "serve_code": row.serve_code if job is not None and job.state in COMING else "",
        # Not before somebody came: what she does not know yet she cannot tell on the phone.
        "leave_code": leave_code(row) if job is not None and job.state == JobState.SERVING else "",
        "rating": own[-1] if own else None,
        "is_over": row.state in REQUEST_ENDS,
    }


def do(request: HttpRequest, row: Request, by: Actor) -> str:
    """Do the posted verb; returns where to go, or nothing to stay on the order's page."""
    verb = request.POST.get("verb", "")
    deed = DEEDS.get(verb)
    if deed is None:
        raise Refusal("unknown_verb", _("没有这个操作。"), status=404)
    deed(request, row, by, door.now(request))
    return ""


def _say(request: HttpRequest, row: Request, by: Actor, at: datetime) -> None:
    say(row.id, text=request.POST.get("text", ""), by=by, at=at)
    messages.success(request, _("已经告诉办理的人了。"), extra_tags=f"done:say-{row.number}")


def _rekind(request: HttpRequest, row: Request, by: Actor, at: datetime) -> None:
    kind = kind_by_code(row.centre, typed(request.POST.get("kind", ""), 40))
    rekind(row.id, kind=kind, by=by, at=at)
    messages.success(request, _("已改成「%(kind)s」,不用重新写。") % {"kind": kind.name})


def _withdraw(request: HttpRequest, row: Request, by: Actor, at: datetime) -> None:
    do_request(row.id, "withdraw", by=by, at=at, reason=request.POST.get("text", ""))
    messages.success(request, _("已撤回。以后需要时再点单就行。"))


def _resubmit(request: HttpRequest, row: Request, by: Actor, at: datetime) -> None:
    do_request(row.id, "resubmit", by=by, at=at, text=request.POST.get("text", ""))
    messages.success(request, _("已补充,我们接着办。"), extra_tags=f"done:resubmit-{row.number}")


def _reopen(request: HttpRequest, row: Request, by: Actor, at: datetime) -> None:
    do_request(row.id, "reopen", by=by, at=at, reason=request.POST.get("text", ""))
    messages.success(request, _("已重新办理,单号不变。"), extra_tags=f"done:reopen-{row.number}")


def _rate(request: HttpRequest, row: Request, by: Actor, at: datetime) -> None:
    score = request.POST.get("score", "")
    if score not in {str(value) for value in Rating.Score.values}:
        raise Refusal("score_missing", _("请点一个您的感受。"), field="score")
    do_request(row.id, "rate", by=by, at=at, score=int(score), text=request.POST.get("text", ""))
    messages.success(request, _("谢谢您的评价。"), extra_tags=f"done:rate-{row.number}")


def _dispute(request: HttpRequest, row: Request, by: Actor, at: datetime) -> None:
    do_request(row.id, "dispute", by=by, at=at, text=request.POST.get("text", ""))
    messages.success(
        request, _("已经转给专人回头办,会给您答复。"), extra_tags=f"done:dispute-{row.number}"
    )


DEEDS: dict[str, Callable[[HttpRequest, Request, Actor, datetime], None]] = {
    "say": _say,
    "rekind": _rekind,
    "withdraw": _withdraw,
    "resubmit": _resubmit,
    "reopen": _reopen,
    "rate": _rate,
    "dispute": _dispute,
}
