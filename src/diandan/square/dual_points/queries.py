"""双积分: reads. Whoever reads who is a party member leaves a record of having read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from diandan.ground.people import queries as people
from diandan.ground.people import vault
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Consent, Reading
from diandan.ground.places.models import Place
from diandan.kit.refusal import missing
from diandan.kit.units import local

from .core import Scored, next_month, standing
from .models import (
    BoardRule,
    Branch,
    Colour,
    Entry,
    Household,
    HouseholdMember,
    Listing,
    MonthClose,
    Objection,
    PartyMember,
    QuarterNotice,
    RuleItem,
    Sort,
    System,
    YearGrade,
)
from .policies import BRANCH_POSTS
from .rulebook import rules_for, shipped


def items_of(centre: Place, system: str) -> list[RuleItem]:
    """The items in force."""
    return list(
        RuleItem.objects.filter(centre=centre, system=system, retired_at=None).order_by(
            "sort", "dimension", "code"
        )
    )


def branches_for(by: Actor) -> list[Branch]:
    """Branches she works for: those under her places, and the one whose committee she is on."""
    if by.person_id is None:
        return []
    mine = Q(
        id__in=PartyMember.objects.filter(
            person_id=by.person_id, duty__in=BRANCH_POSTS, left_at=None
        ).values("branch_id")
    )
    for grant in by.grants:
        mine |= Q(place__path__startswith=grant.path)
    return list(
        Branch.objects.filter(mine, closed_at=None).select_related("place").order_by("place__path")
    )


def is_kept_in(by: Actor) -> bool:
    """Whether a centre in or above her places keeps the two systems, or its article tells of them."""
    ids: set[int] = set()
    inside = Q(pk=None)
    for grant in by.grants:
        ids |= {int(part) for part in grant.path.strip("/").split("/") if part.isdigit()}
        inside |= Q(path__startswith=grant.path)
    if not ids:
        return False
    named = [slug for rules in shipped().values() for slug in rules.places]
    places = Place.objects.filter(Q(id__in=ids) | inside)
    return (
        RuleItem.objects.filter(centre__in=places, retired_at=None).exists()
        or places.filter(slug__in=named).exists()
    )


def members_of(branch: Branch, *, reader: Actor, at: datetime) -> list[PartyMember]:
    """Who is in the branch; the reading is written down for each of them."""
    rows = list(
        PartyMember.objects.filter(branch=branch, left_at=None)
        .select_related("person")
        .order_by("since", "id")
    )
    read_party((row.person_id for row in rows), reader=reader, at=at)
    return rows


def read_party(ids: Iterable[UUID], *, reader: Actor, at: datetime) -> None:
    """Write down that `reader` saw of these persons that they are party members."""
    Reading.objects.bulk_create(
        Reading(person_id=one, reader_id=reader.person_id, field="party", why="dual points", at=at)
        for one in dict.fromkeys(ids)
        if one != reader.person_id
    )


def membership_of(person_id: UUID) -> PartyMember | None:
    """Her own membership, for her own page."""
    return (
        PartyMember.objects.filter(person_id=person_id, left_at=None)
        .select_related("branch__place")
        .first()
    )


def household_of(person_id: UUID) -> HouseholdMember | None:
    """Her household."""
    return (
        HouseholdMember.objects.filter(person_id=person_id, left_at=None)
        .select_related("household__place")
        .first()
    )


def households_in(path: str) -> list[Household]:
    """Households under a place."""
    return list(
        Household.objects.filter(place__path__startswith=path)
        .select_related("place")
        .order_by("place__path", "number")
    )


def entries() -> QuerySet[Entry]:
    """Entries with what a page says of them."""
    return Entry.objects.select_related(
        "item", "verdict", "branch__place", "household__place", "centre", "correction__verdict"
    )


def entry(entry_id: UUID | None) -> Entry:
    """One entry, or a refusal."""
    row = entries().filter(id=entry_id).first() if entry_id else None
    if row is None:
        raise missing(_("没有找到这一条。"), "unknown_entry")
    return row


def waiting_for(by: Actor) -> list[Entry]:
    """Entries that want a second person, of the branches and places she works for."""
    rows = entries().filter(hers(by), verdict=None).order_by("proposed_at")
    return [row for row in rows if row.person_id != by.person_id]


def objections_for(by: Actor) -> list[Objection]:
    """Open objections and appeals she may have to settle."""
    ids = entries().filter(hers(by)).values("id")
    return list(
        Objection.objects.filter(entry_id__in=ids, settled_at=None)
        .select_related("entry__item", "entry__verdict", "entry__household", "entry__branch", "by")
        .order_by("at")
    )


def hers(by: Actor) -> Q:
    """The entries of her branches and of the places she works at."""
    mine = Q(branch_id__in=[branch.id for branch in branches_for(by)])
    for grant in by.grants:
        mine |= Q(household__place__path__startswith=grant.path)
    return mine


def evidence_of(row: Entry, *, reader: Actor, at: datetime) -> str:
    """The evidence in words; a reader who is not she leaves a record."""
    text = vault.unseal(row.person.wrapped_key, row.evidence_enc)
    if text and reader.person_id not in (row.person_id, row.proposed_by_id):
        Reading.objects.create(
            person_id=row.person_id,
            reader_id=reader.person_id,
            field="evidence",
            why="dual points",
            at=at,
        )
    return text


def objection_text(row: Objection) -> str:
    """What was said against it."""
    return vault.unseal(row.by.wrapped_key, row.text_enc)


def is_closed(centre: Place, system: str, month: date) -> bool:
    """Whether nothing may be written into the month any more."""
    return MonthClose.objects.filter(centre=centre, system=system, month=month).exists()


def begun(centre: Place, system: str) -> date | None:
    """The month in which the system began here; there is nothing to close before it."""
    items = RuleItem.objects.filter(centre=centre, system=system)
    first = items.aggregate(at=Min("made_at"))["at"]
    return local(first).date().replace(day=1) if first else None


def open_month(centre: Place, system: str, at: datetime) -> date:
    """The month that what is written now counts in: this one, or the first not closed after it."""
    month = local(at).date().replace(day=1)
    while is_closed(centre, system, month):
        month = next_month(month)
    return month


def month_sum(centre: Place, system: str, month: date) -> tuple[int, int]:
    """How many confirmed entries a month holds and their sum."""
    rows = Entry.objects.filter(
        centre=centre, system=system, month=month, verdict__is_confirmed=True
    )
    found = rows.aggregate(n=Count("pk"), sum=Sum("points"))
    return found["n"], found["sum"] or 0


def of_year(centre: Place, system: str, year: int) -> QuerySet[Entry]:
    """The year's confirmed entries: what its grades are made of."""
    return Entry.objects.filter(
        centre=centre, system=system, month__year=year, verdict__is_confirmed=True
    )


