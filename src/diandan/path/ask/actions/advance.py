"""The only writer of a request's state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import conflict

from ..facts import request_fact
from ..models import Request
from ..states import REQUEST_MOVES, RequestState


def advance(
    request: Request,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    whose: str = "",
    data: Mapping[str, Any] | None = None,
) -> None:
    """Move a locked `request` by `verb`, keep why, and announce it.

    Raises Refusal `not_now` when the state machine has no such move from here.
    """
    starts, leads_to = REQUEST_MOVES[verb]
    was = RequestState(request.state)
    if was not in starts:
        raise conflict(
            "not_now",
            _("这张单子现在是「%(state)s」,不能这样操作。请刷新看看最新进展。")
            % {"state": was.label},
        )
    request.state = leads_to
    request.state_at = at
    request.reason = reason
    request.whose = whose
    if verb == "reopen":
        request.reopened += 1
    request.save(update_fields=["state", "state_at", "reason", "whose", "reopened"])
    announce(
        request_fact(
            request, verb, by, at, {"from": was.value, "to": leads_to.value, **(data or {})}
        )
    )
