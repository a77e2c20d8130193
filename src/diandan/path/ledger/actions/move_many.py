"""成批记账: many moves in one transaction and one statement, each with its own id and its own no.

What bounds a ledger is the account everybody gives to: one transfer at a time, it is locked from
the first row until the disk has answered. Here it is locked and written once for the whole batch.
The rules are the database's, the same as for one move (migration 0002 and its followers).

`move_all` hands the batch over as it stands and lets the database say whether all of it holds: one
statement, nothing looked at before. Only when it says no does `move_many` find whose no it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import psycopg
from django.db import connection, transaction
from psycopg.types.json import Jsonb

from diandan.ground.people.actor import Actor
from diandan.kit.refusal import Refusal

from ..models import Account, Ledger, Reason, Transfer
from ..packing import Numbers, Turns, Uuids, know_packed
from .move import (
    AMOUNT_MOST,
    Move,
    Phase,
    check_move,
    is_same,
    key_reused,
    move,
    name_of,
    not_enough,
)

#: Reasons that ask for more than both accounts: those moves are written one by one.
SINGLE = frozenset({Reason.SERVICE, Reason.CORRECT, Reason.MERGE})
DIRECT, MINUTES = Phase.DIRECT, Ledger.MINUTES
Outcome = Refusal | None
WRITE_IT = object()

LOCK = """
    SELECT id, has_floor, posted - held FROM account WHERE id = ANY(%b) ORDER BY id
    FOR NO KEY UPDATE
"""
#: What rows share is sent once, and each row says which of it is hers.
WRITE = """
    INSERT INTO transfer (id, phase, centre_id, ledger, debit_id, credit_id, amount, reason,
                          at, by_id, fact_id, data)
    SELECT u.id, 'direct', s.centre, s.ledger, u.debit, u.credit, u.amount, s.reason,
           %(at)b, %(by)b, s.fact, s.data
    FROM unnest(%(ids)b, %(debits)b, %(credits)b, %(amounts)b, %(turns)b)
         AS u (id, debit, credit, amount, turn)
    JOIN unnest(%(centres)b::bigint[], %(ledgers)b::text[], %(reasons)b::text[],
                %(facts)b::bigint[], %(data)b::jsonb[])
         WITH ORDINALITY AS s (centre, ledger, reason, fact, data, turn) ON s.turn = u.turn
