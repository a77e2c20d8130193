"""龙泉驿: five unexcused no-shows in a year, counted from tasks; a no in time never counts."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import transaction

from diandan.ground.people.actor import SYSTEM
from diandan.ground.people.models import Person
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal
from diandan.path.bundle.facts import job_fact
from diandan.path.engage.models import Task
from diandan.path.ledger.actions.pause import (
    appeal,
    lift_pause,
    living_pause,
    no_shows,
    pause_if_absent,
)
from diandan.path.ledger.models import RuleChoice
from tests import factories as make
from tests.path.ledger_world import Visit

pytestmark = pytest.mark.django_db


def stay_away(visit: Visit, who: Person, days: int, *, state: str = "released") -> None:
    """She said yes herself; the others went and she did not."""
    at = visit.at - timedelta(days=days)
    request = make.request(visit.there.station, visit.kind)
    job = make.served(request, visit.team, make.member(visit.team), who)
    task = Task.objects.get(engagement__job=job, person=who)
    Task.objects.filter(id=task.id).update(state=state, state_at=at)
    by = make.actor(who)
    with transaction.atomic():
        announce(job_fact(job, "answer_task", by, at, {"yes": True}, person_id=who.id))
        announce(job_fact(job, "finish", SYSTEM, at))


@pytest.fixture
def visit(at: datetime) -> Visit:
    world = Visit(at)
    RuleChoice.objects.create(
        centre=world.centre, preset="longquanyi", from_on=date(2026, 1, 1), at=at
    )
    return world


def test_five_in_a_year_pause_her_until_somebody_looked(visit: Visit) -> None:
    who = visit.member
    for days in (1, 2, 3, 4):
        stay_away(visit, who, days)
    stay_away(visit, who, 100)  # last year's
    for state in ("dropped", "declined", "handed_on"):
        stay_away(visit, who, 5, state=state)
    assert pause_if_absent(who.id, visit.centre, at=visit.at) is None
    stay_away(visit, who, 6)
    assert no_shows(who.id, visit.centre, visit.at).count() == 5
    row = pause_if_absent(who.id, visit.centre, at=visit.at)
    assert row is not None
    assert pause_if_absent(who.id, visit.centre, at=visit.at) is None
    appeal(row.id, text="孩子住院了", by=make.actor(who), at=visit.at)
    with pytest.raises(Refusal):
        lift_pause(row.id, text="没事", by=make.actor(who), at=visit.at)
    lift_pause(row.id, text="问过了", by=visit.heads, at=visit.at)
    assert living_pause(who.id, visit.centre) is None
    assert no_shows(who.id, visit.centre, visit.at).count() == 0
