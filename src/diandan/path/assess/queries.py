"""审单: every read a page needs of reviews, whistles and hotline cases.

What belongs to a private request is shown to its mediators alone, here as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Min, Q, QuerySet
from django.utils.translation import gettext as _

from diandan.ground.catalogue.models import Item
from diandan.ground.people.actor import STAFF_ROLES, Actor
from diandan.ground.people.models import Role
from diandan.ground.places.models import Level, Place
from diandan.ground.places.queries import ancestor_at, line_of
from diandan.kit.refusal import missing
from diandan.path.ask.models import Request
from diandan.path.ask.queries import visible

from .core import levels_above, next_level
from .models import HotlineCase, HotlineReport, Partner, Review, Whistle


def reviews_of(subject: str, subject_id: UUID) -> list[Review]:
    """Every level's word on a subject, of all rounds, in the order they were said."""
    return list(
        Review.objects.filter(subject=subject, subject_id=subject_id)
        .select_related("place", "by")
        .order_by("at", "id")
    )


def this_round(subject: str, subject_id: UUID) -> list[Review]:
    """The approvals since the subject was last returned: a return starts the ladder anew."""
    round_: list[Review] = []
    for row in reviews_of(subject, subject_id):
        round_ = [] if row.verdict == Review.Verdict.RETURNED else [*round_, row]
    return round_


@dataclass(frozen=True, slots=True)
class Rung:
    """The level that owes the next word, and the place that answers at it."""

    level: Level
    place: Place


def ladder_for(place: Place, levels: Sequence[Level]) -> list[Level]:
    """The levels that review what `place` made; a point or base counts as the place above it."""
    own = next((row.level for row in line_of(place) if row.level), None)
    return levels_above(own, levels)


def next_rung(subject: str, subject_id: UUID, place: Place, levels: Sequence[Level]) -> Rung | None:
    """Who reviews next; None when every level has approved."""
    approved = {row.level for row in this_round(subject, subject_id)}
    level = next_level(ladder_for(place, levels), approved)
    return Rung(level, ancestor_at(place, level)) if level else None


def items_to_review(by: Actor, levels: Sequence[Level]) -> list[Item]:
    """Items that wait for a word `by` may say, oldest first."""
    from .policies import may_review

    inside = Q(pk__in=[])
    for grant in by.grants:
        inside |= Q(place__path__startswith=grant.path)
    rows = Item.objects.filter(inside, state=Item.State.IN_REVIEW).select_related("place", "kind")
    waiting = []
    for item in rows.exclude(made_by_id=by.person_id).order_by("made_at", "id"):
        rung = next_rung(Review.Subject.ITEM, item.id, item.place, levels)
        if rung and may_review(by, rung.level, rung.place):
            waiting.append(item)
    return waiting


def whistle_for_change(whistle_id: UUID) -> Whistle:
    """The whistle, its row locked; a Refusal when there is none."""
    row = (
        Whistle.objects.select_for_update(of=("self",))
        .select_related("unit", "request")
        .filter(id=whistle_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这条吹哨。"), "unknown_whistle")
    return row


def whistles_for(by: Actor) -> QuerySet[Whistle]:
    """Unanswered whistles to the units at which `by` works, the soonest due first."""
    asked = Q(pk__in=[])
    for grant in by.grants:
        if grant.role in STAFF_ROLES:
            inside = Q(unit__path__startswith=grant.path)
            private_too = grant.role == Role.MEDIATOR
            asked |= inside if private_too else inside & Q(request__is_private=False)
    return (
        Whistle.objects.filter(asked, answered_at=None)
        .select_related("unit", "request", "request__place", "request__kind")
        .order_by("due_at", "id")
    )


def whistles_of(request: Request) -> list[Whistle]:
    """Every unit asked about a request. The caller has shown that the reader may see it."""
    return list(request.whistles.select_related("unit").order_by("asked_at", "id"))


def case_for_change(case_id: UUID) -> HotlineCase:
    """The case, its row locked; a Refusal when there is none."""
    row = (
        HotlineCase.objects.select_for_update(of=("self",))
        .select_related("request", "request__place", "request__centre", "request__kind")
        .filter(id=case_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这件热线工单。"), "unknown_case")
    return row


def cases_for(by: Actor) -> QuerySet[HotlineCase]:
    """The hotline cases of requests that `by` may see, those that wait first.

    An outside hotline sees all cases of the centre it acts for, and nothing else of the house.
    """
    if by.partner_id is not None:
        inside = Q(request__place__path__startswith=by.partner_path, request__is_private=False)
    else:
        inside = Q(request__in=visible(by))
    return (
        HotlineCase.objects.filter(inside)
        .select_related("request", "request__place", "request__kind")
        .order_by("sent_at", "made_at", "id")
    )


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits to be sent: how many, since when, and what the outside said last."""

    waiting: int
    oldest_at: datetime | None
    failing: int
    last_error: str
    again_at: datetime | None
    unreported: int = 0


def hotline_queue(centre: Place) -> Queue:
    """The visible queue of a centre's cases, and of their ends, on their way out."""
    ends_waiting = HotlineReport.objects.filter(sent_at=None, case__request__centre=centre)
    rows = HotlineCase.objects.filter(state=HotlineCase.State.QUEUED, request__centre=centre)
    ends = rows.aggregate(oldest=Min("made_at"), again=Min("again_at"))
    failed = rows.exclude(last_error="")
    latest = failed.order_by("-again_at", "id").first()
    return Queue(
        waiting=rows.count(),
        oldest_at=ends["oldest"],
        failing=failed.count(),
        last_error=latest.last_error if latest else "",
        again_at=ends["again"],
        unreported=ends_waiting.count(),
    )


def ends_waiting(by: Actor) -> int:
    """How many ends of the cases `by` may see the hotline has not heard of yet."""
    return HotlineReport.objects.filter(sent_at=None, case__in=cases_for(by).order_by()).count()


def reports_of(case_ids: Iterable[UUID]) -> dict[UUID, HotlineReport]:
    """The latest report of each case."""
    rows = HotlineReport.objects.filter(case_id__in=list(case_ids)).order_by("fact_id")
    return {row.case_id: row for row in rows}


def partners_of(centre: Place) -> list[Partner]:
    """The outside systems that hold or held a key of this centre, the living ones first."""
    rows = Partner.objects.filter(centre=centre).order_by("-made_at")
    return sorted(rows, key=lambda row: row.revoked_at is not None)


def received(outside_number: str) -> HotlineCase | None:
    """The case a hotline sent before under this number, so that a repeat makes no second order."""
    return (
        HotlineCase.objects.filter(
            state=HotlineCase.State.RECEIVED, outside_number=outside_number.strip()
        )
        .select_related("request")
        .first()
    )
