"""One of everything of posts and of asking volunteers themselves, for a street of the matrix."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from diandan.ground.places.models import Kind
from diandan.ground.posts.models import Pairing, PairingTask, TeamDay
from diandan.path.dispatch.models import PeopleCall, PersonAsk
from tests import factories as make

if TYPE_CHECKING:
    from tests.web.street_world import Street


def post_things(street: Street, at: datetime) -> dict[str, Any]:
    """The team's day on duty, a pairing with a task, and the volunteer asked herself."""
    assert street.team is not None
    day = TeamDay.objects.create(
        team=street.team,
        place=street.station,
        starts_at=at + timedelta(days=1),
        ends_at=at + timedelta(days=1, hours=2),
        made_at=at,
    )
    unit = make.place(f"单位{street.mark}", Kind.MEMBER_UNIT, street.institute)
    pairing = Pairing.objects.create(
        unit=unit,
        venue=street.station,
        from_on=at.date(),
        until_on=at.date() + timedelta(days=99),
        proposed_at=at,
        by_unit=True,
    )
    task = PairingTask.objects.create(pairing=pairing, title="一起义剪")
    job = street.jobs["offered"]
    call = PeopleCall.objects.create(job=job, opened_at=at)
    ask = PersonAsk.objects.create(
        call=call, job=job, person=street.people["volunteer"], asked_at=at
    )
    return {
        "day_id": day.id,
        "pairing_id": pairing.id,
        "pairing_task_id": task.id,
        "ask_id": ask.id,
    }
