"""One lock by words, held until the transaction ends, for what has no row yet to lock."""

from __future__ import annotations

from django.db import connection


def hold(words: str) -> None:
    """Wait for, then hold until this transaction ends, the lock named `words`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [words])
