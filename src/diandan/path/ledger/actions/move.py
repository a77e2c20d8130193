"""记账: the one writer of transfers. The database holds the rules; here a no is said in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person
from diandan.ground.places.models import Place
from diandan.ground.record.lock import hold
from diandan.kit.refusal import Refusal, conflict

from ..models import Account, Grade, Ledger, Reason, Transfer

# Ids that follow from what they are about, so that the same act twice is one.
NAMES = UUID("6f1d5a0e-51a7-5c0b-9a6e-0c2f7a3f9d11")
SOURCE = "source"
# What two centres owe each other for coins that went across (通存通兑); either may owe the other.
CLEARING = "clearing:"
# More than any centre has, and little enough that no sum of them leaves a column.
AMOUNT_MOST = 10**12
Phase = Transfer.Phase


@dataclass(frozen=True, slots=True)
class Move:
    """So many units from `debit` to `credit`. The same `id` twice is the same move."""

    id: UUID
    debit: Account
    credit: Account
    amount: int
    reason: Reason
    phase: Transfer.Phase = Phase.DIRECT
    notice_until: datetime | None = None
    settles_id: UUID | None = None
    corrects_id: UUID | None = None
    task_id: UUID | None = None
    fact_id: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


def name_of(*parts: object) -> UUID:
    """The id that follows from what a row is about."""
    return uuid5(NAMES, ":".join(map(str, parts)))


def account_of(
    person: Person | None,
    *,
    centre: Place,
    ledger: Ledger,
    at: datetime,
    grade: Grade | None = None,
    purpose: str = "",
) -> Account:
    """The account of a person, or the centre's for a purpose; opened when first wanted."""
    is_source = person is None and (purpose == SOURCE or purpose.startswith(CLEARING))
    owner = Account.Owner.PERSON if person else Account.Owner.CENTRE
    row, _new = Account.objects.get_or_create(
        centre=centre,
        ledger=ledger,
        grade=(grade or Grade.VERIFIED) if ledger == Ledger.MINUTES else "",
        owner=Account.Owner.SYSTEM if is_source else owner,
        person=person,
        family_id=None,
        purpose=purpose,
        defaults={"has_floor": not is_source, "opened_at": at},
    )
    return row


@transaction.atomic
def move(wanted: Move, *, by: Actor, at: datetime) -> Transfer:
    """Write the transfer, or give the one already written under this id.

    Raises Refusal `not_enough` when the giving account does not hold it, `key_reused` when the
    id belongs to another move.
    """
    hold(f"transfer:{wanted.id}")
    found = Transfer.objects.filter(id=wanted.id).first()
    if found is not None:
        if not is_same(found, wanted):
            raise key_reused()
        return found
    check_move(wanted)
    if wanted.phase in (Phase.DIRECT, Phase.PENDING):
        _check_enough(wanted)
    return Transfer.objects.create(
        id=wanted.id,
        phase=wanted.phase,
        centre_id=wanted.debit.centre_id,
        ledger=wanted.debit.ledger,
        debit=wanted.debit,
        credit=wanted.credit,
        amount=wanted.amount,
        reason=wanted.reason,
        settles_id=wanted.settles_id,
        corrects_id=wanted.corrects_id,
        task_id=wanted.task_id,
        fact_id=wanted.fact_id,
        notice_until=wanted.notice_until,
        at=at,
        by_id=by.person_id,
        data=dict(wanted.data),
    )


def is_same(found: Transfer, wanted: Move) -> bool:
    """Whether what is wanted was written before."""
    return (
        found.phase,
        found.debit_id,
        found.credit_id,
        found.amount,
        found.reason,
        found.settles_id,
        found.corrects_id,
    ) == (
        wanted.phase,
        wanted.debit.id,
        wanted.credit.id,
        wanted.amount,
        wanted.reason,
        wanted.settles_id,
        wanted.corrects_id,
    )


def key_reused() -> Refusal:
    """The no to an id that is another move's."""
    return conflict("key_reused", _("这个编号已经记过另一笔,请换一个新的。"))


def not_enough(have: int, want: int) -> Refusal:
    """The no to who has less than she would give."""
    return conflict(
        "not_enough",
        _("余额不够:现有 %(have)d,要用 %(want)d。") % {"have": have, "want": want},
        {"have": have},
    )


def check_move(wanted: Move) -> None:
    """What can be seen without looking at balances."""
    if wanted.amount <= 0:
        raise Refusal("amount", _("数量要大于零。"), field="amount")
    if wanted.amount > AMOUNT_MOST:
        raise Refusal("amount", _("数量太大了。"), field="amount")
    if wanted.debit.id == wanted.credit.id:
        raise Refusal("same_account", _("转出和转入是同一个账户。"))
    _check_one_book(wanted)


def _check_one_book(wanted: Move) -> None:
    """Hours, points, coins and vouchers are never turned into each other, nor are two grades."""
    one, two = wanted.debit, wanted.credit
    if (one.ledger, one.grade) != (two.ledger, two.grade):
        raise Refusal("ledgers_apart", _("时长、积分、时间币和礼券各记各的账,不能互换。"))
    if one.centre_id != two.centre_id:
        raise Refusal("centres_apart", _("两个中心的账不能直接划转。"))


def _check_enough(wanted: Move) -> None:
    """Both accounts locked, the lower id first, as the database's own rule does."""
    ids = (wanted.debit.id, wanted.credit.id)
    locked = Account.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id")
    debit = next(row for row in locked if row.id == wanted.debit.id)
    if debit.has_floor and debit.available < wanted.amount:
        raise not_enough(debit.available, wanted.amount)


def settle(pending: Transfer, phase: Transfer.Phase, *, by: Actor, at: datetime) -> Transfer:
    """Post or void a pending transfer as it stands, once."""
    ended = Transfer.objects.filter(settles=pending).first()
    if ended is not None:
        if ended.phase != phase:
            raise conflict("settled_before", _("这一笔已经有了结果。"))
        return ended
    wanted = Move(
        id=name_of("settle", pending.id),
        debit=pending.debit,
        credit=pending.credit,
        amount=pending.amount,
        reason=Reason(pending.reason),
        phase=phase,
        settles_id=pending.id,
        task_id=pending.task_id,
    )
    return move(wanted, by=by, at=at)
