"""团体时长: a group has what its members had posted, and not a minute more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from diandan.path.engage.models import Task
from diandan.path.ledger.actions.correct import correct
from diandan.path.ledger.actions.earn import earn
from diandan.path.ledger.actions.notice import confirm, post_due
from diandan.path.ledger.models import Transfer
from diandan.path.ledger.queries_group import Together, together, together_at
from diandan.path.ledger.queries_hours import hours_of
from tests.path.ledger_world import Visit
from tests.web.volunteer_world import client

pytestmark = pytest.mark.django_db
LATER = timedelta(days=14)


@pytest.fixture
def visit(at: datetime, settings: Any, still_clock: Any) -> Visit:
    made = Visit(at)
    made.centre.slug = settings.DIANDAN_PLACE = "jiangning"
    made.centre.save()
    leads = Task.objects.get(engagement__job=made.job, person=made.leader)
    made.attend(leads, 30, out="hand")
    for task in (made.task, leads):
        earn(task.id, at=at)
        confirm(task.id, by=made.keeps, at=at)
    still_clock.at = at + LATER
    return made


def said(browser: Client, address: str) -> str:
    return str(browser.get(address).content.decode())


def test_it_is_the_sum_of_what_each_had_posted_by_how_well_it_is_proved(visit: Visit) -> None:
    year = visit.at.year
    assert together(visit.team, year) == Together(0, 0, 0), "what is on notice is nobody's yet"
    post_due(at=visit.at + LATER)
    assert together(visit.team, year) == Together(2, 60, 30)
    assert together_at(visit.task.engagement_id) == Together(2, 60, 30)
    assert together(visit.team, year - 1) == Together(0, 0, 0)
    row = Transfer.objects.get(phase="posting", ledger="minutes", task=visit.task)
    later = visit.at + LATER
    correct(uuid4(), transfer_id=row.id, amount=20, by=visit.heads, at=later, why="只待了40分钟")
    assert together(visit.team, year) == Together(2, 40, 30)
    by_person = sum(one.minutes.amount - one.corrected for one in hours_of(visit.member.id))
    assert by_person == 40, "her own is hers, and in the sum once"


def test_the_team_sees_the_sum_and_each_how_her_part_adds_up(visit: Visit) -> None:
    post_due(at=visit.at + LATER)
    hers = client(visit.member)
    page = said(hers, f"/v/teams/{visit.team.id}")
    assert "2 位队员各自入账时长的合计" in page
    assert "1小时" in page
    mine = said(hers, f"/v/hours/{visit.task.id}")
    assert "同去 2 人" in mine
    stranger = client(visit.request.requester)
    assert "各自入账时长的合计" not in said(stranger, f"/v/teams/{visit.team.id}")
