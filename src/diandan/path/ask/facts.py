"""点单: the facts of a request, past tense, and the one place that builds them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from diandan.ground.people.actor import Actor
from diandan.kit.fact import Fact

from .models import Request

# verb -> what the fact says happened
PAST = {
    "place": "placed",
    "take_up": "taken_up",
    "return_order": "returned",
    "resubmit": "resubmitted",
    "refuse": "refused",
    "pass_up": "passed_up",
    "escalate": "escalated",
    "arrange": "arranged",
    "unarrange": "unarranged",
    "hand_over": "handed_over",
    "take_back": "taken_back",
    "mark_unmet": "found_unmet",
    "withdraw": "withdrawn",
    "finish": "served",
    "settle": "settled",
    "rate": "rated",
    "rate_as_expert": "rated_by_expert",
    "dispute": "disputed",
    "reopen": "reopened",
    "close": "closed",
    "add_words": "added_to",
    "change_kind": "kind_changed",
    "call_back": "called_back",
    "remind": "reminded",
}


def request_fact(
    request: Request,
    verb: str,
    by: Actor,
    at: datetime,
    data: Mapping[str, Any] | None = None,
    *,
    team_id: UUID | None = None,
) -> Fact:
    """The fact that `verb` happened to `request`; `data` holds ids and codes only."""
    return Fact(
        kind=f"request.{PAST[verb]}",
        at=at,
        place_id=request.place_id,
        by_id=by.person_id,
        person_id=request.requester_id,
        request_id=request.id,
        team_id=team_id,
        data=data or {},
    )
