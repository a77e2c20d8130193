"""Visit plans: doors, who goes, what was noted; private needs stay out of the counts."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from diandan.ground.people.models import Role
from diandan.ground.people.queries import actor_for
from diandan.ground.record.models import FactRow
from diandan.kit.refusal import Refusal
from diandan.path.ask import queries_regular as queries
from diandan.path.ask.actions.visits import Household, close_plan, note_visit, plan_visits
from diandan.path.ask.models import VisitPlan
from tests import factories as make

pytestmark = pytest.mark.django_db
FROM, UNTIL = date(2026, 3, 9), date(2026, 3, 20)


def planned(at: datetime) -> tuple[make.District, VisitPlan, list[Household]]:
    there = make.district()
    _clerk, by = make.staff(Role.INSTITUTE_STAFF, there.institute)
    team, leader, _leads = make.team(there.station)
    homes = [
        Household("3幢202", there.station, leader.id, date(2026, 3, 10)),
        Household("第5户", there.other),
    ]
    plan = plan_visits(
        place=there.institute,
        title="三月进村入户",
        households=homes,
        from_on=FROM,
        until_on=UNTIL,
        team=team,
        by=by,
        at=at,
    )
    return there, plan, homes


def test_a_visitor_finds_her_doors_and_notes_them(at: datetime) -> None:
    there, plan, homes = planned(at)
    visitor_id = homes[0].visitor_id
    assert visitor_id is not None
    assert queries.visits_due(visitor_id, FROM) == []
    (visit,) = queries.visits_due(visitor_id, date(2026, 3, 10))
    team = plan.team
    assert team is not None
    with pytest.raises(Refusal, match="not_your_visit"):
        note_visit(visit, note="在家", by=make.actor(make.person()), at=at)
    far = make.staff(Role.STATION_STAFF, there.other)[1]
    with pytest.raises(Refusal, match="not_your_visit"):
        note_visit(visit, note="在家", by=far, at=at)
    by = actor_for(make.member(team).id, at)
    note_visit(visit, note="在家,一切都好", by=by, at=at)
    note_visit(visit, note="", by=by, at=at)
    assert queries.visits_due(visitor_id, UNTIL) == []
    kind = make.kind(there.centre)
    make.request(there.station, kind, visit=visit)
    make.request(there.station, kind, visit=visit, is_private=True)
    (row,) = queries.plans_for(by=make.staff(Role.INSTITUTE_STAFF, there.institute)[1])
    assert (row.households, row.visited, row.heard) == (2, 1, 1)  # type: ignore[attr-defined]
    heard = {v.label: v.heard for v in queries.visits_of(plan)}  # type: ignore[attr-defined]
    assert heard == {"3幢202": 1, "第5户": 0}


def test_a_closed_plan_remembers_the_doors_nobody_went_to(at: datetime) -> None:
    there, plan, _homes = planned(at)
    _clerk, by = make.staff(Role.INSTITUTE_STAFF, there.institute)
    close_plan(plan, by=by, at=at)
    close_plan(plan, by=by, at=at)
    fact = FactRow.objects.get(kind="visits.closed")
    assert fact.data["unvisited"] == 2
    visit = queries.visits_of(plan)[0]
    visit.plan = plan
    with pytest.raises(Refusal, match="plan_closed"):
        note_visit(visit, note="", by=by, at=at)


@pytest.mark.parametrize(
    ("labels", "until_on", "code"),
    [
        ([], UNTIL, "household_missing"),
        ([" "], UNTIL, "household_missing"),
        (["1户", "1户"], UNTIL, "household_twice"),
        (["1户"], date(2026, 3, 1), "window_backward"),
    ],
)
def test_a_plan_that_cannot_be_walked_is_refused(
    labels: list[str], until_on: date, code: str, at: datetime
) -> None:
    there = make.district()
    _clerk, by = make.staff(Role.INSTITUTE_STAFF, there.institute)
    with pytest.raises(Refusal, match=code):
        plan_visits(
            place=there.institute,
            title="走访",
            households=[Household(label, there.station) for label in labels],
            from_on=FROM,
            until_on=until_on,
            by=by,
            at=at,
        )


def test_doors_lie_in_the_place_and_days_in_the_plan(at: datetime) -> None:
    there, far = make.district(), make.district()
    _clerk, by = make.staff(Role.INSTITUTE_STAFF, there.institute)
    for home, code in (
        (Household("1户", far.station), "outside_plan"),
        (Household("1户", there.station, due_on=date(2026, 4, 1)), "due_outside"),
    ):
        with pytest.raises(Refusal, match=code):
            plan_visits(
                place=there.institute,
                title="走访",
                households=[home],
                from_on=FROM,
                until_on=UNTIL,
                by=by,
                at=at,
            )
    _other, other = make.staff(Role.STATION_STAFF, there.station)
    with pytest.raises(Refusal, match="forbidden"):
        plan_visits(
            place=there.institute,
            title="走访",
            households=[Household("1户", there.station)],
            from_on=FROM,
            until_on=UNTIL,
            by=other,
            at=at,
        )
