"""并号与家庭: what one record held goes to the other; a member's points go to the family's pool.

Accounts are never edited: everything here is a transfer that names why (domain §5-2, S4-02).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.people.models import Family, FamilyMember, Person, PersonMerge
from diandan.ground.record.lock import hold
from diandan.kit.refusal import missing

from ..models import Account, Grade, Ledger, Reason, Transfer
from .move import Move, account_of, move, name_of


def join_merged(*, at: datetime) -> int:
    """Bring over what merged records hold, also what was posted to them since; how many moves."""
    rows = (
        Account.objects.filter(
            person_id__in=PersonMerge.objects.values("gone"), has_floor=True, posted__gt=0
        )
        .exclude(held__gt=0)
        .values_list("id", flat=True)
    )
    return sum(_join_account(account_id, at) for account_id in list(rows))


@transaction.atomic
def _join_account(account_id: UUID, at: datetime) -> int:
    hold(f"merge:{account_id}")
    row = Account.objects.select_related("centre", "person").get(id=account_id)
    merge = PersonMerge.objects.filter(gone=row.person_id).select_related("kept").first()
    if merge is None or row.available <= 0:
        return 0
    turn = Transfer.objects.filter(debit=row, reason=Reason.MERGE).count()
    to = account_of(
        merge.kept,
        centre=row.centre,
        ledger=Ledger(row.ledger),
        grade=Grade(row.grade) if row.grade else None,
        purpose=row.purpose,
        at=at,
    )
    move(
        Move(name_of("merge", row.id, turn), row, to, row.available, Reason.MERGE),
        by=SYSTEM,
        at=at,
    )
    return 1


def pool_account(family: Family, at: datetime) -> Account:
    """The points a family shares."""
    row, _new = Account.objects.get_or_create(
        centre=family.centre,
        ledger=Ledger.POINTS,
        grade="",
        owner=Account.Owner.FAMILY,
        person=None,
        family_id=family.id,
        purpose="",
        defaults={"has_floor": True, "opened_at": at},
    )
    return row


@transaction.atomic
def pool_points(transfer_id: UUID, *, at: datetime) -> Transfer | None:
    """Points just posted go to the pool of who chose it; once for each posting."""
    row = Transfer.objects.select_related("credit__person", "centre").filter(id=transfer_id).first()
    if (
        row is None
        or (row.ledger, row.phase, row.reason)
        != (Ledger.POINTS, Transfer.Phase.POSTING, Reason.SERVICE)
        or row.credit.person_id is None
    ):
        return None
    member = (
        FamilyMember.objects.filter(
            person_id=row.credit.person_id, left_at=None, pools=True, joined_at__lte=row.at
        )
        .select_related("family__centre")
        .first()
    )
    if member is None or member.family.centre_id != row.centre_id:
        return None
    mine = Account.objects.get(id=row.credit_id)
    amount = min(row.amount, mine.available)
    key = name_of("pool", row.id)
    if amount <= 0 or Transfer.objects.filter(id=key).exists():
        return None
    pool = pool_account(member.family, at)
    return move(Move(key, mine, pool, amount, Reason.POOL, task_id=row.task_id), by=SYSTEM, at=at)


@transaction.atomic
def draw_from_pool(key: UUID, *, person: Person, amount: int, by: Actor, at: datetime) -> Transfer:
    """A member takes points of the pool to her own account, to redeem; all members see it."""
    member = (
        FamilyMember.objects.filter(person=person, left_at=None)
        .select_related("family__centre")
        .first()
    )
    if member is None or by.person_id != person.id:
        raise missing(_("您现在没有加入志愿家庭。"), "no_family")
    pool = pool_account(member.family, at)
    mine = account_of(person, centre=member.family.centre, ledger=Ledger.POINTS, at=at)
    return move(Move(key, pool, mine, amount, Reason.POOL), by=by, at=at)
