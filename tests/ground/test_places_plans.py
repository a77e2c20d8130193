"""年度计划: written, done, undone and dropped; counted in one query; nobody ranked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from diandan.ground.places import plans
from diandan.ground.places.actions.plan import (
    StepWords,
    drop_step,
    edit,
    mark_done,
    mark_undone,
    plan_step,
)
from diandan.ground.places.models import Kind, Place, PlanStep
from diandan.ground.record.models import FactRow
from diandan.kit.refusal import Refusal
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 5)


@pytest.fixture
def centre() -> Place:
    return factories.place("江宁区", Kind.CENTER, slug="jiangning")


def words(title: str, due_on: date | None = None, sort: str = "step") -> StepWords:
    return StepWords(sort, title, due_on)


def test_a_step_is_done_once_undone_and_dropped(centre: Place, at: datetime) -> None:
    step = plan_step(centre, 2026, words("每月碰头一次"), at=at)
    assert mark_done(step.id, at=at).done_at == mark_done(step.id, at=at).done_at
    with pytest.raises(Refusal):
        drop_step(step.id, at=at)
    mark_undone(step.id, at=at)
    edit(step.id, words("每周碰头一次", sort="mechanism"), at=at)
    drop_step(step.id, at=at)
    assert not PlanStep.objects.exists()
    kinds = FactRow.objects.filter(kind__startswith="places.plan_").order_by("id")
    said = [kind.removeprefix("places.plan_") for kind in kinds.values_list("kind", flat=True)]
    assert said == ["written", "done", "undone", "changed", "dropped"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (words(" "), "title"),
        (words("很" * 81), "title"),
        (words("每月碰头一次"), "title"),
        (words("开会", date(2027, 1, 1)), "due_on"),
        (words("开会", sort="other"), "sort"),
    ],
)
def test_what_is_refused_says_its_field(
    centre: Place, at: datetime, given: StepWords, field: str
) -> None:
    plan_step(centre, 2026, words("每月碰头一次"), at=at)
    with pytest.raises(Refusal) as refused:
        plan_step(centre, 2026, given, at=at)
    assert refused.value.field == field


def test_counts_in_one_query_by_name(
    centre: Place, at: datetime, django_assert_num_queries: Any
) -> None:
    units = [factories.place(n, Kind.MEMBER_UNIT, centre, pinyin=p) for n, p in UNITS]
    late = plan_step(units[0], 2026, words("一", date(2026, 3, 4)), at=at)
    plan_step(units[0], 2026, words("二", date(2026, 3, 5)), at=at)
    mark_done(plan_step(units[0], 2026, words("三", date(2026, 1, 1)), at=at).id, at=at)
    plan_step(units[0], 2025, words("去年", date(2025, 1, 1)), at=at)
    mark_done(plan_step(units[1], 2026, words("一"), at=at).id, at=at)
    rows = list(plans.planners([centre.path], 2026, today=TODAY, kind="member_unit"))
    assert [p.name for p in rows] == ["教育局", "司法局", "总工会"]
    with django_assert_num_queries(1):
        found = plans.plans_of(rows, 2026, today=TODAY)
    by_name = {p.place.name: (p.total, p.done, p.undone, p.late) for p in found}
    assert by_name == {"总工会": (3, 1, 2, 1), "教育局": (1, 1, 0, 0), "司法局": (0, 0, 0, 0)}
    only = plans.planners([centre.path], 2026, today=TODAY, late_only=True)
    assert [p.id for p in only] == [late.place_id]


UNITS = [("总工会", "zonggonghui zgh"), ("教育局", "jiaoyuju jyj"), ("司法局", "sifaju sfj")]
