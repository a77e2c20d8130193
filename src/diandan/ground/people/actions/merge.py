"""并号: somebody who registered twice joins her two records, by her own act from both phones.

An administrator cannot do it: joining strangers' records would be a way to move hours between
people. She is signed in to the one she keeps, and proves the other by a code to its phone; both
records bear the same name. Nothing is edited: the ledger moves what the other one held.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people import queries
from diandan.ground.people.actor import Actor
from diandan.ground.people.core import clean_phone
from diandan.ground.people.models import (
    ApiToken,
    FamilyMember,
    Login,
    Person,
    PersonMerge,
    Volunteer,
)
from diandan.ground.people.policies import check_own_act
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal, conflict

from .codes import check_code
from .teams import end_membership

PURPOSE = "merge"
MERGED = "merged"


def merge_people(*, kept: Person, phone: str, code: str, at: datetime, by: Actor) -> PersonMerge:
    """Join the record of `phone` into `kept`, whose own act it is. Once and for good."""
    check_own_act(by, kept)
    gone = other_record(kept, phone)
    check_code(phone=clean_phone(phone), code=code, purpose=PURPOSE, at=at)
    return join_records(kept=kept, gone=gone, at=at, by=by)


def other_record(kept: Person, phone: str) -> Person:
    """The record of this phone that could be hers: another one, under the same name."""
    gone = queries.by_phone(clean_phone(phone))
    if gone is None or gone.id == kept.id:
        raise Refusal("nothing_to_merge", _("这个手机号没有另一份记录。"), field="phone")
    if not kept.name_hash or gone.name_hash != kept.name_hash:
        raise Refusal("other_name", _("两份记录的姓名不一样,请到实践站核实。"), field="phone")
    return gone


@transaction.atomic
def join_records(*, kept: Person, gone: Person, at: datetime, by: Actor) -> PersonMerge:
    """The join itself, after both phones were proved; still the kept one's own act alone."""
    check_own_act(by, kept)
    kept, gone = (queries.for_change(one) for one in (kept.id, gone.id))
    if queries.active_grants(at).filter(person=gone).exists():
        raise conflict("holds_roles", _("另一份记录还担任工作角色,请先请管理员撤销。"))
    if PersonMerge.objects.filter(gone=kept).exists():
        raise conflict("merged_before", _("这份记录已经并到另一份里了。"))
    for membership in gone.memberships.select_related("team__home").filter(left_at=None):
        end_membership(membership, at=at, by=by, why=MERGED)
    FamilyMember.objects.filter(person=gone, left_at=None).update(left_at=at, pools=False)
    Volunteer.objects.filter(person=gone).update(on_duty=False)
    Login.objects.filter(person=gone).update(is_active=False)
    ApiToken.objects.filter(owner=gone, revoked_at=None).update(revoked_at=at)
    gone.frozen_at, gone.frozen_why = at, MERGED
    gone.save(update_fields=["frozen_at", "frozen_why"])
    row = PersonMerge.objects.create(gone=gone, kept=kept, by=kept, at=at)
    announce(
        Fact(
            "people.merged",
            at,
            place_id=kept.home_id,
            by_id=by.person_id,
            person_id=kept.id,
            data={"gone": str(gone.id)},
        )
    )
    return row
