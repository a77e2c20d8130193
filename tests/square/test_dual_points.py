"""Two systems, entries of two people, months that stay closed, and boards nobody sees unasked."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from diandan.ground.people.models import Reading
from diandan.ground.record.models import FactRow
from diandan.kit.refusal import Refusal
from diandan.square.dual_points import core, queries
from diandan.square.dual_points.actions import periods, roll
from diandan.square.dual_points.actions.enter import (
    correct,
    decide,
    propose_household,
    propose_member,
)
from diandan.square.dual_points.actions.object import object_to, settle
from diandan.square.dual_points.core import Scored
from diandan.square.dual_points.models import Entry, MonthClose, Objection, YearGrade
from diandan.square.dual_points.rulebook import shipped
from tests import factories as make
from tests.square.dual_world import MARCH, Dual, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def dual(at: datetime) -> Dual:
    return Dual(at)


def party(dual: Dual, year: int = 2026) -> tuple[int, bool]:
    found = queries.standing_of(dual.centre, "party", year, person_id=dual.member_one.id)
    return found.points, found.is_vetoed


def home(dual: Dual, year: int = 2026) -> int:
    found = queries.standing_of(dual.centre, "residents", year, household_id=dual.household.id)
    return found.points


def test_the_two_systems_are_summed_apart(dual: Dual) -> None:
    dual.party("p-lead")
    dual.party("p-absent")
    dual.home("r-wedding")
    assert party(dual) == (60 + 8 - 3, False)
    assert home(dual) == 5


def test_nothing_counts_before_a_second_person_confirmed_it(dual: Dual) -> None:
    row = propose_member(
        dual.deed("p-help"),
        branch=dual.branch,
        person=dual.member_one,
        by=dual.by(dual.secretary),
        at=dual.at,
    )
    assert party(dual) == (60, False)
    for by, code in ((dual.secretary, "own_proposal"), (dual.member_one, "not_your_branch")):
        with pytest.raises(Refusal, match=code):
            decide(row.id, is_confirmed=True, text="", by=dual.by(by), at=dual.at)
    decide(row.id, is_confirmed=True, text="", by=dual.by(dual.second), at=dual.at)
    assert party(dual) == (65, False)
    assert [fact.person_id for fact in dual.told("dual.confirmed")] == [dual.member_one.id]
    with pytest.raises(Refusal, match="settled_before"):
        decide(row.id, is_confirmed=False, text="算了", by=dual.head, at=dual.at)


def test_nobody_proposes_for_herself_and_strangers_not_at_all(dual: Dual) -> None:
    deed = dual.deed("p-help")
    for by, code in (
        (dual.by(dual.secretary), "own_entry"),
        (dual.clerk, "not_a_member"),
        (dual.by(dual.member_one), "not_your_branch"),
    ):
        person = make.person() if code == "not_a_member" else dual.secretary
        with pytest.raises(Refusal, match=code):
            propose_member(deed, branch=dual.branch, person=person, by=by, at=dual.at)
    with pytest.raises(Refusal, match="not_your_place"):
        propose_household(
            dual.deed("r-clean"), household=dual.household, by=dual.by(dual.family), at=dual.at
        )


def test_a_veto_needs_its_paper_and_decides_the_grade_alone(dual: Dual) -> None:
    for _time in range(6):
        dual.party("p-lead")
    with pytest.raises(Refusal, match="basis"):
        dual.party("p-discipline")
    dual.party("p-discipline", basis="奈纪发〔2026〕3号 第二条")
    assert party(dual) == (108, True)
    rules = shipped()["baiyintala"].party
    assert core.grade_of(rules, 108, is_vetoed=True) == "不合格"
    assert core.grade_of(rules, 108, is_vetoed=False) == "优秀"


@pytest.mark.parametrize(
    "title", ["每天登录平台", "打卡签到", "转发文章", "在线时长满一小时", "点赞"]
)
def test_what_counts_clicks_is_no_item(dual: Dual, title: str) -> None:
    with pytest.raises(Refusal, match="formal_item"):
        roll.add_item(
            centre=dual.centre,
            system="residents",
            sort="add",
            title=title,
            points=1,
            evidence="截图",
            dimension="思想观念",
            by=dual.head,
            at=dual.at,
        )


def test_a_veto_is_the_partys_alone(dual: Dual) -> None:
    with pytest.raises(Refusal, match="sort"):
        roll.add_item(
            centre=dual.centre, system="residents", sort="veto", title="违法", points=0,
            evidence="文书", dimension="乡风文明", by=dual.head, at=dual.at,
        )  # fmt: skip


# -- months


def test_a_closed_month_stays_as_it_was_and_mistakes_are_put_right_in_the_open_one(
    dual: Dual,
) -> None:
    row = dual.home("r-wedding")
    april = later(2026, 4)
    dual.close("residents", MARCH)
    before = MonthClose.objects.get()
    assert (before.entries, before.points) == (1, 5)
    made = correct(row.id, text="记错了户", by=dual.clerk, at=april)
    assert made.month == date(2026, 4, 1)
    decide(made.id, is_confirmed=True, text="", by=dual.other_clerk, at=april)
    assert home(dual) == 0
    assert queries.month_sum(dual.centre, "residents", MARCH) == (1, 5)
    assert periods.digest_of(dual.centre, "residents", MARCH) == before.digest
    with pytest.raises(Refusal, match="corrected_before"):
        correct(row.id, text="再来一次", by=dual.clerk, at=april)


def test_a_month_closes_only_when_it_is_over_and_nothing_waits(dual: Dual) -> None:
    with pytest.raises(Refusal, match="month"):
        periods.close_month(
            centre=dual.centre, system="party", month=MARCH, by=dual.head, at=dual.at
        )
    propose_member(
        dual.deed("p-help"),
        branch=dual.branch,
        person=dual.member_one,
        by=dual.by(dual.secretary),
        at=dual.at,
    )
    with pytest.raises(Refusal, match="entries_wait"):
        dual.close("party", MARCH)
    with pytest.raises(Refusal, match="not_your_place"):
        periods.close_month(
            centre=dual.centre, system="party", month=MARCH, by=dual.clerk, at=later(2026, 4)
        )


def test_a_proposal_after_the_close_counts_in_the_month_after(dual: Dual) -> None:
    dual.close("party", MARCH)
    april = later(2026, 4)
    row = dual.party("p-help", april)
    assert row.month == date(2026, 4, 1)


SQL = {
    "UPDATE dual_entry SET points = 99": "never changed",
    "DELETE FROM dual_entry": "never changed",
    "UPDATE dual_verdict SET is_confirmed = false": "never changed",
    "DELETE FROM dual_month": "never changed",
    "UPDATE dual_grade SET grade = '优秀'": "never changed",
    "DELETE FROM dual_objection": "never changed",
    "INSERT INTO dual_entry SELECT (jsonb_populate_record(e, jsonb_build_object("
    "'id', gen_random_uuid(), 'points', 50))).* FROM dual_entry e LIMIT 1": "month is closed",
    "INSERT INTO dual_verdict SELECT (jsonb_populate_record(v, jsonb_build_object("
    "'is_confirmed', true))).* FROM dual_verdict v LIMIT 1": "month is closed",
    "UPDATE dual_objection SET settled_at = now(), settled_by_id = by_id, is_upheld = true": "somebody else",
}


@pytest.mark.parametrize("words", SQL)
@pytest.mark.parametrize("before", ["", "SET LOCAL session_replication_role = replica; "])
def test_not_even_plain_sql_changes_what_was_entered(dual: Dual, words: str, before: str) -> None:
    row = dual.home("r-wedding")
    object_to(row.id, text="不是我家", by=dual.by(dual.family), at=dual.at)
    dual.close("residents", MARCH)
    YearGrade.objects.create(
        centre=dual.centre, system="residents", year=2025, household=dual.household,
        person=dual.family, points=1, is_vetoed=False, grade="合格", rules="x",
        by=dual.family, at=dual.at,
    )  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        with pytest.raises(IntegrityError, match=SQL[words]):
            cursor.execute(before + words)
        transaction.set_rollback(True)


# -- objections


def test_an_appeal_stops_the_entry_until_somebody_else_decides(dual: Dual) -> None:
    row = dual.party("p-absent")
    assert party(dual) == (57, False)
    said = object_to(row.id, text="那天请了假", by=dual.by(dual.member_one), at=dual.at)
    assert object_to(row.id, text="又说", by=dual.by(dual.member_one), at=dual.at) == said
    assert said.kind == "appeal"
    assert b"\xe8\xaf\xb7" not in bytes(said.text_enc)
    assert party(dual) == (60, False)
    for by in (dual.secretary, dual.second):
        with pytest.raises(Refusal, match="own_case"):
            settle(said.id, is_upheld=True, text="查实", by=dual.by(by), at=dual.at)
    settle(said.id, is_upheld=True, text="请假条在", by=dual.head, at=dual.at)
    assert party(dual) == (60, False)
    assert Entry.objects.filter(corrects=row, verdict__is_confirmed=True).count() == 1
    with pytest.raises(Refusal, match="settled_before"):
        settle(said.id, is_upheld=False, text="改主意", by=dual.deputy, at=dual.at)


def test_an_appeal_that_does_not_hold_lets_the_entry_count_again(dual: Dual) -> None:
    row = dual.party("p-absent")
    said = object_to(row.id, text="那天请了假", by=dual.by(dual.member_one), at=dual.at)
    settle(said.id, is_upheld=False, text="没有请假记录", by=dual.head, at=dual.at)
    assert party(dual) == (57, False)


def test_a_lifted_veto_no_longer_decides(dual: Dual) -> None:
    row = dual.party("p-discipline", basis="奈纪发〔2026〕3号 第二条")
    said = object_to(row.id, text="处分已撤销", by=dual.by(dual.member_one), at=dual.at)
    assert party(dual) == (60, False)
    settle(said.id, is_upheld=True, text="有撤销决定", by=dual.head, at=dual.at)
    assert party(dual) == (60, False)


QUARTER = date(2026, 1, 1)


def on_notice(dual: Dual) -> Entry:
    """An entry of March, the quarter closed and posted on 2 April."""
    row = dual.home("r-litter")
    dual.close("residents", QUARTER, date(2026, 2, 1), MARCH)
    periods.post_notice(
        centre=dual.centre, system="residents", quarter=QUARTER, by=dual.head, at=later(2026, 4)
    )
    return row


def test_a_neighbour_objects_only_while_it_is_on_notice_and_it_stops_counting(dual: Dual) -> None:
    neighbour = make.person("邻居", dual.station)
    stranger = make.person("外人", dual.there.other)
    row = dual.home("r-clean")
    with pytest.raises(Refusal, match="not_on_notice"):
        object_to(row.id, text="没见过", by=dual.by(neighbour), at=dual.at)
    on_notice(dual)
    at = later(2026, 4, 3)
    with pytest.raises(Refusal, match="not_on_notice"):
        object_to(row.id, text="没见过", by=dual.by(stranger), at=at)
    assert home(dual) == 0
    said = object_to(row.id, text="那天没评", by=dual.by(neighbour), at=at)
    assert said.kind == "objection"
    assert home(dual) == -2
    over = later(2026, 5)
    with pytest.raises(Refusal, match="not_on_notice"):
        object_to(row.id, text="晚了", by=dual.by(make.person(home=dual.station)), at=over)
    settle(said.id, is_upheld=True, text="确实没评", by=dual.head, at=over)
    assert home(dual) == -2
    assert queries.month_sum(dual.centre, "residents", MARCH) == (2, 0)


def test_a_quarter_is_posted_once_its_three_months_are_closed(dual: Dual) -> None:
    with pytest.raises(Refusal, match="months_open"):
        periods.post_notice(
            centre=dual.centre, system="party", quarter=QUARTER, by=dual.head, at=later(2026, 4)
        )
    on_notice(dual)
    assert len(queries.notices_open(dual.centre, later(2026, 4, 3))) == 1
    assert queries.notices_open(dual.centre, later(2026, 4, 20)) == []


def test_the_years_grade_is_computed_once_all_is_posted_and_settled(dual: Dual) -> None:
    for _time in range(5):
        dual.home("r-wedding")
    row = dual.home("r-feast")
    with pytest.raises(Refusal, match="year_open"):
        periods.grade_year(
            centre=dual.centre, system="residents", year=2026, by=dual.head, at=later(2027, 2)
        )
    dual.close("residents", *(date(2026, month, 1) for month in range(1, 13)))
    start = later(2027, 1, 4)
    periods.post_notice(
        centre=dual.centre, system="residents", quarter=date(2026, 10, 1), by=dual.head, at=start
    )
    said = object_to(row.id, text="没有大办", by=dual.by(dual.family), at=start)
    end = start + timedelta(days=40)
    wanted = {"centre": dual.centre, "system": "residents", "year": 2026}
    with pytest.raises(Refusal, match="objections_open"):
        periods.grade_year(**wanted, by=dual.head, at=end)  # type: ignore[arg-type]
    settle(said.id, is_upheld=False, text="有记录", by=dual.head, at=end)
    one = periods.grade_year(**wanted, by=dual.head, at=end)[0]  # type: ignore[arg-type]
    assert (one.points, one.grade, one.household) == (20, "良好", dual.household)
    assert periods.grade_year(**wanted, by=dual.head, at=end) == [one]  # type: ignore[arg-type]


def test_a_year_without_entries_is_not_graded(dual: Dual) -> None:
    dual.close("residents", *(date(2026, month, 1) for month in range(1, 13)))
    periods.post_notice(
        centre=dual.centre, system="residents", quarter=date(2026, 10, 1), by=dual.head,
        at=later(2027, 1, 4),
    )  # fmt: skip
    with pytest.raises(Refusal, match="nothing_to_grade"):
        periods.grade_year(
            centre=dual.centre, system="residents", year=2026, by=dual.head, at=later(2027, 3)
        )
    assert not FactRow.objects.filter(kind="dual.graded").exists()


def test_reading_who_is_a_party_member_leaves_a_record(dual: Dual) -> None:
    queries.members_of(dual.branch, reader=dual.head, at=dual.at)
    read = Reading.objects.filter(field="party", reader_id=dual.head.person_id)
    assert {row.person_id for row in read} == {
        dual.secretary.id,
        dual.second.id,
        dual.member_one.id,
    }


entries = st.lists(
    st.builds(
        Scored,
        points=st.integers(-20, 20),
        is_veto=st.booleans(),
        stopped=st.booleans(),
        lifted=st.booleans(),
    )
)


@given(base=st.integers(0, 60), rows=entries)
def test_a_sum_is_the_base_and_what_counts_in_whatever_order(base: int, rows: list[Scored]) -> None:
    total, vetoed = core.standing(base, rows)
    assert core.standing(base, rows[::-1]) == (total, vetoed)
    none, _veto = core.standing(base, [r for r in rows if r.stopped])
    assert none == base
    assert total - base == sum(r.points for r in rows) - sum(r.points for r in rows if r.stopped)
    assert vetoed == any(r.is_veto and not (r.stopped or r.lifted) for r in rows)


@given(points=st.integers(-500, 500), step=st.integers(0, 200))
def test_more_points_never_make_a_worse_grade(points: int, step: int) -> None:
    for rules in shipped().values():
        for system in (rules.party, rules.residents):
            words = [word for word, _least in system.grades]
            low = words.index(core.grade_of(system, points, is_vetoed=False))
            high = words.index(core.grade_of(system, points + step, is_vetoed=False))
            assert high <= low


def test_objections_are_settled_by_nobody_of_the_case(dual: Dual) -> None:
    row = dual.home("r-litter")
    said = object_to(row.id, text="不是我家倒的", by=dual.by(dual.family), at=dual.at)
    assert Objection.objects.get(id=said.id).entry == row
    for by in (dual.clerk, dual.other_clerk):
        with pytest.raises(Refusal, match="own_case"):
            settle(said.id, is_upheld=False, text="就是", by=by, at=dual.at)