def scored(rows: Iterable[Entry]) -> list[Scored]:
    """What the arithmetic needs of confirmed entries."""
    found = list(rows)
    stopped = set(
        Objection.objects.filter(
            entry_id__in=[row.id for row in found], settled_at=None
        ).values_list("entry_id", flat=True)
    )
    lifted = set(
        Entry.objects.filter(
            corrects_id__in=[row.id for row in found], verdict__is_confirmed=True
        ).values_list("corrects_id", flat=True)
    )
    return [
        Scored(
            points=row.points,
            is_veto=row.sort == Sort.VETO and row.corrects_id is None,
            stopped=row.id in stopped,
            lifted=row.id in lifted,
        )
        for row in found
    ]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one member or household stands in a year."""

    points: int
    is_vetoed: bool
    entries: int


def standing_of(
    centre: Place,
    system: str,
    year: int,
    *,
    person_id: UUID | None = None,
    household_id: UUID | None = None,
) -> Standing:
    """The sum of the year's confirmed entries, what is objected to left out."""
    hers = {"household_id": household_id} if household_id else {"person_id": person_id}
    found = list(of_year(centre, system, year).filter(**hers))
    base = rules_for(centre).system(system).base
    points, is_vetoed = standing(base, scored(found))
    return Standing(points, is_vetoed, len(found))