"""
#: A row written before is left out.
WRITE_NEW = WRITE + "ON CONFLICT (id) DO NOTHING RETURNING id"


def is_plain(wanted: Move) -> bool:
    """Whether the move asks for nothing but its two accounts; migration 0008 says the same."""
    return (
        wanted.phase == DIRECT
        and wanted.settles_id is None
        and wanted.corrects_id is None
        and wanted.task_id is None
        and wanted.debit.ledger != MINUTES
        and wanted.reason not in SINGLE
    )


@transaction.atomic
def move_all(wanted: Sequence[Move], *, by: Actor, at: datetime) -> bool:
    """Write all of them or none; false when some are not plain.

    Raises IntegrityError when the database refuses one, or one was written before.
    """
    for one in wanted:
        if not (0 < one.amount <= AMOUNT_MOST and is_plain(one)):
            return False
    with connection.wrap_database_errors:
        _cursor().execute(WRITE, _columns(wanted, by, at))
    return True


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


@transaction.atomic
def settle_many(
    pending: Sequence[Transfer], phase: Transfer.Phase, *, by: Actor, at: datetime
) -> list[Transfer]:
    """Post or void transfers that are still pending, as they stand, in their order.

    One statement; the database looks at each row of it as at one alone. Raises IntegrityError when
    it refuses one, or one was settled meanwhile: then `settle` says which.
    """
    sides = {side for row in pending for side in (row.debit_id, row.credit_id)}
    # All accounts, the lower id first, as every other writer takes them.
    locked = Account.objects.select_for_update(no_key=True).filter(id__in=sides).order_by("id")
    list(locked.values_list("id"))
    return Transfer.objects.bulk_create(
        Transfer(
            id=name_of("settle", row.id),
            phase=phase,
            centre_id=row.centre_id,
            ledger=row.ledger,
            debit=row.debit,
            credit=row.credit,
            amount=row.amount,
            reason=row.reason,
            settles=row,
            task=row.task,
            at=at,
            by_id=by.person_id,
        )
        for row in pending
    )


def _alone(one: Move, by: Actor, at: datetime) -> Outcome:
    try:
        move(one, by=by, at=at)
    except Refusal as no:
        return no
    return None


def _write_plain(
    wanted: Sequence[Move], places: Sequence[int], found: list[Outcome], by: Actor, at: datetime
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
    with connection.wrap_database_errors, _cursor() as cursor:
        cursor.execute(LOCK, [Uuids(list(accounts.values()))])
        left = _Left(cursor.fetchall())
        # Only now: who was there with the same id before us has let the accounts go.
        ids = [wanted[place].id for place in first.values()]
        cursor.execute("SELECT id FROM transfer WHERE id = ANY(%b)", [Uuids(ids)])
        known = Transfer.objects.in_bulk([row[0] for row in cursor.fetchall()])
        rows: list[Move] = []
        taken: set[int] = set()
        for place in first.values():
            one = wanted[place]
            no = _no(one, known, left)
            if no is not WRITE_IT:
                found[place] = no
                continue
            if not left.may_give(one):
                taken |= _insert(cursor, rows, by, at)
                rows = []
                left.begin()
            left.moves(one)
            rows.append(one)
        taken |= _insert(cursor, rows, by, at)
    for key in taken:
        found[first[key]] = key_reused()
    for place, earlier in twice:
        same = _says(wanted[place]) == _says(wanted[earlier])
        found[place] = found[earlier] if same else key_reused()


class _Left:
    """What each account has as the moves go by, and what it may still give in this statement.

    The database lets nobody give in one statement what only comes to her by it.
    """

    def __init__(self, rows: Sequence[tuple[UUID, bool, int]]) -> None:
        self._has = {row[0].int: row[2] if row[1] else None for row in rows}
        self.begin()

    def begin(self) -> None:
        """A new statement: what came by the last one may go on."""
        self._may = dict(self._has)

    def refusal(self, one: Move) -> Refusal | None:
        """The no to who has less than she would give."""
        has = self._has[one.debit.id.int]
        return not_enough(has, one.amount) if has is not None and has < one.amount else None

    def may_give(self, one: Move) -> bool:
        """Whether this statement can take the move in."""
        may = self._may[one.debit.id.int]
        return may is None or may >= one.amount

    def moves(self, one: Move) -> None:
        """The move is taken in."""
        giver, taker = one.debit.id.int, one.credit.id.int
        has, may, gets = self._has[giver], self._may[giver], self._has[taker]
        if has is not None and may is not None:
            self._has[giver], self._may[giver] = has - one.amount, may - one.amount
        if gets is not None:
            self._has[taker] = gets + one.amount


def _no(one: Move, known: dict[UUID, Transfer], left: _Left) -> Any:
    """Why this one is not written, None when it was before, else WRITE_IT."""
    if known and one.id in known:
        return None if is_same(known[one.id], one) else key_reused()
    try:
        check_move(one)
    except Refusal as no:
        return no
    return left.refusal(one) or WRITE_IT


def _says(one: Move) -> tuple[Any, ...]:
    return one.debit.id, one.credit.id, one.amount, one.reason


def _insert(cursor: psycopg.Cursor[Any], rows: Sequence[Move], by: Actor, at: datetime) -> set[int]:
    """Write them; the ids which another wrote meanwhile on other accounts: another move's."""
    if not rows:
        return set()
    cursor.execute(WRITE_NEW, _columns(rows, by, at))
    if cursor.rowcount == len(rows):
        return set()
    written = {row[0] for row in cursor.fetchall()}
    return {one.id.int for one in rows if one.id not in written}


def _columns(rows: Sequence[Move], by: Actor, at: datetime) -> dict[str, Any]:
    """What the statement is given: a column of each, and what is shared once, with whose turn."""
    shared: dict[tuple[Any, ...], int] = {}
    turns = [
        shared.setdefault(
            (
                *(one.debit.centre_id, one.debit.ledger, one.reason, one.fact_id),
                repr(sorted(one.data.items())) if one.data else "",
            ),
            place,
        )
        for place, one in enumerate(rows)
    ]
    firsts = [rows[place] for place in shared.values()]
    numbered = {place: turn for turn, place in enumerate(shared.values(), start=1)}
    return {
        "centres": [one.debit.centre_id for one in firsts],
        "ledgers": [str(one.debit.ledger) for one in firsts],
        "reasons": [str(one.reason) for one in firsts],
        "facts": [one.fact_id for one in firsts],
        "data": [Jsonb(dict(one.data)) for one in firsts],
        "at": at,
        "by": by.person_id,
        "ids": Uuids([one.id for one in rows]),
        "debits": Uuids([one.debit.id for one in rows]),
        "credits": Uuids([one.credit.id for one in rows]),
        "amounts": Numbers([one.amount for one in rows]),
        "turns": Turns([numbered[place] for place in turns]),
    }


def _cursor() -> psycopg.Cursor[Any]:
    """Arrays go to the server as they are; Django's own cursor would write them into the text."""
    connection.ensure_connection()
    return know_packed(psycopg.Cursor(cast("psycopg.Connection[Any]", connection.connection)))
