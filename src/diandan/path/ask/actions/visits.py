"""进村入户: 定点联系、定人到户、定时上门. What is heard at a door becomes a request of its own.

Here only the visit is kept; the conductor places each need (channel VISIT, `Wish.visit`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Team
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal, conflict, forbidden

from ..core import clean_words
from ..models import Visit, VisitPlan
from ..policies import check_plan, may_note

TITLE_MAX = 80
LABEL_MAX = 60
HOUSEHOLDS_MAX = 500


@dataclass(frozen=True, slots=True)
class Household:
    """One door of a plan: what the visitors call it (3幢202 or 第5户, no name), who goes, when."""

    label: str
    place: Place
    visitor_id: UUID | None = None
    due_on: date | None = None


@transaction.atomic
def plan_visits(
    *,
    place: Place,
    title: str,
    households: Sequence[Household],
    from_on: date,
    until_on: date,
    team: Team | None = None,
    by: Actor,
    at: datetime,
) -> VisitPlan:
    """Keep a plan of visits; a household without a day of its own is due on the plan's last."""
    check_plan(by, place)
    name = " ".join(title.split())
    if not name or len(name) > TITLE_MAX:
        raise Refusal("wrong_title", _("计划名称请写1到80个字。"), field="title")
    if until_on < from_on:
        raise Refusal("window_backward", _("结束日期要晚于开始日期。"), field="until_on")
    labels = [" ".join(home.label.split())[:LABEL_MAX] for home in households]
    _check_households(place, households, labels, from_on, until_on)
    plan = VisitPlan.objects.create(
        place=place,
        title=name,
        team=team,
        from_on=from_on,
        until_on=until_on,
        made_by_id=by.person_id,
        made_at=at,
    )
    Visit.objects.bulk_create(
        Visit(
            plan=plan,
            place=home.place,
            label=label,
            visitor_id=home.visitor_id,
            due_on=home.due_on or until_on,
        )
        for home, label in zip(households, labels, strict=True)
    )
    announce(_fact(plan, "planned", by, at, households=len(labels)))
    return plan


@transaction.atomic
def note_visit(visit: Visit, *, note: str, by: Actor, at: datetime) -> Visit:
    """Somebody was at this door. Noted again, the words are corrected and the moment stays.

    `note` may be empty when nobody was in or nothing was said; needs do not belong in it.
    """
    plan = visit.plan
    if not may_note(by, visit, plan):
        raise forbidden(_("只有负责这一户的走访人员可以记录。"), "not_your_visit")
    if plan.closed_at is not None:
        raise conflict("plan_closed", _("这个走访计划已经结束。"))
    visit.note = clean_words(note, field="note") if note.strip() else ""
    is_first = visit.visited_at is None
    visit.visited_at = visit.visited_at or at
    visit.save(update_fields=["note", "visited_at"])
    if is_first:
        announce(_fact(plan, "visited", by, at, visit=str(visit.id)))
    return visit


@transaction.atomic
def close_plan(plan: VisitPlan, *, by: Actor, at: datetime) -> VisitPlan:
    """End a plan; how many doors nobody went to stays on record. Closed twice it is closed."""
    check_plan(by, plan.place)
    if plan.closed_at is None:
        plan.closed_at = at
        plan.save(update_fields=["closed_at"])
        left = plan.visits.filter(visited_at=None).count()
        announce(_fact(plan, "closed", by, at, unvisited=left))
    return plan


def _check_households(
    place: Place,
    households: Sequence[Household],
    labels: list[str],
    from_on: date,
    until_on: date,
) -> None:
    if not labels or not all(labels):
        raise Refusal("household_missing", _("请至少写一户,每户都要有名称。"), field="households")
    if len(labels) > HOUSEHOLDS_MAX:
        raise Refusal("households_many", _("一个计划最多500户,请分成几个。"), field="households")
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice:
        raise Refusal(
            "household_twice",
            _("这些住户写了两次:%(names)s") % {"names": "、".join(twice[:5])},
            field="households",
        )
    if any(not home.place.path.startswith(place.path) for home in households):
        raise Refusal("outside_plan", _("有住户不在这个地方,请检查。"), field="households")
    days = [home.due_on for home in households if home.due_on is not None]
    if any(not from_on <= day <= until_on for day in days):
        raise Refusal("due_outside", _("上门日期要在计划的起止日期之内。"), field="households")


def _fact(plan: VisitPlan, happened: str, by: Actor, at: datetime, **data: str | int) -> Fact:
    return Fact(
        kind=f"visits.{happened}",
        at=at,
        place_id=plan.place_id,
        by_id=by.person_id,
        team_id=plan.team_id,
        data={"plan": str(plan.id), **data},
    )
