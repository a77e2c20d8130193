"""Reviews climb the ladder by different people; whistled units answer in their own time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from diandan.ground.catalogue.models import Item
from diandan.ground.people.models import Role
from diandan.ground.places.models import Kind, Level
from diandan.ground.record.models import FactRow
from diandan.kit.refusal import Refusal
from diandan.path.ask.states import RequestState
from diandan.path.assess import queries
from diandan.path.assess.actions.review import review, review_item
from diandan.path.assess.actions.whistle import answer, blow, remind_late
from diandan.path.assess.core import levels_above
from diandan.path.assess.models import Review
from tests import factories as make

pytestmark = pytest.mark.django_db
LADDER = (Level.STATION, Level.INSTITUTE, Level.CENTER)
YES, NO = Review.Verdict.APPROVED, Review.Verdict.RETURNED


def waiting_item(there: make.District, maker_id: object = None) -> Item:
    kind = make.kind(there.centre)
    return make.item(there.station, kind, state=Item.State.IN_REVIEW, made_by_id=maker_id)


def test_three_levels_publish_an_item(at: datetime) -> None:
    there = make.district()
    item = waiting_item(there)
    _a, station = make.staff(Role.STATION_STAFF, there.station)
    _b, institute = make.staff(Role.INSTITUTE_STAFF, there.institute)
    _c, centre = make.staff(Role.CENTER_STAFF, there.centre)
    assert queries.items_to_review(institute, LADDER) == []
    assert queries.items_to_review(station, LADDER) == [item]
    with pytest.raises(Refusal, match="not_your_level"):
        review_item(item, levels=LADDER, verdict=YES, by=centre, at=at)
    for by in (station, institute):
        review_item(item, levels=LADDER, verdict=YES, by=by, at=at)
        assert item.state == Item.State.IN_REVIEW
    review_item(item, levels=LADDER, verdict=YES, by=centre, at=at)
    assert item.state == Item.State.PUBLISHED
    with pytest.raises(Refusal, match="not_now"):
        review_item(item, levels=LADDER, verdict=YES, by=centre, at=at)


def test_a_return_needs_a_reason_and_starts_the_ladder_anew(at: datetime) -> None:
    there = make.district()
    item = waiting_item(there)
    _a, station = make.staff(Role.STATION_STAFF, there.station)
    _b, institute = make.staff(Role.INSTITUTE_STAFF, there.institute)
    review_item(item, levels=LADDER, verdict=YES, by=station, at=at)
    with pytest.raises(Refusal, match="reason_missing"):
        review_item(item, levels=LADDER, verdict=NO, reason=" ", by=institute, at=at)
    review_item(item, levels=LADDER, verdict=NO, reason="写清时间", by=institute, at=at)
    assert item.state == Item.State.DRAFT
    item.state = Item.State.IN_REVIEW
    item.save()
    review_item(item, levels=LADDER, verdict=YES, by=station, at=at + timedelta(minutes=1))
    assert len(queries.reviews_of(Review.Subject.ITEM, item.id)) == 3


def test_nobody_reviews_her_own_nor_two_levels(at: datetime) -> None:
    there = make.district()
    person, station = make.staff(Role.STATION_STAFF, there.station)
    own = waiting_item(there, person.id)
    with pytest.raises(Refusal, match="self_approval"):
        review_item(own, levels=LADDER, verdict=YES, by=station, at=at)
    said = {
        "subject": Review.Subject.JOB,
        "subject_id": make.request(there.station, make.kind(there.centre)).id,
        "made_by_id": None,
        "verdict": YES,
        "reason": "",
        "at": at,
    }
    review(**said, level=Level.STATION, place=there.station, by=station)  # type: ignore[arg-type]
    with pytest.raises(Refusal, match="two_levels"):
        review(**said, level=Level.INSTITUTE, place=there.institute, by=station)  # type: ignore[arg-type]
    _other, other = make.staff(Role.STATION_STAFF, there.station)
    with pytest.raises(Refusal, match="reviewed_before"):
        review(**said, level=Level.STATION, place=there.station, by=other)  # type: ignore[arg-type]
    fact = FactRow.objects.get()
    assert fact.kind == "review.approved"
    assert fact.job_id == said["subject_id"]


def test_a_higher_place_is_reviewed_from_its_own_rung_up() -> None:
    there = make.district()
    point = make.place("文化广场", Kind.POINT, there.institute)
    assert queries.ladder_for(point, LADDER) == [Level.INSTITUTE, Level.CENTER]
    assert queries.ladder_for(there.station, LADDER) == list(LADDER)
    assert levels_above(Level.CITY, LADDER) == [Level.CENTER]


def test_every_whistled_unit_answers_for_itself(at: datetime) -> None:
    there = make.district()
    request = make.request(there.station, make.kind(there.centre))
    _d, dispatcher = make.staff(Role.DISPATCHER, there.centre)
    _u, unit = make.staff(Role.STATION_STAFF, there.unit)
    _o, other = make.staff(Role.STATION_STAFF, there.other)
    due_at = at + timedelta(days=1)
    units = [there.unit, there.other, there.unit]
    rows = blow(request, units=units, question="谁来修?", due_at=due_at, by=dispatcher, at=at)
    assert [row.unit for row in rows] == [there.unit, there.other]
    with pytest.raises(Refusal, match=r"whistled_before.*区住建局"):
        blow(request, units=[there.unit], question="谁?", due_at=due_at, by=dispatcher, at=at)
    assert list(queries.whistles_for(unit)) == [rows[0]]
    with pytest.raises(Refusal, match="not_your_unit"):
        answer(rows[0], text="我们来", by=other, at=at)
    with pytest.raises(Refusal, match="self_answer"):
        answer(rows[0], text="他们来", by=dispatcher, at=at)
    answer(rows[0], text="我们来", by=unit, at=at)
    with pytest.raises(Refusal, match="answered_before"):
        answer(rows[0], text="又来", by=unit, at=at)
    assert remind_late(at=due_at) == []
    late = due_at + timedelta(minutes=1)
    assert remind_late(at=late) == [rows[1]]
    assert remind_late(at=late) == []
    assert list(FactRow.objects.order_by("id").values_list("kind", flat=True)) == [
        "whistle.blown",
        "whistle.blown",
        "whistle.answered",
        "whistle.reminded",
    ]


def test_a_private_matter_is_not_whistled_around_nor_listed(at: datetime) -> None:
    there = make.district()
    _d, by = make.staff(Role.DISPATCHER, there.centre)
    due_at = at + timedelta(days=1)
    request = make.request(there.station, make.kind(there.centre), is_private=True)
    with pytest.raises(Refusal, match="private_stays"):
        blow(request, units=[there.unit], question="?谁", due_at=due_at, by=by, at=at)
    request.is_private = False
    blow(request, units=[there.unit], question="谁来修", due_at=due_at, by=by, at=at)
    request.is_private = True
    request.save()
    _u, unit = make.staff(Role.STATION_STAFF, there.unit)
    _m, mediator = make.staff(Role.MEDIATOR, there.unit)
    assert list(queries.whistles_for(unit)) == []
    assert queries.whistles_for(mediator).count() == 1


@pytest.mark.parametrize(
    ("units", "question", "hours", "code"),
    [(0, "谁", 1, "nobody_asked"), (1, " ", 1, "words_empty"), (1, "谁", -1, "due_past")],
)
def test_a_whistle_needs_a_unit_a_question_and_time(
    units: int, question: str, hours: int, code: str, at: datetime
) -> None:
    there = make.district()
    _d, by = make.staff(Role.DISPATCHER, there.centre)
    request = make.request(there.station, make.kind(there.centre))
    asked = [there.unit][:units]
    due_at = at + timedelta(hours=hours)
    with pytest.raises(Refusal, match=code):
        blow(request, units=asked, question=question, due_at=due_at, by=by, at=at)
    request.state = RequestState.CLOSED
    with pytest.raises(Refusal, match="not_now"):
        blow(request, units=[there.unit], question="谁", due_at=at + timedelta(1), by=by, at=at)
