"""志愿家庭 (大兴 S4-02): a household that serves together; nobody is put into it by another.

A minor is brought in by her registered guardian, who answers for her; everybody else answers an
invitation to her own phone. Leaving is one press. What a member's points do is her own choice.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people import queries, vault
from diandan.ground.people.actor import Actor
from diandan.ground.people.core import clean_phone, is_minor
from diandan.ground.people.models import Family, FamilyInvitation, FamilyMember, Person
from diandan.ground.people.policies import check_own_act, check_signed_in
from diandan.ground.places.queries import center_of
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal, conflict, forbidden, missing

from ._lock import lock

NAME_MAX = 40
MEMBERS_MAX = 12
FOUNDED, ACCEPTED, GUARDED = "founded", "accepted", "guarded"


@transaction.atomic
def found_family(*, person: Person, name: str, at: datetime, by: Actor) -> Family:
    """A grown-up founds her family and is its first member."""
    check_own_act(by, person)
    said = " ".join(name.split())
    if not said or len(said) > NAME_MAX:
        raise Refusal("family_name", _("请给家庭起个名字,不超过 40 个字。"), field="name")
    if is_minor(person.born_on, at):
        raise Refusal("grown_up_needed", _("志愿家庭由成年人创建,请让监护人来办。"))
    if person.home is None:
        raise Refusal("home_needed", _("请先在“我的资料”里选好住在哪个社区。"))
    lock(f"family:{person.id}")
    if family_of(person.id) is not None:
        raise conflict("in_a_family", _("您已经在一个志愿家庭里了。"))
    row = Family.objects.create(
        centre=center_of(person.home),
        home=person.home,
        name=said,
        founded_by=person,
        founded_at=at,
    )
    FamilyMember.objects.create(family=row, person=person, joined_at=at, joined_how=FOUNDED)
    announce(_fact("people.family_founded", row, person, at, by))
    return row


@transaction.atomic
def invite_to_family(*, family: Family, phone: str, at: datetime, by: Actor) -> FamilyInvitation:
    """Propose a phone's holder. Whether she has an account is not told to who invites."""
    member = _member(family, by)
    key = vault.phone_key(clean_phone(phone))
    lock(f"family invitation:{family.id}")
    asked = FamilyInvitation.objects.filter(family=family, answered_at=None)
    if asked.count() + family.members.filter(left_at=None).count() >= MEMBERS_MAX:
        raise conflict("family_full", _("一个志愿家庭最多 12 人。"))
    row, is_new = FamilyInvitation.objects.get_or_create(
        family=family,
        phone_hash=key,
        answered_at=None,
        defaults={"invited_by": member.person, "invited_at": at},
    )
    if is_new:
        invited = Person.objects.filter(phone_hash=key, frozen_at=None).first()
        announce(_fact("people.family_invited", family, invited, at, by))
    return row


@transaction.atomic
def answer_family(
    *, invitation_id: UUID, yes: bool, person: Person, at: datetime, by: Actor
) -> FamilyInvitation:
    """Her own yes or no; a minor's is her guardian's, through `bring_ward`."""
    check_own_act(by, person)
    row = (
        FamilyInvitation.objects.select_for_update(of=("self",))
        .select_related("family")
        .filter(id=invitation_id)
        .first()
    )
    if row is None or not person.phone_hash or row.phone_hash != person.phone_hash:
        raise missing(_("没有找到这份邀请。"), "unknown_invitation")
    if row.answered_at is not None:
        if row.is_accepted == yes:
            return row
        raise conflict("already_answered", _("这份邀请您已经答复过了。"))
    if yes:
        if is_minor(person.born_on, at):
            raise Refusal("guardian_needed", _("未满18周岁,请让监护人带您加入。"))
        _join(row.family, person, ACCEPTED, at, by)
    row.answered_at, row.is_accepted = at, yes
    row.save(update_fields=["answered_at", "is_accepted"])
    return row


@transaction.atomic
def bring_ward(*, family: Family, ward: Person, at: datetime, by: Actor) -> FamilyMember:
    """A guardian who is in the family brings the minor she answers for."""
    member = _member(family, by)
    if ward.guardian_id != member.person_id or not is_minor(ward.born_on, at):
        raise forbidden(_("只能带您登记为监护人的未成年人。"), "not_your_ward")
    return _join(family, ward, GUARDED, at, by)


@transaction.atomic
def leave_family(*, person: Person, at: datetime, by: Actor) -> None:
    """Out, at once; a guardian takes her ward out. What is in the pool stays with the family."""
    if by.person_id != person.guardian_id:
        check_own_act(by, person)
    check_signed_in(by)
    row = _living(person.id)
    row.left_at, row.pools = at, False
    row.save(update_fields=["left_at", "pools"])
    family = row.family
    if not family.members.filter(left_at=None).exists():
        family.closed_at = at
        family.save(update_fields=["closed_at"])
    announce(_fact("people.family_left", family, person, at, by))


@transaction.atomic
def set_pooling(*, person: Person, pools: bool, at: datetime, by: Actor) -> None:
    """Whether points that come from now on go to the pool; those before stay where they are."""
    check_own_act(by, person)
    row = _living(person.id)
    if row.pools != pools:
        row.pools = pools
        row.save(update_fields=["pools"])
        kind = "people.family_pools" if pools else "people.family_keeps"
        announce(_fact(kind, row.family, person, at, by))


def family_of(person_id: UUID) -> Family | None:
    """The family she is in now."""
    row = (
        FamilyMember.objects.filter(person_id=person_id, left_at=None)
        .select_related("family__home", "family__centre")
        .first()
    )
    return row.family if row else None


def _join(family: Family, person: Person, how: str, at: datetime, by: Actor) -> FamilyMember:
    lock(f"family:{person.id}")
    if family.closed_at is not None:
        raise conflict("family_closed", _("这个志愿家庭已经解散。"))
    if family_of(person.id) is not None:
        raise conflict("in_a_family", _("已经在一个志愿家庭里了,请先退出。"))
    if queries.person(person.id).frozen_at is not None:
        raise conflict("frozen", _("这份记录已冻结。"))
    row = FamilyMember.objects.create(family=family, person=person, joined_at=at, joined_how=how)
    announce(_fact("people.family_joined", family, person, at, by))
    return row


def _member(family: Family, by: Actor) -> FamilyMember:
    check_signed_in(by)
    rows = FamilyMember.objects.filter(family=family, left_at=None).select_related("person")
    row = rows.filter(person_id=by.person_id).first() if by.person_id else None
    if row is None:
        raise missing(_("没有找到这个志愿家庭。"), "unknown_family")
    return row


def _living(person_id: UUID) -> FamilyMember:
    row = (
        FamilyMember.objects.select_for_update(of=("self",))
        .select_related("family")
        .filter(person_id=person_id, left_at=None)
        .first()
    )
    if row is None:
        raise missing(_("您现在没有加入志愿家庭。"), "no_family")
    return row


def _fact(kind: str, family: Family, person: Person | None, at: datetime, by: Actor) -> Fact:
    return Fact(
        kind,
        at,
        place_id=family.home_id,
        by_id=by.person_id,
        person_id=person.id if person else None,
        data={"family": str(family.id)},
    )
