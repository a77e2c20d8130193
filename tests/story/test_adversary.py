"""Hours from nothing, tried in every way we know: each is refused or stands before a person.

Five hours of 关愛老人 cost 40 yuan in 2025, entered by an administrator; a seven-year-old and a
woman with dementia had hours in the record (domain.md §5-1, §5-2). What is missed here is mended
in the product, not in this list.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction

from diandan.ops import serving

from . import adversary_doors, adversary_sql, adversary_visits
from .adversary_world import MISSED, REFUSED, SURFACED, Fraud, judge, relook, undone

pytestmark = [pytest.mark.story, pytest.mark.django_db]
WAYS = (*adversary_sql.WAYS, *adversary_doors.WAYS, *adversary_visits.WAYS)
AT_LEAST = 40


@pytest.fixture(scope="session")
def serving_role(django_db_setup: None, django_db_blocker: Any) -> str:
    """The application's own role, with its rights in the test's database."""
    with django_db_blocker.unblock():
        serving.allow()
    return serving.role()


@pytest.fixture
def fraud(at: datetime, still_clock: Any, settings: Any, serving_role: str) -> Fraud:
    world = Fraud(at)
    world.role = serving_role
    world.centre.slug = "jiangning"
    world.centre.save(update_fields=["slug"])
    settings.DIANDAN_PLACE = "jiangning"
    return world


def test_nobody_makes_hours_from_nothing(fraud: Fraud, capsys: pytest.CaptureFixture[str]) -> None:
    said: dict[str, str] = {}
    why: dict[str, str] = {}
    for way in WAYS:
        fraud.noes = []
        with undone():
            said[way.__name__] = judge(fraud, way)
            why[way.__name__] = ", ".join(dict.fromkeys(fraud.noes))
    tally = Counter(said.values())
    with capsys.disabled():
        print()
        for name, verdict in said.items():
            print(f"  {verdict:9} {name.replace('_', ' ')} ({why[name]})")
        print(
            f"tried {len(said)}, refused {tally[REFUSED]},"
            f" surfaced {tally[SURFACED]}, missed {tally[MISSED]}"
        )
    assert len(said) >= AT_LEAST
    assert [name for name, verdict in said.items() if verdict == MISSED] == []


def test_the_honest_hour_is_posted_and_nothing_is_said_against_it(fraud: Fraud) -> None:
    """The judge is not simply refusing everything."""
    with transaction.atomic():
        assert judge(fraud, relook) == REFUSED
    from .adversary_world import held

    assert held() == fraud.honest


def test_the_judge_sees_a_way_that_works(fraud: Fraud) -> None:
    """Where the database's own trigger is off, hours from nothing are found by the check."""

    def without_the_trigger(world: Fraud) -> None:
        world.insert(task=None)

    with undone():
        fraud.sql("SET CONSTRAINTS ALL IMMEDIATE")
        fraud.sql("ALTER TABLE transfer DISABLE TRIGGER transfer_moves_from")
        assert judge(fraud, without_the_trigger) == SURFACED
