"""对外账本: the books as text that another's program (bean-check) adds up for itself.

Only what was posted is in it; each account ends in a statement of the balance that we hold to be
right. Accounts are named by ids, never by a person's name.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from diandan.kit.units import local

from .models import Account, Ledger, Transfer

CURRENCY = {
    Ledger.MINUTES: "MINUTE",
    Ledger.POINTS: "POINT",
    Ledger.COINS: "TIMECOIN",
    Ledger.VOUCHERS: "VOUCHER",
}
MOVED = (Transfer.Phase.DIRECT, Transfer.Phase.POSTING)


def name_of(row: Account) -> str:
    """The account's name: what it is, whose, in which centre."""
    root = "Assets" if row.has_floor else "Equity"
    ledger = row.ledger.capitalize() + row.grade.capitalize()
    whose = row.owner.capitalize()
    return f"{root}:Centre{row.centre_id}:{ledger}:{whose}:A-{row.id}"


def lines() -> Iterator[str]:
    """The whole file, line by line."""
    accounts = {row.id: row for row in Account.objects.order_by("opened_at", "id")}
    rows = Transfer.objects.filter(phase__in=MOVED).order_by("at", "id")
    yield 'option "title" "Diandan 记单"'
    for row in accounts.values():
        opened = local(row.opened_at).date()
        yield f"{opened} open {name_of(row)} {CURRENCY[Ledger(row.ledger)]}"
    last: date | None = None
    for one in rows.iterator():
        on = local(one.at).date()
        last = max(last or on, on)
        unit = CURRENCY[Ledger(one.ledger)]
        yield f'{on} * "{one.reason}"'
        yield f'  transfer: "{one.id}"'
        if one.settles_id or one.corrects_id:
            what = "settles" if one.settles_id else "corrects"
            yield f'  {what}: "{one.settles_id or one.corrects_id}"'
        yield f"  {name_of(accounts[one.debit_id])}  -{one.amount} {unit}"
        yield f"  {name_of(accounts[one.credit_id])}  {one.amount} {unit}"
    newest = max((local(row.opened_at).date() for row in accounts.values()), default=None)
    days = [day for day in (last, newest) if day]
    for row in accounts.values():
        on = max(days) + timedelta(days=1)
        yield f"{on} balance {name_of(row)}  {row.posted} {CURRENCY[Ledger(row.ledger)]}"
