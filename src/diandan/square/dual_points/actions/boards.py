"""红灰黑榜: put on by two people, taken off by one; what the public may see is decided in the reads."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal, conflict, forbidden, missing

from ..models import BoardRule, Branch, Colour, Household, HouseholdMember, Listing, System
from ..models import PartyMember as Member
from ..policies import check_branch, check_committee, check_keeps


@transaction.atomic
def propose_listing(
    *,
    centre: Place,
    colour: str,
    reason: str,
    by: Actor,
    at: datetime,
    household: Household | None = None,
    branch: Branch | None = None,
    person_id: UUID | None = None,
) -> Listing:
    """Propose a household (its head stands for it) or a member of a branch for a board."""
    if colour not in Colour.values:
        raise Refusal("colour", _("请选择红榜、灰榜或黑榜。"), field="colour")
    words = " ".join(reason.split())[:120]
    if not words:
        raise Refusal("reason", _("请写明理由。"), field="reason")
    if household is not None:
        officer = check_committee(by, household.place)
        head = HouseholdMember.objects.filter(
            household=household, is_head=True, left_at=None
        ).first()
        person_id = head.person_id if head else None
    elif branch is not None:
        officer = check_branch(by, branch)
        if (
            person_id
            and not Member.objects.filter(branch=branch, person_id=person_id, left_at=None).exists()
        ):
            person_id = None
    if (household is None and branch is None) or person_id is None:
        raise Refusal("subject", _("请选择一户或一位党员。"), field="subject")
    if officer == person_id:
        raise forbidden(_("这与您本人有关,要由另一个人来办。"), "own_entry")
    system = System.RESIDENTS if household is not None else System.PARTY
    if Listing.objects.filter(
        centre=centre, system=system, person_id=person_id, ended_at=None
    ).exists():
        raise conflict("listed_before", _("已经在榜上或等人核对,要换先移出。"))
    row = Listing.objects.create(
        centre=centre,
        system=system,
        colour=colour,
        branch=branch,
        household=household,
        person_id=person_id,
        reason=words,
        proposed_by_id=officer,
        proposed_at=at,
    )
    announce(_fact(row, "list_proposed", by, at))
    return row


@transaction.atomic
def confirm_listing(listing_id: UUID, *, by: Actor, at: datetime) -> Listing:
    """A second person confirms. A red one is still unseen until she herself consents."""
    row = _listing(listing_id)
    officer = _check(row, by)
    if officer in (row.proposed_by_id, row.person_id):
        raise forbidden(_("谁提出的谁不能核对,要由另一个人来核对。"), "own_proposal")
    if row.confirmed_at is None and row.ended_at is None:
        row.confirmed_by_id, row.confirmed_at = officer, at
        row.save(update_fields=["confirmed_by", "confirmed_at"])
        announce(_fact(row, "listed", by, at))
    return row


@transaction.atomic
def end_listing(listing_id: UUID, *, by: Actor, at: datetime) -> Listing:
    """Taken off, by the committee."""
    row = _listing(listing_id)
    officer = _check(row, by)
    if row.ended_at is None:
        row.ended_at, row.ended_by_id = at, officer
        row.save(update_fields=["ended_at", "ended_by"])
        announce(_fact(row, "unlisted", by, at))
    return row


@transaction.atomic
def enter_rule(
    *, centre: Place, colour: str, number: str, text: str, from_on: date, by: Actor, at: datetime
) -> BoardRule:
    """A rule that allows more to be shown: its number and its words. Another one confirms it."""
    officer = check_keeps(by, centre)
    if colour not in (Colour.GREY, Colour.BLACK):
        raise Refusal("colour", _("红榜只凭本人同意公开,不用规则。"), field="colour")
    paper, words = " ".join(number.split())[:60], " ".join(text.split())[:2000]
    if len(paper) < 4 or len(words) < 10:
        raise Refusal("number", _("请填写规则的文号和原文。"), field="number")
    return BoardRule.objects.create(
        centre=centre,
        colour=colour,
        number=paper,
        text=words,
        from_on=from_on,
        entered_by_id=officer,
        entered_at=at,
    )


@transaction.atomic
def confirm_rule(rule_id: UUID, *, by: Actor, at: datetime) -> BoardRule:
    """A second person read the paper too."""
    row = (
        BoardRule.objects.select_for_update(of=("self",))
        .select_related("centre")
        .filter(id=rule_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这条规则。"), "unknown_rule")
    officer = check_keeps(by, row.centre)
    if officer == row.entered_by_id:
        raise forbidden(_("谁录入的谁不能核对,要由另一个人来核对。"), "own_proposal")
    if row.confirmed_at is None:
        row.confirmed_by_id, row.confirmed_at = officer, at
        row.save(update_fields=["confirmed_by", "confirmed_at"])
    return row


def _listing(listing_id: UUID) -> Listing:
    row = (
        Listing.objects.select_for_update(of=("self",))
        .select_related("household__place", "branch__place", "centre")
        .filter(id=listing_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这一条。"), "unknown_listing")
    return row


def _check(row: Listing, by: Actor) -> UUID:
    if row.household is not None:
        return check_committee(by, row.household.place)
    assert row.branch is not None
    return check_branch(by, row.branch)


def _fact(row: Listing, happened: str, by: Actor, at: datetime) -> Fact:
    return Fact(
        kind=f"dual.{happened}",
        at=at,
        place_id=row.centre_id,
        by_id=by.person_id,
        person_id=row.person_id,
        data={"listing": str(row.id)},
    )
