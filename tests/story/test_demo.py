"""The demo stops at every stage it is asked for, through real actions alone."""

from __future__ import annotations

import os
import re
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest

from diandan.ops.demo import STAGES, fill
from diandan.ops.demo.hours import posted
from diandan.path.ask.models import Request
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import job_of
from diandan.path.ledger.models import Ledger, Transfer

pytestmark = [pytest.mark.story, pytest.mark.django_db(transaction=True)]
NEW = timedelta(hours=20)
REACHED = {
    "placed": {"placed"},
    "offered": {"offered", "escalated"},
    "accepted": {"allocated", "engaged"},
    "served": {"served"},
    "rated": {"rated"},
}


@pytest.mark.parametrize("stage", STAGES[:-1])
def test_the_last_orders_stand_where_they_were_asked_to(stage: str, at: datetime) -> None:
    live(stage, at, days=1)
    check_where_the_last_stand(stage, at)


def test_a_week_ends_rated_and_posted_for_as_long_as_people_were_there(at: datetime) -> None:
    live("rated", at, days=8)
    check_where_the_last_stand("rated", at)
    rows = Transfer.objects.filter(ledger=Ledger.MINUTES, phase=Transfer.Phase.POSTING)
    assert rows
    for row in rows.select_related("task__engagement__job"):
        assert row.task
        planned = row.task.engagement.job.minutes
        assert planned * 0.8 <= row.amount <= planned * 1.5, (row.amount, planned)
    found = re.search(r"入账 (\d+) 笔", posted())
    assert found
    assert int(found[1]) == Transfer.objects.filter(phase=Transfer.Phase.POSTING).count()


def live(stage: str, at: datetime, *, days: int) -> None:
    with patch.dict(os.environ, {"DIANDAN_DEMO": "1"}):
        assert fill("xiyang", stage=stage, days=days, a_tick=0.5, seed=3, until=at)


def check_where_the_last_stand(stage: str, at: datetime) -> None:
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
