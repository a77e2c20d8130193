"""A centre with both systems: a branch of four, two households, committee members enough."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person, Role
from diandan.ground.record.models import FactRow
from diandan.square.dual_points.actions import roll
from diandan.square.dual_points.actions.enter import (
    Deed,
    decide,
    propose_household,
    propose_member,
)
from diandan.square.dual_points.actions.periods import close_month
from diandan.square.dual_points.models import Entry, PartyMember, RuleItem
from tests import factories as make


class Dual:
    """Everybody who is needed; `at` is a working Thursday in March."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.there = make.district()
        self.centre, self.station = self.there.centre, self.there.station
        _p, self.head = make.staff(Role.CENTER_STAFF, self.centre, "主任")
        _p, self.deputy = make.staff(Role.CENTER_STAFF, self.centre, "副主任")
        _p, self.clerk = make.staff(Role.STATION_STAFF, self.station, "站长")
        _p, self.other_clerk = make.staff(Role.STATION_STAFF, self.station, "文书")
        roll.adopt(centre=self.centre, by=self.head, at=at)
        self.branch = roll.found_branch(place=self.station, name="第一党支部", by=self.head, at=at)
        self.secretary = self.member("书记", PartyMember.Duty.SECRETARY)
        self.second = self.member("委员", PartyMember.Duty.COMMITTEE)
        self.member_one = self.member("包德力根")
        self.family = make.person("韩巴特尔", self.station)
        self.household = roll.enter_household(
            place=self.station, number="001", head=self.family, by=self.clerk, at=at
        )

    def member(self, name: str, duty: PartyMember.Duty = PartyMember.Duty.MEMBER) -> Person:
        row = make.person(name, self.station)
        roll.enter_member(branch=self.branch, person=row, duty=duty, by=self.head, at=self.at)
        return row

    def item(self, code: str) -> RuleItem:
        return RuleItem.objects.get(centre=self.centre, code=code, retired_at=None)

    def deed(self, code: str, at: datetime | None = None, **more: str) -> Deed:
        day = (at or self.at).date()
        return Deed(
            self.item(code), day, more.get("evidence", "支部会议记录"), more.get("basis", "")
        )

    def by(self, person: Person) -> Actor:
        return make.actor(person)

    def party(self, code: str, at: datetime | None = None, **more: str) -> Entry:
        """Proposed by the secretary, confirmed by the other member of the branch's committee."""
        when = at or self.at
        row = propose_member(
            self.deed(code, when, **more),
            branch=self.branch,
            person=self.member_one,
            by=self.by(self.secretary),
            at=when,
        )
        decide(row.id, is_confirmed=True, text="", by=self.by(self.second), at=when)
        return row

    def home(self, code: str, at: datetime | None = None) -> Entry:
        """Proposed by one clerk of the village, confirmed by the other."""
        when = at or self.at
        row = propose_household(
            self.deed(code, when), household=self.household, by=self.clerk, at=when
        )
        decide(row.id, is_confirmed=True, text="", by=self.other_clerk, at=when)
        return row

    def close(self, system: str, *months: date) -> None:
        for month in months:
            close_month(
                centre=self.centre,
                system=system,
                month=month,
                by=self.head,
                at=later(month.year, month.month + 1)
                if month.month < 12
                else later(month.year + 1, 1),
            )

    def told(self, kind: str) -> list[FactRow]:
        return list(FactRow.objects.filter(kind=kind))


def later(year: int, month: int, day: int = 2) -> datetime:
    """Noon in Shanghai."""
    return datetime(year, month, day, 4, 0, tzinfo=UTC)


DAY = timedelta(days=1)
MARCH = date(2026, 3, 1)
