"""名册与条目: items, branches, households; who is in them is entered by whoever answers for them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person
from diandan.ground.people.policies import KEEPER_ROLES
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, conflict, forbidden, missing
from diandan.kit.units import local

from ..core import check_item
from ..facts import period_fact
from ..models import Branch, Household, HouseholdMember, PartyMember, RuleItem, Sort, System
from ..policies import check_branch, check_committee, check_keeps
from ..rulebook import rules_for


@transaction.atomic
def adopt(*, centre: Place, by: Actor, at: datetime) -> int:
    """Take the place's preset over; what stands already stays. Returns how many items came."""
    officer = check_keeps(by, centre)
    rules, made = rules_for(centre), 0
    for system in System.values:
        for item in rules.system(system).items:
            _row, is_new = RuleItem.objects.get_or_create(
                centre=centre,
                system=system,
                code=item.code,
                retired_at=None,
                defaults={
                    "sort": item.sort,
                    "dimension": item.dimension,
                    "title": item.title,
                    "points": item.points,
                    "evidence": item.evidence,
                    "made_by_id": officer,
                    "made_at": at,
                },
            )
            made += is_new
    if made:
        announce(period_fact("items_adopted", centre, "", local(at).date(), by, at))
    return made


@transaction.atomic
def add_item(
    *,
    centre: Place,
    system: str,
    sort: str,
    title: str,
    points: int,
    evidence: str,
    dimension: str,
    by: Actor,
    at: datetime,
) -> RuleItem:
    """One more item. What counts clicks is refused; a veto belongs to the party's system."""
    officer = check_keeps(by, centre)
    words = check_item(title)
    if system not in System.values or sort not in Sort.values:
        raise Refusal("sort", _("请选择类别。"), field="sort")
    if sort == Sort.VETO and system != System.PARTY:
        raise Refusal("sort", _("一票否决只用于党员积分。"), field="sort")
    if (sort == Sort.VETO) != (points == 0) or not 0 <= points <= 100:
        raise Refusal("points", _("加减分填1到100;一票否决填0。"), field="points")
    if not evidence.strip():
        raise Refusal("evidence", _("请写明要什么依据。"), field="evidence")
    if system == System.RESIDENTS and dimension not in rules_for(centre).dimensions:
        raise Refusal("dimension", _("请选择五个方面中的一个。"), field="dimension")
    number = RuleItem.objects.filter(centre=centre, system=system).count() + 1
    row = RuleItem.objects.create(
        centre=centre,
        system=system,
        code=f"own-{number}",
        sort=sort,
        dimension=dimension if system == System.RESIDENTS else "",
        title=words,
        points=points,
        evidence=" ".join(evidence.split())[:120],
        made_by_id=officer,
        made_at=at,
    )
    announce(period_fact("item_added", centre, system, local(at).date(), by, at))
    return row


@transaction.atomic
def retire_item(item_id: UUID, *, by: Actor, at: datetime) -> RuleItem:
    """No new entries by it; what was entered stays."""
    row = RuleItem.objects.select_for_update().filter(id=item_id).first()
    if row is None:
        raise missing(_("没有找到这一条。"), "unknown_item")
    check_keeps(by, row.centre)
    if row.retired_at is None:
        row.retired_at = at
        row.save(update_fields=["retired_at"])
        announce(period_fact("item_retired", row.centre, row.system, local(at).date(), by, at))
    return row


@transaction.atomic
def found_branch(*, place: Place, name: str, by: Actor, at: datetime) -> Branch:
    """A branch at a place, by staff above it."""
    if not by.holds(KEEPER_ROLES, place.path):
        raise forbidden(_("支部由上级党委的工作人员建立。"), "not_your_place")
    words = " ".join(name.split())[:60]
    if not words:
        raise Refusal("name", _("请填写支部名称。"), field="name")
    row, _new = Branch.objects.get_or_create(place=place, name=words, defaults={"founded_at": at})
    return row


@transaction.atomic
def enter_member(
    *, branch: Branch, person: Person, duty: PartyMember.Duty, by: Actor, at: datetime
) -> PartyMember:
    """Put a person on the branch's roll; a change of duty is a change of the same row."""
    check_branch(by, branch)
    row = PartyMember.objects.filter(person=person, left_at=None).first()
    if row is None:
        return PartyMember.objects.create(branch=branch, person=person, duty=duty, since=at)
    if row.branch_id != branch.id:
        raise conflict("other_branch", _("这位党员的组织关系在别的支部,请先转出。"))
    row.duty = duty
    row.save(update_fields=["duty"])
    return row


@transaction.atomic
def leave_branch(*, branch: Branch, person: Person, by: Actor, at: datetime) -> None:
    """转出: entries of her time here stay."""
    check_branch(by, branch)
    PartyMember.objects.filter(branch=branch, person=person, left_at=None).update(left_at=at)


@transaction.atomic
def enter_household(
    *, place: Place, number: str, head: Person, by: Actor, at: datetime
) -> Household:
    """A household with its head; others join it by `join_household`."""
    check_committee(by, place)
    words = "".join(number.split())[:12]
    if not words:
        raise Refusal("number", _("请填写户号。"), field="number")
    row, _new = Household.objects.get_or_create(place=place, number=words, defaults={"made_at": at})
    living = HouseholdMember.objects.filter(household=row, is_head=True, left_at=None).first()
    if living is None:
        join_household(household=row, person=head, is_head=True, by=by, at=at)
    elif living.person_id != head.id:
        raise conflict("number_taken", _("这个户号已经登记了别的户主。"))
    return row


@transaction.atomic
def join_household(
    *, household: Household, person: Person, by: Actor, at: datetime, is_head: bool = False
) -> HouseholdMember:
    """A person lives in one household at a time."""
    check_committee(by, household.place)
    found = HouseholdMember.objects.filter(person=person, left_at=None).first()
    if found is not None:
        if found.household_id != household.id:
            raise conflict("other_household", _("此人登记在另一户,请先转出。"))
        return found
    return HouseholdMember.objects.create(
        household=household, person=person, is_head=is_head, since=at
    )
