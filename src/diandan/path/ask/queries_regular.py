"""定期服务 and 走访: every read a page needs of standing orders and visit plans."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Count, DateField, ExpressionWrapper, F, Q, QuerySet
from django.utils.translation import gettext as _

from diandan.ground.people.actor import STAFF_ROLES, Actor
from diandan.kit.refusal import missing

from .models import Standing, Visit, VisitPlan

WITH = ("person", "kind", "kind__centre", "place", "consent")


def standing_for_change(standing_id: UUID) -> Standing:
    """The standing order, its row locked; a Refusal when there is none."""
    row = (
        Standing.objects.select_for_update(of=("self",))
        .select_related(*WITH)
        .filter(id=standing_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这项定期服务。"), "unknown_standing")
    return row


def living_standings() -> QuerySet[Standing]:
    """Standing orders that go on: not ended, consent not withdrawn, the person not frozen."""
    return Standing.objects.filter(
        ended_at=None, consent__withdrawn_at=None, person__frozen_at=None
    ).select_related(*WITH)


def due_standings(on: date) -> QuerySet[Standing]:
    """Standing orders whose next occurrence is to be ordered by the end of `on`."""
    order_on = ExpressionWrapper(F("next_on") - F("days_ahead"), output_field=DateField())
    return (
        living_standings()
        .annotate(order_on=order_on)
        .filter(order_on__lte=on)
        .order_by("next_on", "id")
    )


def standings_of(person_id: UUID) -> list[Standing]:
    """A person's standing orders that have not ended, also those whose consent she withdrew."""
    return list(
        Standing.objects.filter(person_id=person_id, ended_at=None)
        .select_related(*WITH)
        .order_by("next_on", "id")
    )


def standings_in(by: Actor) -> QuerySet[Standing]:
    """Standing orders in the subtrees where `by` works."""
    return living_standings().filter(_inside(by)).order_by("next_on", "id")


def plan_for_change(plan_id: UUID) -> VisitPlan:
    """The plan, its row locked; a Refusal when there is none."""
    row = (
        VisitPlan.objects.select_for_update(of=("self",))
        .select_related("place", "team")
        .filter(id=plan_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这个走访计划。"), "unknown_plan")
    return row


def visit_for_change(visit_id: UUID) -> Visit:
    """The visit, its row locked, with its plan; a Refusal when there is none."""
    row = (
        Visit.objects.select_for_update(of=("self",))
        .select_related("plan", "plan__team", "place")
        .filter(id=visit_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这一户的走访。"), "unknown_visit")
    return row


def plans_for(by: Actor) -> QuerySet[VisitPlan]:
    """Plans of the places where `by` works, of her teams, or with a household of hers."""
    mine = Q(team_id__in=by.member_of)
    if by.person_id is not None:
        mine |= Q(visits__visitor_id=by.person_id)
    return (
        VisitPlan.objects.filter(_inside(by) | mine)
        .select_related("place", "team")
        .annotate(
            households=Count("visits", distinct=True),
            visited=Count("visits", filter=Q(visits__visited_at__isnull=False), distinct=True),
            heard=Count("visits__needs", filter=Q(visits__needs__is_private=False), distinct=True),
        )
        .distinct()
        .order_by("closed_at", "-from_on", "id")
    )


def visits_of(plan: VisitPlan) -> list[Visit]:
    """The households of a plan with the needs heard there, the soonest due first.

    `heard` counts what was heard without what is private (a dispute is its parties' matter).
    """
    return list(
        plan.visits.select_related("place", "visitor")
        .annotate(heard=Count("needs", filter=Q(needs__is_private=False)))
        .order_by("due_on", "label")
    )


def visits_due(person_id: UUID, on: date) -> list[Visit]:
    """A visitor's own households still to be visited, due by `on`."""
    return list(
        Visit.objects.filter(
            visitor_id=person_id, visited_at=None, plan__closed_at=None, due_on__lte=on
        )
        .select_related("plan", "place")
        .order_by("due_on", "label")
    )


def _inside(by: Actor) -> Q:
    inside = Q(pk__in=[])
    for grant in by.grants:
        if grant.role in STAFF_ROLES:
            inside |= Q(place__path__startswith=grant.path)
    return inside
