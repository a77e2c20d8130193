"""文化惠民券 (泰兴): issued as a batch, claimed once by each person herself, used once, lapsed.

The vouchers ledger carries the counts: source → the batch's account → her account → used or
lapsed, so that nothing can be claimed that was not issued, by whatever code path.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.people.models import Person
from diandan.ground.people.policies import check_signed_in
from diandan.ground.people.queries import volunteer_of
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.ground.record.lock import hold
from diandan.kit.ids import readable
from diandan.kit.refusal import Refusal, conflict, forbidden, missing
from diandan.kit.units import local
from diandan.path.ledger.actions.move import SOURCE, Move, account_of, move, name_of
from diandan.path.ledger.actions.move_many import move_many
from diandan.path.ledger.models import Account, Ledger, Reason

from ..core import new_code
from ..facts import batch_fact, voucher_fact
from ..models import Audience, Batch, Giver, Voucher
from ..policies import check_keep_mall
from ..queries import fits
from .gifts import COUNT_MOST, check_unpriced, check_words

NUMBER_LENGTH = 6
USED, LAPSED = "voucher-used", "voucher-lapsed"
LAPSED_A_TURN = 2000


@dataclass(frozen=True, slots=True)
class BatchWords:
    """What is written of a batch."""

    name: str
    count: int
    from_on: date
    until_on: date
    about: str = ""
    audience: str = Audience.EVERYONE


@transaction.atomic
def issue_batch(
    centre: Place, words: BatchWords, *, givers: Iterable[Giver], by: Actor, at: datetime
) -> Batch:
    """Issue so many vouchers, to be used at these partners between two days."""
    keeper = check_keep_mall(by, centre)
    name, about = check_words(words.name, "name"), " ".join(words.about.split())[:500]
    check_unpriced(name, about)
    if not 1 <= words.count <= COUNT_MOST:
        raise Refusal("count", _("数量要在 1 到 1000000 之间。"), field="count")
    if words.until_on < words.from_on or words.until_on < local(at).date():
        raise Refusal("dates", _("结束日期不能早于开始日期或今天。"), field="until_on")
    if words.audience not in Audience.values:
        raise Refusal("unknown_choice", _("请从列出的选项里选。"), field="audience")
    wheres = [one for one in givers if one.centre_id == centre.id and one.left_at is None]
    if not wheres:
        raise Refusal("givers", _("请至少选一个可以使用的地方。"), field="givers")
    row = Batch.objects.create(
        centre=centre,
        name=name,
        about=about,
        number=readable(NUMBER_LENGTH),
        count=words.count,
        audience=words.audience,
        from_on=words.from_on,
        until_on=words.until_on,
        issued_at=at,
        issued_by_id=keeper,
    )
    row.givers.set(wheres)
    source = _centre_account(row, SOURCE, at)
    _move(row, "issue", source, batch_account(row, at), row.count, Reason.GIFT, by, at)
    announce(batch_fact(row, "issued", by, at))
    return row


@transaction.atomic
def claim(batch_id: UUID, *, by: Actor, at: datetime) -> Voucher:
    """领券: her own act, once a person."""
    check_signed_in(by)
    if by.person_id is None:
        raise forbidden(_("请本人登录后领取。"), "person_needed")
    row = Batch.objects.select_related("centre").filter(id=batch_id).first()
    if row is None:
        raise missing(_("没有找到这批券。"), "unknown_batch")
    hold(f"voucher:{row.id}:{by.person_id}")
    had = Voucher.objects.filter(batch=row, person_id=by.person_id).first()
    if had is not None:
        raise conflict("claimed_before", _("这批券每人限领一张,您已经领过了。"))
    if row.lapsed_at is not None or local(at).date() > row.until_on:
        raise conflict("batch_over", _("这批券已过有效期。"))
    person = Person.objects.get(id=by.person_id)
    is_volunteer = volunteer_of(person.id) is not None
    if not fits(person, row.audience, is_volunteer=is_volunteer, at=at):
        raise forbidden(_("这批券面向%s。") % Audience(row.audience).label, "not_for_her")
    voucher = Voucher(batch=row, person=person, code=new_code(), claimed_at=at)
    hers = account_of(person, centre=row.centre, ledger=Ledger.VOUCHERS, at=at)
    try:
        _move(voucher, "claim", batch_account(row, at), hers, 1, Reason.GIFT, by, at)
    except Refusal as no:
        if no.code != "not_enough":
            raise
        raise conflict("all_claimed", _("这批券已经领完了。")) from None
    voucher.save(force_insert=True)
    announce(voucher_fact(voucher, "claimed", by, at))
    return voucher


@transaction.atomic
def use_voucher(voucher_id: UUID, giver: Giver, *, by: Actor, at: datetime) -> Voucher:
    """核销 at a partner's counter, once; a second time says when and where it was used."""
    row = (
        Voucher.objects.select_for_update(of=("self",))
        .select_related("batch__centre", "person", "used_where")
        .filter(id=voucher_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这张券。"), "unknown_voucher")
    if row.person_id == by.person_id:
        raise forbidden(_("自己的券要由另一位同事来核销。"), "own_voucher")
    if row.used_at is not None and row.used_where is not None:
        raise conflict(
            "used_before",
            _("这张券已经用过:%(at)s 在%(site)s。")
            % {"at": f"{local(row.used_at):%Y-%m-%d %H:%M}", "site": row.used_where.name},
            {"used_at": row.used_at.isoformat(), "site": row.used_where.name},
        )
    if row.lapsed_at is not None or local(at).date() > row.batch.until_on:
        raise conflict("batch_over", _("这批券已过有效期。"))
    if local(at).date() < row.batch.from_on:
        raise conflict("too_early", _("这张券从%s起可用。") % f"{row.batch.from_on:%Y-%m-%d}")
    if not row.batch.givers.filter(id=giver.id).exists():
        raise forbidden(_("这张券不在%s使用。") % giver.name, "other_giver")
    row.used_at, row.used_by_id, row.used_where = at, by.person_id, giver
    row.save(update_fields=["used_at", "used_by", "used_where"])
    hers = account_of(row.person, centre=row.batch.centre, ledger=Ledger.VOUCHERS, at=at)
    _move(row, "use", hers, _centre_account(row.batch, USED, at), 1, Reason.REDEEM, by, at)
    announce(voucher_fact(row, "used", by, at))
    return row


def lapse_batches(*, at: datetime) -> int:
    """到期: what nobody claimed, and what was claimed and not used; the worker calls this."""
    over = Batch.objects.filter(lapsed_at=None, until_on__lt=local(at).date()).order_by("id")
    return sum(_lapse(batch_id, at) for batch_id in over.values_list("id", flat=True))


@transaction.atomic
def _lapse(batch_id: UUID, at: datetime) -> int:
    row = Batch.objects.select_for_update(of=("self",)).select_related("centre").get(id=batch_id)
    if row.lapsed_at is not None:
        return 0
    lapsed = _centre_account(row, LAPSED, at)
    waiting = Voucher.objects.filter(batch=row, used_at=None, lapsed_at=None).select_for_update()
    turn = list(waiting.select_related(None).order_by("id")[:LAPSED_A_TURN])
    held = Account.objects.filter(
        centre=row.centre,
        ledger=Ledger.VOUCHERS,
        purpose="",
        person__in=[one.person_id for one in turn],
    )
    hers = {account.person_id: account for account in held}
    for one in turn:
        one.batch, one.lapsed_at = row, at
    Voucher.objects.bulk_update(turn, ["lapsed_at"])
    gone = [_wanted(one, "lapse", hers[one.person_id], lapsed, 1, Reason.EXPIRE) for one in turn]
    for no in move_many(gone, by=SYSTEM, at=at):
        if no is not None:
            raise no
    announce(*(voucher_fact(one, "lapsed", SYSTEM, at) for one in turn))
    if len(turn) == LAPSED_A_TURN:
        return len(turn)  # the next turn goes on
    left = batch_account(row, at)
    left.refresh_from_db()
    if left.available:
        _move(row, "lapse", left, lapsed, left.available, Reason.EXPIRE, SYSTEM, at)
    row.lapsed_at = at
    row.save(update_fields=["lapsed_at"])
    announce(batch_fact(row, "lapsed", SYSTEM, at))
    return len(turn) + 1


def batch_account(row: Batch, at: datetime) -> Account:
    """What of the batch nobody has claimed."""
    return _centre_account(row, f"voucher-{row.number}", at)


def _centre_account(row: Batch, purpose: str, at: datetime) -> Account:
    return account_of(None, centre=row.centre, ledger=Ledger.VOUCHERS, at=at, purpose=purpose)


def _move(
    row: Batch | Voucher,
    what: str,
    debit: Account,
    credit: Account,
    amount: int,
    reason: Reason,
    by: Actor,
    at: datetime,
) -> None:
    move(_wanted(row, what, debit, credit, amount, reason), by=by, at=at)


def _wanted(
    row: Batch | Voucher, what: str, debit: Account, credit: Account, amount: int, reason: Reason
) -> Move:
    return Move(
        id=name_of("voucher", what, row.id),
        debit=debit,
        credit=credit,
        amount=amount,
        reason=reason,
        data={"voucher" if isinstance(row, Voucher) else "batch": str(row.id)},
    )
