"""记分: one proposes with evidence, another confirms; a mistake is put right by another entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people import vault
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person
from diandan.ground.places.models import Place
from diandan.ground.places.queries import center_of
from diandan.ground.record.actions.announce import announce
from diandan.ground.record.lock import hold
from diandan.kit.refusal import Refusal, conflict, forbidden, missing
from diandan.kit.units import local
from diandan.path.ask.core import clean_words

from ..facts import entry_fact
from ..models import (
    Branch,
    Entry,
    Household,
    HouseholdMember,
    PartyMember,
    RuleItem,
    Sort,
    System,
    Verdict,
)
from ..policies import check_branch, check_committee, check_handle
from ..queries import open_month

BACK_DAYS = 92


@dataclass(frozen=True, slots=True)
class Deed:
    """What is proposed: an item, when, on what evidence; a veto also on what paper (`basis`)."""

    item: RuleItem
    happened_on: date
    evidence: str
    basis: str = ""


@transaction.atomic
def propose_member(deed: Deed, *, branch: Branch, person: Person, by: Actor, at: datetime) -> Entry:
    """For a party member, by her branch's committee or the party committee above."""
    officer = check_branch(by, branch)
    if not PartyMember.objects.filter(branch=branch, person=person, left_at=None).exists():
        raise Refusal("not_a_member", _("请选择本支部的党员。"), field="person")
    centre = center_of(branch.place)
    return _keep(deed, System.PARTY, centre, person, officer, by, at, branch=branch)


@transaction.atomic
def propose_household(deed: Deed, *, household: Household, by: Actor, at: datetime) -> Entry:
    """For a household; its head is told."""
    officer = check_committee(by, household.place)
    head = (
        HouseholdMember.objects.filter(household=household, left_at=None)
        .select_related("person")
        .order_by("-is_head", "since")
        .first()
    )
    if head is None:
        raise Refusal("empty_household", _("这一户还没有登记人。"), field="household")
    centre = center_of(household.place)
    return _keep(deed, System.RESIDENTS, centre, head.person, officer, by, at, household=household)


def _keep(
    deed: Deed,
    system: System,
    centre: Place,
    person: Person,
    officer: UUID,
    by: Actor,
    at: datetime,
    *,
    branch: Branch | None = None,
    household: Household | None = None,
) -> Entry:
    item, today = deed.item, local(at).date()
    if item.centre_id != centre.id or item.system != system or item.retired_at is not None:
        raise Refusal("item", _("请选择一条现行的条目。"), field="item")
    if officer == person.id:
        raise forbidden(_("不能给自己记分,要由另一个人提出。"), "own_entry")
    if deed.happened_on > today or (today - deed.happened_on).days > BACK_DAYS:
        raise Refusal("happened_on", _("日期要在最近三个月以内。"), field="happened_on")
    basis = " ".join(deed.basis.split())[:200]
    if item.sort == Sort.VETO and len(basis) < 4:
        raise Refusal("basis", _("一票否决要写明依据的文件(名称、文号、条款)。"), field="basis")
    words = clean_words(deed.evidence, field="evidence")[:1000]
    hold(f"dual:{centre.id}:{system}")
    row = Entry.objects.create(
        centre=centre,
        system=system,
        branch=branch,
        household=household,
        person=person,
        item=item,
        sort=item.sort,
        points=-item.points if item.sort == Sort.DEDUCT else item.points,
        month=open_month(centre, system, at),
        happened_on=deed.happened_on,
        evidence_enc=vault.seal(person.wrapped_key, words),
        basis=basis,
        proposed_by_id=officer,
        proposed_at=at,
    )
    announce(entry_fact(row, "proposed", by, at))
    return row


@transaction.atomic
def decide(entry_id: UUID, *, is_confirmed: bool, text: str, by: Actor, at: datetime) -> Verdict:
    """A second person confirms it, or says why not; then whom it concerns is told."""
    row = _entry(entry_id)
    found = Verdict.objects.filter(entry=row).first()
    if found is not None:
        raise conflict("settled_before", _("这一条已经核对过了。"))
    officer = check_handle(by, row)
    if officer == row.proposed_by_id:
        raise forbidden(_("谁提出的谁不能核对,要由另一个人来核对。"), "own_proposal")
    words = " ".join(text.split())[:200]
    if not is_confirmed and not words:
        raise Refusal("text", _("不通过要写明原因。"), field="text")
    hold(f"dual:{row.centre_id}:{row.system}")
    _check_month_open(row)
    verdict = Verdict.objects.create(
        entry=row, is_confirmed=is_confirmed, text=words, by_id=officer, at=at
    )
    happened = "confirmed" if is_confirmed else "refused"
    if row.corrects_id is not None and is_confirmed:
        happened = "corrected"
    announce(entry_fact(row, happened, by, at))
    return verdict


def _check_month_open(row: Entry) -> None:
    from ..queries import is_closed

    if is_closed(row.centre, row.system, row.month):
        raise conflict("month_closed", _("这个月已经结账,不能再改。错的在本月更正。"))


@transaction.atomic
def correct(entry_id: UUID, *, text: str, by: Actor, at: datetime) -> Entry:
    """Propose to take a confirmed entry back, in the month now open; another one confirms it."""
    row = _entry(entry_id)
    officer = check_handle(by, row)
    return take_back(row, officer=officer, text=text, by=by, at=at)


def take_back(row: Entry, *, officer: UUID, text: str, by: Actor, at: datetime) -> Entry:
    """The entry against `row`. A closed month stays as it was closed."""
    confirmed = Verdict.objects.filter(entry=row, is_confirmed=True).exists()
    if not confirmed or row.corrects_id is not None:
        raise conflict("not_confirmed", _("只有已经记上的能更正。"))
    if Entry.objects.filter(corrects=row).exists():
        raise conflict("corrected_before", _("这一条已经更正过了。"))
    words = clean_words(text, field="text")[:1000]
    hold(f"dual:{row.centre_id}:{row.system}")
    made = Entry.objects.create(
        centre=row.centre,
        system=row.system,
        branch=row.branch,
        household=row.household,
        person=row.person,
        item=row.item,
        sort=row.sort,
        points=-row.points,
        month=open_month(row.centre, row.system, at),
        happened_on=local(at).date(),
        evidence_enc=vault.seal(row.person.wrapped_key, words),
        basis=row.basis,
        corrects=row,
        proposed_by_id=officer,
        proposed_at=at,
    )
    announce(entry_fact(made, "proposed", by, at))
    return made


def _entry(entry_id: UUID) -> Entry:
    row = (
        Entry.objects.select_related(
            "centre", "branch__place", "household__place", "person", "item"
        )
        .filter(id=entry_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这一条。"), "unknown_entry")
    return row
