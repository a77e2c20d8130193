"""驻点: rosters, tours and pairings, by those whose they are, and what dispatch makes of them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from diandan.ground.people.models import Role, Team
from diandan.ground.places.models import Kind
from diandan.ground.posts import queries
from diandan.ground.posts.actions import pairing as acting
from diandan.ground.posts.actions.days import add_day, drop_day
from diandan.kit.refusal import Refusal
from diandan.path.dispatch.scene import scene_of
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_a_mobile_team_is_at_one_place_at_a_time() -> None:
    street = make.district()
    team, _leader, by = make.team(street.institute, mode=Team.Mode.MOBILE)
    first = add_day(team, street.station, NOON + HOUR, NOON + 3 * HOUR, by=by, at=NOON)
    with pytest.raises(Refusal, match="另有安排"):
        add_day(team, street.institute, NOON + 2 * HOUR, NOON + 4 * HOUR, by=by, at=NOON)
    drop_day(first, by=by, at=NOON)
    add_day(team, street.institute, NOON + 2 * HOUR, NOON + 4 * HOUR, by=by, at=NOON)
    assert [day.place for day in queries.days_of(team, NOON)] == [street.institute]


def test_a_stationed_team_keeps_to_its_venue_and_others_may_not_write_for_it() -> None:
    street = make.district()
    team, _leader, by = make.team(street.institute)
    _other, _row, stranger = make.team(street.station)
    with pytest.raises(Refusal, match="驻地"):
        add_day(team, street.station, NOON + HOUR, NOON + 2 * HOUR, by=by, at=NOON)
    with pytest.raises(Refusal, match="晚于"):
        add_day(team, street.institute, NOON + HOUR, NOON + HOUR, by=by, at=NOON)
    with pytest.raises(Refusal):
        add_day(team, street.institute, NOON + HOUR, NOON + 2 * HOUR, by=stranger, at=NOON)
    add_day(team, street.institute, NOON + HOUR, NOON + 2 * HOUR, "宣讲", by=by, at=NOON)
    assert [d.note for d in queries.days_at(street.institute, NOON)] == ["宣讲"]
    assert not queries.days_at(street.institute, NOON + timedelta(days=1))


def test_dispatch_measures_the_way_from_the_stop_of_a_tour() -> None:
    street = make.district()
    for place, lon in ((street.institute, 118.80), (street.station, 118.90)):
        place.lat, place.lon = 31.9, lon
        place.save()
    kind = make.kind(street.centre)
    job = make.job(street.centre, street.station, kind)
    team, _leader, by = make.team(street.institute, mode=Team.Mode.MOBILE)
    home = scene_of(street.centre, [job], NOON).teams[0].at
    add_day(team, street.station, NOON - HOUR, NOON + HOUR, by=by, at=NOON - 2 * HOUR)
    away = scene_of(street.centre, [job], NOON).teams[0].at
    assert home == (118_800_000, 31_900_000)
    assert away == (118_900_000, 31_900_000)


def test_a_pairing_is_in_force_when_both_sides_said_so() -> None:
    street = make.district()
    unit = make.place("供电公司", Kind.MEMBER_UNIT, street.centre)
    team, _leader, _by = make.team(unit)
    _row, clerk = make.staff(Role.STATION_STAFF, unit)
    _row, station = make.staff(Role.STATION_STAFF, street.station)
    _row, stranger = make.staff(Role.STATION_STAFF, make.place("别处", Kind.STATION, street.centre))
    job = make.job(street.centre, street.station, make.kind(street.centre))
    term = date(2026, 3, 1), date(2027, 2, 28)
    row = acting.propose(unit, street.station, *term, by=clerk, at=NOON)
    with pytest.raises(Refusal):
        acting.agree(row, by=clerk, at=NOON)
    with pytest.raises(Refusal):
        acting.agree(row, by=stranger, at=NOON)
    assert (job.id, team.id) not in scene_of(street.centre, [job], NOON).familiar
    acting.agree(row, by=station, at=NOON)
    assert (job.id, team.id) in scene_of(street.centre, [job], NOON).familiar
    assert not queries.paired(street.centre, NOON + timedelta(days=400))
    with pytest.raises(Refusal, match="已经结对"):
        acting.propose(unit, street.station, *term, by=clerk, at=NOON)
    done = acting.add_task(row, "查线路", None, by=clerk, at=NOON)
    acting.task_done(done, True, by=station, at=NOON)
    acting.end(row, by=station, at=NOON)
    assert (job.id, team.id) not in scene_of(street.centre, [job], NOON).familiar


def test_a_units_share_is_counted_each_person_once() -> None:
    street = make.district()
    unit = make.place("供电公司", Kind.MEMBER_UNIT, street.centre)
    team, leader, _by = make.team(unit)
    second, _other, _actor = make.team(unit)
    second.members.create(person=leader, joined_at=NOON)
    _row, clerk = make.staff(Role.STATION_STAFF, unit)
    assert queries.share_of(unit).percent is None
    acting.say_staff(unit, 10, by=clerk, at=NOON)
    acting.say_staff(unit, 5, by=clerk, at=NOON + HOUR)
    assert queries.share_of(unit) == queries.Share(2, 5, NOON + HOUR)
    assert queries.share_of(unit).percent == 40
    with pytest.raises(Refusal):
        acting.say_staff(unit, 0, by=clerk, at=NOON)
    assert team.closed_at is None
