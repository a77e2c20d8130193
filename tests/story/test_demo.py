"""The demo stops at every stage it is asked for, through real actions alone."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest

from diandan.ops.demo import STAGES, fill
from diandan.path.ask.models import Request
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import job_of

pytestmark = [pytest.mark.story, pytest.mark.django_db(transaction=True)]
NEW = timedelta(hours=20)
REACHED = {
    "placed": {"placed"},
    "offered": {"offered", "escalated"},
    "accepted": {"allocated", "engaged"},
    "served": {"served"},
    "rated": {"rated"},
}


@pytest.mark.parametrize("stage", STAGES)
def test_the_last_orders_stand_where_they_were_asked_to(stage: str, at: datetime) -> None:
    with patch.dict(os.environ, {"DIANDAN_DEMO": "1"}):
        made = fill("xiyang", stage=stage, days=1, a_tick=0.5, seed=3, until=at)
    assert made
    # The fast lane goes on by itself; the centre's own flow waits for hands.
    new = Request.objects.filter(placed_at__gte=at - NEW, is_private=False, kind__flow="")
    assert new
    found = {standing(row) for row in new}
    assert found & REACHED[stage], found
    order = [
        "placed",
        "taken_up",
        "ready",
        "offered",
        "escalated",
        "engaged",
        "allocated",
        "served",
        "rated",
    ]
    farthest = max(order.index(s) for s in REACHED[stage])
    assert all(order.index(s) <= farthest for s in found if s in order), found


def standing(row: Request) -> str:
    """The request's state, or its job's while it is arranged."""
    job: Job | None = job_of(row) if row.state == "arranged" else None
    return job.state if job else row.state
