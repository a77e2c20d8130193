"""Add words to a request, or change its kind or place without retyping. The state stays."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from diandan.ground.catalogue.models import ServiceKind
from diandan.ground.people.actor import Actor
from diandan.ground.record.actions.announce import announce

from ..core import clean_words
from ..facts import request_fact
from ..models import Request, Words


@transaction.atomic
def add_words(
    request: Request, *, text: str, by: Actor, at: datetime, team_id: UUID | None = None
) -> Words:
    """Keep a message on the request: from its requester, or to her from who handles it."""
    from_requester = by.person_id in (request.requester_id, request.placed_by_id)
    team_id = None if from_requester else team_id
    row = Words.objects.create(
        request=request,
        by_id=by.person_id,
        from_requester=from_requester,
        team_id=team_id,
        text=clean_words(text, field="text"),
        at=at,
    )
    data = {"from_requester": from_requester}
    announce(request_fact(request, "add_words", by, at, data, team_id=team_id))
    return row


@transaction.atomic
def change_kind(
    request: Request, *, kind: ServiceKind, flow: str, promise_at: datetime, by: Actor, at: datetime
) -> None:
    """Give the request another kind, flow and promise; her words and number stay."""
    was = request.kind.code
    request.kind = kind
    request.flow = flow
    request.promise_at = promise_at
    request.save(update_fields=["kind", "flow", "promise_at"])
    announce(request_fact(request, "change_kind", by, at, {"from": was, "to": kind.code}))
