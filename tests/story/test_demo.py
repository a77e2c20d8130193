"""The demo stops at every stage it is asked for, through real actions alone."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction

from diandan.ops.demo import STAGES, live_in, open_house
from diandan.ops.demo.furnish import House, quiet
from diandan.ops.demo.month import Plan
from diandan.path.ask.models import Request
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import job_of
from tests.conftest import NOON

pytestmark = [pytest.mark.story, pytest.mark.django_db]
DAYS = 1
NEW = timedelta(hours=20)
REACHED = {
    "placed": {"placed"},
    "offered": {"offered", "escalated"},
    "accepted": {"allocated", "engaged"},
    "served": {"served"},
    "rated": {"rated"},
}


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    """The district on its first day, furnished once for all; each test's days are taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield open_house("xiyang", at=NOON - timedelta(days=DAYS + 1), seed=3, tell=quiet)
        transaction.set_rollback(True)


@pytest.mark.parametrize("stage", STAGES[:-1])
def test_the_last_orders_stand_where_they_were_asked_to(
    house: House, stage: str, at: datetime
) -> None:
    live(house, stage, at)
    check_where_the_last_stand(stage, at)


def live(house: House, stage: str, at: datetime) -> None:
    plan = Plan(until=at, days=DAYS, a_tick=0.5, stage=stage)
    with patch.dict(os.environ, {"DIANDAN_DEMO": "1"}):
        # Whom fate gives which name is kept in it: everybody begins from the same first day.
        assert live_in(copy.deepcopy(house), plan, lambda _done, _of: None)


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
