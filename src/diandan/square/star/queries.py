"""星级: reads of stars, the way to them, and who gave how much in a year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Max, QuerySet, Sum

from diandan.ground.people.models import Consent
from diandan.ground.people.queries import masked_names, published_names
from diandan.ground.places.models import Place
from diandan.path.ledger.models import Account, Grade, Ledger, Reason, Transfer, YearMinutes

from .core import Stand, StarRules, stand
from .models import Star, StarCase
from .rulebook import rules_for

State = StarCase.State
LIVING = (State.PROPOSED, State.DECLINED, State.APPLIED, State.ON_NOTICE)
CANDIDATES_MOST = 500


def counted(person_id: UUID, centre: Place, rules: StarRules) -> tuple[int, int]:
    """Her minutes that count under the rules, and the points she earned by service."""
    hers = Account.objects.filter(person_id=person_id, centre=centre)
    minutes = hers.filter(ledger=Ledger.MINUTES, grade__in=rules.counts).aggregate(n=Sum("posted"))
    return int(minutes["n"] or 0), _earned_points(person_id, centre)


def _earned_points(person_id: UUID, centre: Place) -> int:
    """Points her service brought, less what was corrected: what she spent since still counts."""
    rows = Transfer.objects.filter(centre=centre, ledger=Ledger.POINTS)
    came = rows.filter(
        credit__person_id=person_id, reason=Reason.SERVICE, phase__in=("posting", "direct")
    ).aggregate(n=Sum("amount"))
    went = rows.filter(debit__person_id=person_id, corrects__isnull=False).aggregate(
        n=Sum("amount")
    )
    return int(came["n"] or 0) - int(went["n"] or 0)


def stand_of(person_id: UUID, centre: Place) -> Stand:
    """Where she stands under the centre's rules."""
    rules = rules_for(centre)
    return stand(rules, *counted(person_id, centre, rules))


def level_of(person_id: UUID, centre: Place) -> int:
    """Her star in this centre; nought where she has none."""
    rows = Star.objects.filter(person_id=person_id, centre=centre, ended_at=None)
    return int(rows.aggregate(n=Max("level"))["n"] or 0)


def stars_of(person_id: UUID) -> list[Star]:
    """Every star she was granted, the newest first, ended ones with their reason."""
    rows = Star.objects.filter(person_id=person_id).select_related("centre", "case")
    return list(rows.order_by("-granted_at", "-level"))


def cases_of(person_id: UUID) -> list[StarCase]:
    """Her ways to stars that have not ended, and those refused, with why."""
    rows = StarCase.objects.filter(person_id=person_id).exclude(state=State.SUPERSEDED)
    return list(rows.select_related("centre").order_by("-proposed_at", "-level"))


def queue(centre: Place, state: str = "") -> QuerySet[StarCase]:
    """Cases of a centre, the oldest first."""
    rows = StarCase.objects.filter(centre=centre).exclude(state=State.SUPERSEDED)
    if state in State.values:
        rows = rows.filter(state=state)
    return (
        rows.select_related("centre", "person__volunteer")
        .prefetch_related("approvals", "objections")
        .order_by("proposed_at", "id")
    )


def on_notice(centre: Place) -> list[StarCase]:
    """What anybody may see and object to."""
    return list(queue(centre, State.ON_NOTICE).order_by("notice_until", "id"))


def shown_names(cases: Iterable[StarCase]) -> dict[UUID, str]:
    """A name by case: whole where she agreed to it for this notice and still does, else masked."""
    rows = list(cases)
    agreed = published_names(row.person_id for row in rows if row.may_show_name)
    masked = masked_names(row.person_id for row in rows)
    return {row.id: agreed.get(row.person_id) or masked.get(row.person_id, "") for row in rows}


@dataclass(frozen=True, slots=True)
class Candidate:
    """年度优秀志愿者 (江宁 S0-12, the hours' side): who gave enough, found by counting rows.

    `agreed` says whether she consented to be named; without it the list holds a number only.
    """

    person_id: UUID
    number: str
    name: str
    minutes: int
    agreed: bool


def candidates(centre: Place, year: int, minutes_min: int) -> list[Candidate]:
    """Who gave at least so many verified minutes in a year, in the order of their numbers.

    No order by hours: the rules against formalism forbid a league table (domain 2.4).
    """
    rows = (
        YearMinutes.objects.filter(
            centre=centre,
            year=year,
            grade=Grade.VERIFIED,
            minutes__gte=minutes_min,
            person__frozen_at=None,
        )
        .order_by("person__volunteer__number", "person_id")
        .values_list("person_id", "person__volunteer__number", "minutes")[:CANDIDATES_MOST]
    )
    found = [(person_id, number or "", minutes) for person_id, number, minutes in rows]
    names = published_names(person_id for person_id, _number, _minutes in found)
    return [
        Candidate(pid, no, names.get(pid, ""), minutes, pid in names) for pid, no, minutes in found
    ]


def has_agreed(person_id: UUID) -> bool:
    """Whether she consents to her name being published."""
    return Consent.objects.filter(
        person_id=person_id, about=Consent.About.PUBLISH, withdrawn_at=None
    ).exists()
