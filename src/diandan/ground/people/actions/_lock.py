"""One lock by words, for what has no row yet: the same phone in two transactions at once."""

from __future__ import annotations

from django.db import connection


def lock(words: str) -> None:
    """Wait for, then hold until this transaction ends, the lock named `words`."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [words])
