"""服务清单: the facts of kinds and items, past tense, and the one place that builds them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from diandan.ground.people.actor import Actor
from diandan.kit.fact import Fact

from .models import Item

PAST = {
    "make": "made",
    "edit": "edited",
    "submit": "submitted",
    "publish": "published",
    "send_back": "sent_back",
    "retire": "retired",
    "take": "taken",
    "drop": "dropped",
}


def item_fact(
    item: Item,
    verb: str,
    by: Actor,
    at: datetime,
    data: Mapping[str, Any] | None = None,
    *,
    team_id: UUID | None = None,
) -> Fact:
    """The fact that `verb` happened to `item`; `data` holds ids and codes only."""
    return Fact(
        kind=f"item.{PAST[verb]}",
        at=at,
        place_id=item.place_id,
        by_id=by.person_id,
        team_id=team_id,
        data={"item": str(item.id), **(data or {})},
    )
