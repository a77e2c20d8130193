"""公示后入账, many sessions at once: the same rules, and one that is refused stops no other."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from diandan.ground.people.actor import SYSTEM
from diandan.ground.record.models import FactRow
from diandan.path.ledger.actions.earn import earn
from diandan.path.ledger.actions.move_many import settle_many
from diandan.path.ledger.actions.notice import confirm, post_due
from diandan.path.ledger.checking import bad_rows
from diandan.path.ledger.models import Transfer
from diandan.path.ledger.queries import due_rows, waiting_of
from tests.path.ledger_world import Visit

pytestmark = pytest.mark.django_db
WEEK, SESSIONS = timedelta(days=7), 8
#: Locks, what is due, the rows, what goes with them: however many sessions there are.
STATEMENTS = 16


@pytest.fixture
def visit(at: datetime) -> Visit:
    """Several sessions of one member, each with an officer's word, all on notice."""
    made = Visit(at)
    for day in range(1, SESSIONS + 1):
        task = made.another(days=day)
        earn(task.id, at=at)
        confirm(task.id, by=made.keeps, at=at)
    return made


def posted() -> dict[UUID | None, list[str]]:
    found: dict[UUID | None, list[str]] = {}
    for row in Transfer.objects.filter(phase="posting").order_by("at", "ledger"):
        found.setdefault(row.task_id, []).append(row.ledger)
    return found


def test_they_are_posted_together_by_a_fixed_number_of_statements(visit: Visit) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert post_due(at=visit.at + WEEK) == 2 * SESSIONS
    assert len(asked) <= STATEMENTS
    assert list(posted().values()) == [["minutes", "points"]] * SESSIONS
    told = FactRow.objects.filter(kind="hours.posted").values_list("data__transfer", flat=True)
    assert set(told) == {str(row.id) for row in Transfer.objects.filter(phase="posting")}
    assert post_due(at=visit.at + WEEK) == 0
    assert not list(bad_rows("books.earn_for"))


def test_what_the_database_refuses_stops_no_other(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody objects a moment after it was looked at what is due."""
    from diandan.path.ledger.actions import notice

    tasks = due_rows(visit.at + WEEK)
    bad = tasks[3]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO objection (id, transfer_id, kind, text, by_id, at, settlement)"
            " SELECT gen_random_uuid(), id, 'wrong', '', %s, %s, '' FROM transfer"
            " WHERE task_id = %s AND ledger = 'minutes'",
            [visit.head.id, visit.at, bad],
        )
    monkeypatch.setattr(
        notice, "due_rows", lambda at, among=None: [t for t in tasks if not among or t in among]
    )
    assert post_due(at=visit.at + WEEK) == 2 * (SESSIONS - 1)
    assert bad not in posted()


def test_settled_meanwhile_is_not_settled_twice(visit: Visit) -> None:
    assert waiting_of() == []
    task = visit.task
    earn(task.id, at=visit.at)
    confirm(task.id, by=visit.keeps, at=visit.at)
    rows = waiting_of(task)
    at = visit.at + WEEK
    settle_many(rows, Transfer.Phase.POSTING, by=SYSTEM, at=at)
    with pytest.raises(IntegrityError), transaction.atomic():
        settle_many(rows, Transfer.Phase.VOIDING, by=SYSTEM, at=at)
