"""成批记账: many moves in one transaction and one statement, each with its own id and its own no.

What bounds a ledger is the account everybody gives to: one transfer at a time, it is locked from
the first row until the disk has answered. Here it is locked and written once for the whole batch.
The rules are the database's, the same as for one move (migration 0002 and its followers).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import psycopg
from django.db import connection, transaction
from psycopg.types.json import Jsonb

from diandan.ground.people.actor import Actor
from diandan.kit.refusal import Refusal

from ..models import Ledger, Reason, Transfer
from .move import Move, Phase, check_move, is_same, key_reused, move, not_enough

#: Reasons that ask for more than both accounts: those moves are written one by one.
SINGLE = frozenset({Reason.SERVICE, Reason.CORRECT, Reason.MERGE})
Outcome = Refusal | None
WRITE_IT = object()

LOCK = """
    SELECT id, has_floor, posted - held FROM account WHERE id = ANY(%b) ORDER BY id
    FOR NO KEY UPDATE
"""
WRITE = """
    INSERT INTO transfer (id, phase, centre_id, ledger, debit_id, credit_id, amount, reason,
                          at, by_id, fact_id, data)
    SELECT u.id, 'direct', %b, %b, u.debit, u.credit, u.amount, %b, %b, %b, %b, %b
    FROM unnest(%b::uuid[], %b::uuid[], %b::uuid[], %b::bigint[]) AS u (id, debit, credit, amount)
    ON CONFLICT (id) DO NOTHING
    RETURNING id
"""


def is_plain(wanted: Move) -> bool:
    """Whether the move asks for nothing but its two accounts; migration 0008 says the same."""
    return (
        wanted.phase == Phase.DIRECT
        and wanted.settles_id is None
        and wanted.corrects_id is None
        and wanted.task_id is None
        and wanted.debit.ledger != Ledger.MINUTES
        and wanted.reason not in SINGLE
    )


@transaction.atomic
def move_many(wanted: Sequence[Move], *, by: Actor, at: datetime) -> list[Outcome]:
    """Write them in their order; for each None, or the Refusal it alone got.

    The same id twice, here or earlier, is the same move. A refused one leaves no trace and takes
    none with it.
    """
    found: list[Outcome] = [None] * len(wanted)
    plain: list[int] = []
    for place, one in enumerate(wanted):
        if is_plain(one):
            plain.append(place)
        else:
            found[place] = _alone(one, by, at)
    if plain:
        _write_plain(wanted, plain, found, by, at)
    return found


def _alone(one: Move, by: Actor, at: datetime) -> Outcome:
    try:
        move(one, by=by, at=at)
    except Refusal as no:
        return no
    return None


def _write_plain(
    wanted: Sequence[Move], places: Iterable[int], found: list[Outcome], by: Actor, at: datetime
) -> None:
    """Lock every account once, see what each has, and write what it has enough for.

    A UUID is looked up by its number: its own hash is worked out anew each time.
    """
    first: dict[int, int] = {}
    twice: list[tuple[int, int]] = []
    accounts: dict[int, UUID] = {}
    for place in places:
        one = wanted[place]
        earlier = first.setdefault(one.id.int, place)
        if earlier != place:
            twice.append((place, earlier))
        for account in (one.debit.id, one.credit.id):
            accounts[account.int] = account
    ids = [wanted[place].id for place in first.values()]
    groups: dict[tuple[Any, ...], list[Move]] = {}
    with connection.wrap_database_errors, _cursor() as cursor:
        cursor.execute(LOCK, [list(accounts.values())])
        left = {row[0].int: row[2] if row[1] else None for row in cursor.fetchall()}
        # Only now: who was there with the same id before us has let the accounts go.
        cursor.execute("SELECT id FROM transfer WHERE id = ANY(%b)", [ids])
        known = Transfer.objects.in_bulk([row[0] for row in cursor.fetchall()])
        for place in first.values():
            one = wanted[place]
            no = _no(one, known, left)
            if no is not WRITE_IT:
                found[place] = no
                continue
            groups.setdefault(_group(one), []).append(one)
        for group, rows in groups.items():
            for key in _insert(cursor, group, rows, by, at):
                found[first[key]] = key_reused()
    for place, earlier in twice:
        same = _says(wanted[place]) == _says(wanted[earlier])
        found[place] = found[earlier] if same else key_reused()


def _no(one: Move, known: dict[UUID, Transfer], left: dict[int, int | None]) -> Any:
    """Why this one is not written, None when it was before, else WRITE_IT; moves what is `left`."""
    if known and one.id in known:
        return None if is_same(known[one.id], one) else key_reused()
    try:
        check_move(one)
    except Refusal as no:
        return no
    giver, taker, amount = one.debit.id.int, one.credit.id.int, one.amount
    had, has = left[giver], left[taker]
    if had is not None:
        if had < amount:
            return not_enough(had, amount)
        left[giver] = had - amount
    if has is not None:
        left[taker] = has + amount
    return WRITE_IT


def _group(one: Move) -> tuple[Any, ...]:
    """What all rows of one statement share."""
    said = repr(sorted(one.data.items())) if one.data else ""
    return one.debit.centre_id, one.debit.ledger, one.reason, one.fact_id, said


def _says(one: Move) -> tuple[Any, ...]:
    return one.debit.id, one.credit.id, one.amount, one.reason


def _insert(
    cursor: psycopg.Cursor[Any], group: tuple[Any, ...], rows: list[Move], by: Actor, at: datetime
) -> list[int]:
    """Write them; the ids which another wrote meanwhile on other accounts: another move's."""
    centre_id, ledger, reason, fact_id, _said = group
    cursor.execute(
        WRITE,
        [
            *(centre_id, str(ledger), str(reason), at, by.person_id, fact_id),
            Jsonb(dict(rows[0].data)),
            [one.id for one in rows],
            [one.debit.id for one in rows],
            [one.credit.id for one in rows],
            [one.amount for one in rows],
        ],
    )
    if cursor.rowcount == len(rows):
        return []
    written = {row[0] for row in cursor.fetchall()}
    return [one.id.int for one in rows if one.id not in written]


def _cursor() -> psycopg.Cursor[Any]:
    """Arrays go to the server as they are; Django's own cursor would write them into the text."""
    connection.ensure_connection()
    return psycopg.Cursor(cast("psycopg.Connection[Any]", connection.connection))
