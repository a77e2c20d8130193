"""Under load the handler that moves orders has the facts first, and the others later, once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from diandan.ground.record.actions.announce import announce
from diandan.ground.record.actions.hand_out import LONGEST_WAIT, hand_out
from diandan.ground.record.models import FactFailed, FactRow, FactWaiting
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


def test_the_slow_ones_leave_alone_what_the_urgent_one_has_not_had(
    told: list[FactRow], at: datetime
) -> None:
    heard: list[int] = []

    def urgent(fact: FactRow) -> None:
        if fact.id == told[1].id:
            raise ValueError("not now")

    handlers = {"urgent": urgent, "slow": lambda fact: heard.append(fact.id)}
    assert hand_out(handlers=handlers, at=at, after="urgent") == 0
    assert hand_out(handlers=handlers, at=at, only="urgent", limit=2) == 2
    assert hand_out(handlers=handlers, at=at, after="urgent") == 1
    assert heard == [told[0].id]
    # What it failed on is told all the same when its rest is over; what it has not seen waits.
    assert hand_out(handlers=handlers, at=at + LONGEST_WAIT, after="urgent") == 1
    assert heard == [told[0].id, told[1].id]


def test_what_the_urgent_one_does_not_want_is_not_waited_for(
    told: list[FactRow], at: datetime
) -> None:
    heard: list[int] = []
    handlers = {"urgent": lambda _fact: None, "slow": lambda fact: heard.append(fact.id)}
    kinds = {"urgent": frozenset({"y.", "z.happened"})}
    assert hand_out(handlers=handlers, kinds=kinds, at=at, after="urgent") == 3
    assert heard == [row.id for row in told]


def test_what_another_worker_did_since_the_first_look_is_not_done_again(
    told: list[FactRow], at: datetime
) -> None:
    heard: list[int] = []

    def slow(fact: FactRow) -> None:
        heard.append(fact.id)
        FactWaiting.objects.filter(fact=told[1]).delete()
        FactFailed.objects.create(fact=told[2], handler="slow", again_at=at + timedelta(minutes=1))

    assert hand_out(handlers={"slow": slow}, at=at) == 1
    assert heard == [told[0].id]


def test_what_lies_behind_a_number_is_passed_over(told: list[FactRow], at: datetime) -> None:
    heard: list[int] = []
    handlers = {"urgent": lambda fact: heard.append(fact.id)}
    hand_out(handlers=handlers, at=at, only="urgent", beyond=told[1].id)
    assert heard == [told[2].id]


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
