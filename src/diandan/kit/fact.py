"""Fact: something that happened to an order, in the past tense, with ids only.

A fact holds no private text, so that a person can be forgotten and the chain still verifies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened.

    `kind` is past tense and dotted by room (`ask.placed`); `place_id` is where it counts;
    `request_id` / `job_id` are the order it belongs to; `person_id` is whom it concerns and
    `by_id` who did it (None: the system); `data` are plain JSON values without private text.
    """

    kind: str
    at: datetime
    place_id: int | None = None
    by_id: UUID | None = None
    person_id: UUID | None = None
    request_id: UUID | None = None
    job_id: UUID | None = None
    team_id: UUID | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
