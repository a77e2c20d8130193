"""准备: a command that starts on a house that is up to date asks no more than one table."""

from __future__ import annotations

import pytest
from django.db import connection

from diandan.ops import house


@pytest.mark.django_db
def test_an_up_to_date_house_needs_no_migration_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(house, "pending", lambda: pytest.fail("Django was asked"))
    assert house.migrate() == 0


@pytest.mark.django_db
def test_a_migration_that_was_not_applied_is_seen() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'flow' AND name LIKE '0002%'")
    assert not house.has_all()
    assert [name for name in house.pending() if name.startswith("flow.0002")]


@pytest.mark.django_db
def test_a_database_without_tables_is_left_to_django() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_migrations RENAME TO elsewhere")
    assert not house.has_all()