def own_entries(person_id: UUID) -> list[Entry]:
    """Every entry that concerns her: as a member, or of the household she lives in."""
    mine = Q(person_id=person_id)
    house = household_of(person_id)
    if house is not None:
        mine |= Q(household=house.household)
    return list(
        entries()
        .filter(mine)
        .exclude(verdict=None)
        .prefetch_related("objections")
        .order_by("-month", "-proposed_at")[:200]
    )


def notices_open(centre: Place, at: datetime) -> list[QuarterNotice]:
    """What is on notice now."""
    return list(
        QuarterNotice.objects.filter(centre=centre, at__lte=at, until__gt=at).order_by("-at")
    )


def notice_entries(notice: QuarterNotice) -> QuerySet[Entry]:
    """The confirmed entries of the notice's quarter."""
    last = next_month(next_month(notice.quarter))
    return (
        entries()
        .filter(
            centre_id=notice.centre_id,
            system=notice.system,
            month__gte=notice.quarter,
            month__lte=last,
            verdict__is_confirmed=True,
        )
        .order_by("household__place__path", "household__number", "month", "proposed_at")
    )


def red_board(centre: Place) -> list[dict[str, Any]]:
    """The public board: names of those listed whose consent stands this minute, and nobody else."""
    rows = list(
        Listing.objects.filter(
            centre=centre, colour=Colour.RED, ended_at=None, confirmed_at__isnull=False
        )
        .select_related("household__place")
        .order_by("-confirmed_at")
    )
    names = people.published_names((row.person_id for row in rows), Consent.About.RED_BOARD)
    return [
        {
            "name": names[row.person_id],
            "reason": row.reason,
            "at": row.confirmed_at,
            # Who is on it as a party member is shown by her name alone: the branch stays unsaid.
            "place": row.household.place.name if row.household else "",
        }
        for row in rows
        if row.person_id in names
    ]


def rule_in_force(centre: Place, colour: str, day: date) -> BoardRule | None:
    """The rule that lets this colour be shown; by default there is none."""
    return (
        BoardRule.objects.filter(
            Q(until_on=None) | Q(until_on__gte=day),
            centre=centre,
            colour=colour,
            from_on__lte=day,
            confirmed_at__isnull=False,
        )
        .order_by("-from_on")
        .first()
    )


def board_by_rule(centre: Place, colour: str, day: date) -> list[dict[str, Any]]:
    """Grey or black in public: empty without a rule in force, and masked even with one."""
    if colour == Colour.RED or rule_in_force(centre, colour, day) is None:
        return []
    rows = Listing.objects.filter(
        centre=centre, colour=colour, ended_at=None, confirmed_at__isnull=False
    ).select_related("person")
    return [
        {"name": people.masked_name(row.person), "reason": row.reason, "at": row.confirmed_at}
        for row in rows.order_by("-confirmed_at")
    ]


def listings_for(by: Actor) -> list[Listing]:
    """Boards as the committee sees them."""
    mine = Q(branch_id__in=[branch.id for branch in branches_for(by)])
    for grant in by.grants:
        mine |= Q(household__place__path__startswith=grant.path)
    return list(
        Listing.objects.filter(mine, ended_at=None)
        .select_related("person", "household__place", "branch")
        .order_by("colour", "proposed_at")
    )


def own_listings(person_id: UUID) -> list[Listing]:
    """Where she stands on a board, for her own page."""
    return list(
        Listing.objects.filter(person_id=person_id, ended_at=None, confirmed_at__isnull=False)
    )


def own_grades(person_id: UUID) -> list[YearGrade]:
    """What the years came to."""
    mine = Q(person_id=person_id)
    if (house := household_of(person_id)) is not None:
        mine |= Q(household=house.household)
    return list(YearGrade.objects.filter(mine).order_by("-year", "system"))


def systems_open(centre: Place) -> list[str]:
    """The systems that have items here."""
    items = RuleItem.objects.filter(centre=centre, retired_at=None)
    found = set(items.values_list("system", flat=True))
    return [system for system in System.values if system in found]
