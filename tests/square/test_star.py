"""A star is reached by counted hours, applied for by herself, checked, shown, and then granted."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from diandan.ground.people.actions.consents import give, withdraw
from diandan.ground.people.actor import SYSTEM
from diandan.ground.people.models import Consent, Role
from diandan.ground.record.models import FactRow
from diandan.kit.refusal import Refusal
from diandan.path.ledger.models import Grade
from diandan.square.star.actions.decide import (
    approve,
    end_star,
    grant_due,
    object_to_star,
    refuse,
    settle_star_objection,
)
from diandan.square.star.actions.propose import apply_for, decline, propose, propose_all
from diandan.square.star.core import StarRules, stand
from diandan.square.star.models import Star, StarCase
from diandan.square.star.queries import candidates, level_of, shown_names, stand_of, stars_of
from diandan.square.star.rulebook import read, rules_for, shipped
from tests import factories as make
from tests.square.star_world import Stars

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def stars(at: datetime) -> Stars:
    return Stars(at)


def refused(code: str) -> pytest.RaisesContext[Refusal]:  # type: ignore[name-defined]
    return pytest.raises(Refusal, match=f"^{code}:")


def test_reached_proposed_applied_checked_shown_and_granted(stars: Stars) -> None:
    stars.hours(99)
    assert propose(stars.her.id, stars.centre, at=stars.at) is None
    stars.hours(1)
    case = propose(stars.her.id, stars.centre, at=stars.at)
    assert case is not None
    assert (case.level, case.minutes) == (1, 6000)
    assert propose(stars.her.id, stars.centre, at=stars.at) is None
    assert FactRow.objects.filter(kind="star.reached", person_id=stars.her.id).count() == 1
    with refused("not_applied"):
        approve(case.id, by=stars.heads, at=stars.at)
    apply_for(case.id, may_show_name=False, by=stars.she, at=stars.at)
    case = approve(case.id, by=stars.heads, at=stars.at)
    assert case.state == StarCase.State.ON_NOTICE
    assert case.notice_until is not None
    # Three working days from Thursday the fifth: Tuesday the tenth at 18:00.
    assert case.notice_until - stars.at == timedelta(days=5, hours=6)
    assert grant_due(at=case.notice_until - timedelta(seconds=1)) == 0
    assert grant_due(at=case.notice_until) == 1
    assert grant_due(at=case.notice_until) == 0
    assert level_of(stars.her.id, stars.centre) == 1


def test_nothing_happens_without_her_own_act(stars: Stars) -> None:
    stars.hours(300)
    case = propose(stars.her.id, stars.centre, at=stars.at)
    assert case is not None
    assert case.level == 2
    for by in (stars.heads, make.actor(make.volunteer("别人"))):
        with refused("unknown_star_case"):
            apply_for(case.id, may_show_name=True, by=by, at=stars.at)
    decline(case.id, by=stars.she, at=stars.at)
    assert propose(stars.her.id, stars.centre, at=stars.at + DAY) is None
    apply_for(case.id, may_show_name=False, by=stars.she, at=stars.at + DAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        StarCase.objects.filter(id=case.id).update(state="on_notice", applied_at=None)


def test_a_person_who_never_enrolled_is_proposed_nothing(stars: Stars) -> None:
    resident = make.person("李桂英", stars.site)
    stars.hours(500, who=resident)
    assert propose(resident.id, stars.centre, at=stars.at) is None


def test_her_name_is_shown_only_while_she_agrees(stars: Stars) -> None:
    case = stars.applied(may_show_name=True)
    assert shown_names([case]) == {case.id: "王强"}
    withdraw(consent=Consent.objects.get(about="publish"), at=stars.at, by=stars.she)
    assert shown_names([case]) == {case.id: "王**"}
    quiet = Stars(stars.at).applied(may_show_name=False)
    assert shown_names([quiet]) == {quiet.id: "王**"}


def test_an_open_objection_stops_it_and_an_upheld_one_ends_it(stars: Stars) -> None:
    case = approve(stars.applied().id, by=stars.heads, at=stars.at)
    assert case.notice_until is not None
    other = make.actor(make.person("赵邻居", stars.site))
    said = object_to_star(case.id, text="那天没见到他", by=other, at=stars.at)
    assert object_to_star(case.id, text="再说一遍", by=other, at=stars.at).id == said.id
    assert grant_due(at=case.notice_until + 30 * DAY) == 0
    with refused("not_your_centre"):
        settle_star_objection(said.id, is_upheld=False, text="属实", by=other, at=stars.at)
    settle_star_objection(said.id, is_upheld=False, text="有签到", by=stars.heads, at=stars.at)
    again = object_to_star(case.id, text="还是不对", by=other, at=stars.at)
    settle_star_objection(again.id, is_upheld=True, text="查实", by=stars.heads, at=stars.at)
    case.refresh_from_db()
    assert (case.state, case.ended_why) == (StarCase.State.REFUSED, "查实")
    assert grant_due(at=case.notice_until) == 0
    # The same hours are not proposed again; more of them are.
    assert propose(stars.her.id, stars.centre, at=stars.at) is None
    stars.hours(1)
    assert propose(stars.her.id, stars.centre, at=stars.at) is not None


def test_fujian_needs_the_levels_above_with_their_document_numbers(stars: Stars) -> None:
    stars.centre.settings = {"star_rules": "fujian"}
    stars.centre.save()
    case = stars.applied(hours=1500)
    assert case.level == 5
    case = approve(case.id, by=stars.heads, at=stars.at)
    assert case.state == StarCase.State.APPLIED
    with refused("document"):
        approve(case.id, by=stars.heads, at=stars.at)
    case = approve(
        case.id, body="省文明办", document="闽文明办〔2026〕8号", by=stars.heads, at=stars.at
    )
    assert case.state == StarCase.State.ON_NOTICE
    assert [a.level for a in case.approvals.order_by("at", "id")] == ["county", "province"]


def test_officers_never_check_themselves(stars: Stars) -> None:
    stars.hours(100, who=stars.head)
    make.Volunteer.objects.create(
        person=stars.head, number="V999999", enrolled_at=stars.at, enrolled_how="code"
    )
    case = propose(stars.head.id, stars.centre, at=stars.at)
    assert case is not None
    apply_for(case.id, may_show_name=False, by=stars.heads, at=stars.at)
    with refused("own_star"):
        approve(case.id, by=stars.heads, at=stars.at)
    _clerk, clerk = make.staff(Role.STATION_STAFF, stars.site)
    with refused("not_your_centre"):
        approve(case.id, by=clerk, at=stars.at)
    refuse_by = make.staff(Role.CENTER_STAFF, stars.centre, "周主任")[1]
    refuse(case.id, reason="材料不全", by=refuse_by, at=stars.at)
    assert propose(stars.head.id, stars.centre, at=stars.at) is None


def test_a_star_is_never_lowered_by_itself(stars: Stars) -> None:
    stars.granted()
    stars.take_back(50)
    assert stand_of(stars.her.id, stars.centre).reached == 0
    propose(stars.her.id, stars.centre, at=stars.at)
    assert level_of(stars.her.id, stars.centre) == 1
    row = Star.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Star.objects.filter(id=row.id).update(ended_at=stars.at)
    end_star(row.id, reason="经核实时长有误,已与本人说明", by=stars.heads, at=stars.at)
    assert level_of(stars.her.id, stars.centre) == 0
    assert FactRow.objects.filter(kind="star.ended", person_id=stars.her.id).count() == 1
    assert [bool(star.ended_at) for star in stars_of(stars.her.id)] == [True]


def test_hours_taken_back_before_the_check_are_seen(stars: Stars) -> None:
    case = stars.applied()
    stars.take_back(1)
    with refused("not_reached"):
        approve(case.id, by=stars.heads, at=stars.at)


def test_declared_hours_count_only_where_the_rule_says_so(stars: Stars) -> None:
    stars.hours(20, grade=Grade.DECLARED)
    assert stand_of(stars.her.id, stars.centre).minutes == 0
    stars.centre.settings = {"star_rules": "ximen"}
    stars.centre.save()
    found = stand_of(stars.her.id, stars.centre)
    assert (found.reached, found.next_level, found.minutes_needed) == (2, 3, 600)
    assert propose_all(stars.centre, by=stars.heads, at=stars.at) == 1
    assert propose_all(stars.centre, by=stars.heads, at=stars.at) == 0


@pytest.mark.parametrize(
    ("name", "hours", "points", "reached"),
    [
        ("standard", 99, 0, 0),
        ("standard", 100, 0, 1),
        ("standard", 1499, 0, 4),
        ("standard", 1500, 0, 5),
        ("zhangjiagang", 30, 0, 1),
        ("zhangjiagang", 300, 0, 5),
        ("longquanyi", 50, 499, 0),
        ("longquanyi", 50, 500, 1),
        ("longquanyi", 800, 7999, 0),
        ("longquanyi", 800, 8000, 5),
        ("ximen", 50, 0, 5),
    ],
)
def test_each_places_thresholds(name: str, hours: int, points: int, reached: int) -> None:
    assert stand(shipped()[name], hours * 60, points).reached == reached


def test_what_the_next_star_needs_is_told_in_minutes_and_points() -> None:
    found = stand(shipped()["longquanyi"], 40 * 60, 300)
    assert (found.next_level, found.minutes_needed, found.points_needed) == (1, 600, 200)
    assert stand(shipped()["standard"], 1500 * 60, 0).next_level == 0


def test_a_rule_file_with_a_mistake_is_refused_in_words() -> None:
    for raw in (
        {"title": "错", "hours": [100, 50]},
        {"title": "错", "hours": [100], "counts": ["declared"]},
        {"title": "错", "hours": [100], "approvals": [["国家"]]},
        {"title": "错", "hours": [100], "stars": 1},
        {"hours": [100]},
    ):
        with pytest.raises(ValueError, match="x: "):
            read("x", raw)


def test_a_centre_named_by_a_rule_gets_it(stars: Stars) -> None:
    assert rules_for(stars.centre).name == "standard"
    stars.centre.slug = "zhangjiagang"
    assert rules_for(stars.centre).hours == (30, 60, 100, 200, 300)
    assert isinstance(rules_for(stars.centre), StarRules)
    assert SYSTEM.is_system


def test_candidates_are_counted_named_by_consent_and_never_ranked(stars: Stars) -> None:
    other = make.volunteer("李梅", stars.site)
    stars.hours(30)
    stars.hours(90, who=other)
    year = (stars.at - timedelta(days=500)).year
    found = candidates(stars.centre, year, 24 * 60)
    assert [(c.minutes, c.name) for c in found] == [(30 * 60, ""), (90 * 60, "")]
    give(person=other, about=Consent.About.PUBLISH, how="web", at=stars.at, by=make.actor(other))
    assert [c.name for c in candidates(stars.centre, year, 24 * 60)] == ["", "李梅"]
    assert len(candidates(stars.centre, year, 60 * 60)) == 1
    assert candidates(stars.centre, year + 1, 60) == []
