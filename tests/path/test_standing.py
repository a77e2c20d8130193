"""Standing orders come round on the right day, only while their person consents."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from diandan.ground.people.models import Consent, Person, Role
from diandan.ground.record.models import FactRow
from diandan.kit.refusal import Refusal
from diandan.path.ask.actions.standing import (
    StandingWish,
    arrange_standing,
    end_standing,
    occurrences_due,
    roll_on,
)
from diandan.path.ask.core_standing import first_from, first_on, next_on
from diandan.path.ask.models import Standing
from diandan.path.ask.queries_regular import standings_in, standings_of
from tests import factories as make

Rhythm = Standing.Rhythm
LEAP = date(1940, 2, 29)


@pytest.mark.parametrize(
    ("rhythm", "after", "born_on", "then"),
    [
        (Rhythm.WEEKLY, date(2026, 12, 28), None, date(2027, 1, 4)),
        (Rhythm.MONTHLY, date(2026, 12, 5), None, date(2027, 1, 5)),
        (Rhythm.MONTHLY, date(2026, 1, 28), None, date(2026, 2, 28)),
        (Rhythm.MONTH_END, date(2026, 1, 31), None, date(2026, 2, 28)),
        (Rhythm.MONTH_END, date(2026, 2, 28), None, date(2026, 3, 31)),
        (Rhythm.MONTH_END, date(2027, 12, 31), None, date(2028, 1, 31)),
        (Rhythm.MONTH_END, date(2028, 1, 31), None, date(2028, 2, 29)),
        (Rhythm.MONTH_END, date(2028, 2, 10), None, date(2028, 2, 29)),
        (Rhythm.BIRTHDAY, date(2026, 3, 5), LEAP, date(2027, 2, 28)),
        (Rhythm.BIRTHDAY, date(2027, 2, 28), LEAP, date(2028, 2, 29)),
        (Rhythm.BIRTHDAY, date(2028, 2, 28), LEAP, date(2028, 2, 29)),
        (Rhythm.BIRTHDAY, date(2028, 2, 29), LEAP, date(2029, 2, 28)),
        (Rhythm.BIRTHDAY, date(2026, 5, 1), date(1950, 5, 1), date(2027, 5, 1)),
        (Rhythm.BIRTHDAY, date(2026, 5, 1), None, date(2027, 5, 1)),
    ],
)
def test_the_next_day(rhythm: Rhythm, after: date, born_on: date | None, then: date) -> None:
    assert next_on(rhythm, after, born_on) == then


def test_a_leap_birthday_comes_once_every_year() -> None:
    day, seen = date(2026, 1, 1), []
    for _year in range(12):
        day = next_on(Rhythm.BIRTHDAY, day, LEAP)
        seen.append(day)
    assert [d.year for d in seen] == list(range(2026, 2038))
    assert [d for d in seen if d.day == 29] == [
        date(2028, 2, 29),
        date(2032, 2, 29),
        date(2036, 2, 29),
    ]
    assert {d.month for d in seen} == {2}


def test_month_ends_come_twelve_times_a_year() -> None:
    day, seen = date(2027, 12, 31), []
    for _month in range(12):
        day = next_on(Rhythm.MONTH_END, day)
        seen.append(day)
        assert (day + timedelta(days=1)).day == 1
    assert [d.month for d in seen] == list(range(1, 13))


def test_the_first_day() -> None:
    assert first_on(Rhythm.WEEKLY, date(2026, 3, 5)) == date(2026, 3, 5)
    assert first_on(Rhythm.MONTH_END, date(2026, 3, 31)) == date(2026, 3, 31)
    assert first_on(Rhythm.MONTH_END, date(2026, 3, 5)) == date(2026, 3, 31)
    assert first_on(Rhythm.BIRTHDAY, date(2026, 2, 28), LEAP) == date(2026, 2, 28)
    with pytest.raises(Refusal, match="monthly_day"):
        first_on(Rhythm.MONTHLY, date(2026, 1, 31))
    with pytest.raises(Refusal, match="birth_missing"):
        first_on(Rhythm.BIRTHDAY, date(2026, 1, 31))


def test_after_a_long_silence_the_rhythm_is_kept() -> None:
    assert first_from(Rhythm.WEEKLY, date(2026, 3, 5), date(2026, 4, 1)) == date(2026, 4, 2)


def arranged(at: datetime, **more: object) -> tuple[Person, Standing, make.District]:
    there = make.district()
    elder = make.person("王秀英", there.station, born_on=LEAP)
    _clerk, by = make.staff(Role.STATION_STAFF, there.station)
    wish = StandingWish(
        **{  # type: ignore[arg-type]
            "kind": make.kind(there.centre),
            "place": there.station,
            "words": "每周陪聊一次",
            "rhythm": Rhythm.WEEKLY,
            "from_on": date(2026, 3, 12),
            **more,
        }
    )
    consent = make.consent(elder, Consent.About.STANDING_ORDER)
    row = arrange_standing(person=elder, wish=wish, consent=consent, by=by, at=at)
    return elder, row, there


@pytest.mark.django_db
def test_it_comes_due_ahead_of_its_day_and_rolls_on(at: datetime) -> None:
    _elder, row, _there = arranged(at)
    assert occurrences_due(date(2026, 3, 4)) == []
    assert occurrences_due(date(2026, 3, 5)) == [row]
    roll_on(row, row.next_on, at=at)
    assert row.next_on == date(2026, 3, 19)
    assert occurrences_due(date(2026, 3, 5)) == []
    roll_on(row, date(2026, 4, 1), at=at, is_missed=True)
    assert row.next_on == date(2026, 4, 2)
    kinds = list(FactRow.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["standing.arranged", "standing.came_round", "standing.missed"]


@pytest.mark.django_db
def test_a_withdrawn_consent_or_an_end_stops_it(at: datetime) -> None:
    elder, row, there = arranged(at)
    day = date(2026, 3, 12)
    row.consent.withdrawn_at = at
    row.consent.save()
    assert occurrences_due(day) == []
    assert standings_of(elder.id) == [row]
    _clerk, by = make.staff(Role.STATION_STAFF, there.station)
    assert not standings_in(by).exists()
    row.consent.withdrawn_at = None
    row.consent.save()
    elder.frozen_at = at
    elder.save()
    assert occurrences_due(day) == []
    elder.frozen_at = None
    elder.save()
    assert occurrences_due(day) == [row]
    row.person = elder
    end_standing(row, by=make.actor(elder), at=at)
    end_standing(row, by=make.actor(elder), at=at)
    assert occurrences_due(day) == []
    assert FactRow.objects.filter(kind="standing.ended").count() == 1


@pytest.mark.django_db
def test_nothing_is_arranged_without_her_own_living_consent(at: datetime) -> None:
    elder, row, there = arranged(at)
    _clerk, by = make.staff(Role.STATION_STAFF, there.station)
    wish = StandingWish(row.kind, there.station, "陪聊", Rhythm.WEEKLY, date(2026, 3, 12))
    wrong = [
        (make.consent(make.person(), Consent.About.STANDING_ORDER), "consent_missing"),
        (make.consent(elder, Consent.About.PRIVACY), "consent_missing"),
        (
            make.consent(elder, Consent.About.STANDING_ORDER, withdrawn_at=at),
            "consent_withdrawn",
        ),
    ]
    for consent, code in wrong:
        with pytest.raises(Refusal, match=code):
            arrange_standing(person=elder, wish=wish, consent=consent, by=by, at=at)
    _stranger, stranger = make.staff(Role.STATION_STAFF, there.other)
    with pytest.raises(Refusal, match="outside_your_place"):
        arrange_standing(person=elder, wish=wish, consent=row.consent, by=stranger, at=at)
    assert Standing.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"from_on": date(2026, 3, 4)}, "window_past"),
        ({"days_ahead": 61}, "days_ahead"),
        ({"words": "  "}, "words_empty"),
        ({"rhythm": "hourly"}, "unknown_rhythm"),
    ],
)
def test_what_cannot_come_round_is_refused(
    change: dict[str, object], code: str, at: datetime
) -> None:
    with pytest.raises(Refusal, match=code):
        arranged(at, **change)
