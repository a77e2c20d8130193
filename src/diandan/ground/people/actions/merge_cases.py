"""并号核实: two officers look at two records of one person; the join stays her own act.

`merge_people` needs a code to both phones. Who lost the other phone, or never had one in that
record, comes to the counter instead. An officer alone, or two of them with a friend, must not be
able to move hours between people (domain §5-1): same name, a second officer, both records told,
three working days, and at the end the word of the one who is kept.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from diandan.ground.people import queries, vault
from diandan.ground.people.actor import Actor
from diandan.ground.people.merging import MergeCase
from diandan.ground.people.models import Person, PersonMerge
from diandan.ground.people.policies import check_own_act, check_signed_in, keeps_person
from diandan.ground.places.queries import calendar_of, center_of
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal, conflict, forbidden, missing

from .merge import join_records

# As long as hours stand on notice (福建: 公示不少于3个工作日).
WAITS = "3wd"
WHY_MAX = 300
Ended = MergeCase.Ended


def check_pair(kept: Person, gone: Person, by: Actor, at: datetime) -> UUID:
    """The officer's id; Refusal when these two are not hers to compare, or cannot be one person."""
    check_signed_in(by)
    if by.person_id is None or not (keeps_person(by, kept) and keeps_person(by, gone)):
        raise forbidden(_("两份记录都在本辖区,才能由您提出并号。"), "not_your_person")
    if by.person_id in (kept.id, gone.id):
        raise forbidden(_("自己的记录不能自己提出并号,请用两个手机号自助办理。"), "own_record")
    if kept.id == gone.id:
        raise Refusal("same_record", _("这是同一份记录。"))
    if not kept.name_hash or kept.name_hash != gone.name_hash:
        raise Refusal("other_name", _("两份记录的姓名不一样,请先核实并更正姓名。"))
    if kept.frozen_at is not None or gone.frozen_at is not None:
        raise conflict("frozen", _("有一份记录已冻结或已并过,不能再并。"))
    if queries.active_grants(at).filter(person=gone).exists():
        raise conflict("holds_roles", _("另一份记录还担任工作角色,请先请管理员撤销。"))
    if PersonMerge.objects.filter(gone=kept).exists():
        raise conflict("merged_before", _("这份记录已经并到另一份里了。"))
    return by.person_id


@transaction.atomic
def propose(*, kept: Person, gone: Person, why: str, by: Actor, at: datetime) -> MergeCase:
    """An officer says that the two are one, and what she saw that shows it."""
    kept, gone = (queries.for_change(one) for one in (kept.id, gone.id))
    officer = check_pair(kept, gone, by, at)
    words = " ".join(why.split())[:WHY_MAX]
    if not words:
        raise Refusal("no_reason", _("请写明凭什么认定是同一个人。"), field="why")
    assert kept.home is not None
    try:
        with transaction.atomic():
            row = MergeCase.objects.create(
                kept=kept,
                gone=gone,
                place=kept.home,
                why_enc=vault.seal(kept.wrapped_key, words),
                proposed_by_id=officer,
                proposed_at=at,
            )
    except IntegrityError as before:
        raise conflict("open_before", _("这份记录已有一件并号申请在办。")) from before
    _tell("people.merge_proposed", row, kept, by, at)
    return row


@transaction.atomic
def decide(*, case_id: UUID, is_one: bool, by: Actor, at: datetime) -> MergeCase:
    """The second officer looks for herself. Yes: both records are told, and the days run."""
    row = _open(case_id)
    officer = check_pair(row.kept, row.gone, by, at)
    if row.confirmed_at is not None:
        raise conflict("confirmed_before", _("这件并号已经核对过了,等本人确认。"))
    if officer == row.proposed_by_id:
        raise forbidden(_("谁提出的谁不能核对,请另一位工作人员办理。"), "second_person")
    if not is_one:
        return _end(row, Ended.REFUSED, by, at)
    row.confirmed_by_id, row.confirmed_at = officer, at
    row.free_from = calendar_of(center_of(row.place)).due(at, WAITS)
    row.save(update_fields=["confirmed_by", "confirmed_at", "free_from"])
    _tell("people.merge_confirmed", row, row.kept, by, at)
    _tell("people.merge_announced", row, row.gone, by, at)
    return row


@transaction.atomic
def withdraw(*, case_id: UUID, by: Actor, at: datetime) -> MergeCase:
    """Whoever proposed it takes it back, at any time before the join."""
    row = _open(case_id)
    if by.person_id is None or by.person_id != row.proposed_by_id or by.is_frozen:
        raise forbidden(_("由提出的人撤回;不同意请点核对不通过。"), "not_yours")
    return _end(row, Ended.WITHDRAWN, by, at)


@transaction.atomic
def answer(*, case_id: UUID, joins: bool, by: Actor, at: datetime) -> MergeCase:
    """Her own yes or no; the holder of the other record can only say that she is not the same."""
    row = _open(case_id)
    if by.person_id == row.gone_id:
        check_own_act(by, row.gone)
        if joins:
            raise Refusal("other_record", _("请用要保留的那份记录登录来确认。"))
        return _end(row, Ended.NOT_MINE, by, at)
    if by.person_id != row.kept_id:
        raise missing(_("没有找到这件并号。"), "no_such_case")
    check_own_act(by, row.kept)
    if not joins:
        return _end(row, Ended.DECLINED, by, at)
    if row.confirmed_at is None or row.free_from is None:
        raise conflict("not_confirmed", _("还要等第二位工作人员核对。"))
    if at < row.free_from:
        raise conflict("too_soon", _("两份记录都已通知,公示期满以后才能确认。"))
    join_records(kept=row.kept, gone=row.gone, at=at, by=by)
    row.ended_at, row.ended_why = at, Ended.JOINED
    row.save(update_fields=["ended_at", "ended_why"])
    return row


def _open(case_id: UUID) -> MergeCase:
    row = (
        MergeCase.objects.select_for_update(of=("self",))
        .select_related("kept__home", "gone__home", "place")
        .filter(id=case_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这件并号。"), "no_such_case")
    if row.ended_at is not None:
        raise conflict("ended", _("这件并号已经办结:%s。") % row.get_ended_why_display())
    return row


def _end(row: MergeCase, why: Ended, by: Actor, at: datetime) -> MergeCase:
    row.ended_at, row.ended_why = at, why
    row.save(update_fields=["ended_at", "ended_why"])
    _tell("people.merge_ended", row, row.kept, by, at)
    return row


def _tell(kind: str, row: MergeCase, person: Person, by: Actor, at: datetime) -> None:
    announce(
        Fact(
            kind,
            at,
            place_id=row.place_id,
            by_id=by.person_id,
            person_id=person.id,
            data={"case": str(row.id)},
        )
    )
