"""Under load the handler that moves orders has the facts first, and the others later, once."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import transaction

from diandan.ground.record.actions.announce import announce
from diandan.ground.record.actions.hand_out import hand_out
from diandan.ground.record.models import FactRow, FactWaiting
from diandan.ground.record.queries import newest
from diandan.kit.fact import Fact
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(at: datetime) -> list[FactRow]:
    place = make.district().centre
    FactWaiting.objects.all().delete()
    with transaction.atomic():
        return announce(*(Fact(kind="x.happened", at=at, place_id=place.id) for _ in range(3)))


def test_the_urgent_handler_has_every_fact_before_the_others_and_each_once(
    told: list[FactRow], at: datetime
) -> None:
    heard: list[tuple[str, int]] = []
    handlers = {
        "urgent": lambda fact: heard.append(("urgent", fact.id)),
        "slow": lambda fact: heard.append(("slow", fact.id)),
    }
    assert hand_out(handlers=handlers, at=at, only="urgent") == 3
    assert heard == [("urgent", row.id) for row in told]
    assert FactWaiting.objects.count() == 3
    assert hand_out(handlers=handlers, at=at, only="urgent") == 0
    assert hand_out(handlers=handlers, at=at) == 3
    assert heard[3:] == [("slow", row.id) for row in told]
    assert not FactWaiting.objects.exists()


def test_a_failed_urgent_handler_rests_and_does_not_hold_up_the_lane(
    told: list[FactRow], at: datetime
) -> None:
    def urgent(fact: FactRow) -> None:
        if fact.id == told[0].id:
            raise ValueError("not now")

    assert hand_out(handlers={"urgent": urgent}, at=at, only="urgent") == 3
    assert hand_out(handlers={"urgent": urgent}, at=at, only="urgent") == 0


def test_the_slow_ones_stop_when_something_more_urgent_comes(
    told: list[FactRow], at: datetime
) -> None:
    seen = newest()
    assert seen == told[-1].id
    assert hand_out(handlers={"slow": lambda _fact: None}, at=at, until=lambda: True) == 1
    assert FactWaiting.objects.count() == 2
