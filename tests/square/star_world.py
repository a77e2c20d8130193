"""A centre, a volunteer with hours on the books, and the officer who checks stars."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from diandan.ground.people.models import Person, Role
from diandan.path.engage.models import Task
from diandan.path.ledger.actions.correct import correct
from diandan.path.ledger.models import Grade, Ledger, Transfer
from diandan.square.star.actions.decide import approve, grant_due
from diandan.square.star.actions.propose import apply_for, propose
from diandan.square.star.models import StarCase
from tests import factories as make
from tests.square.earned import Earned

HOUR = 60


class Stars:
    """One district and one volunteer."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.there = make.district()
        self.centre, self.site = self.there.centre, self.there.station
        self.head, self.heads = make.staff(Role.CENTER_STAFF, self.centre)
        self.her = make.volunteer("王强", self.site)
        self.she = make.actor(self.her, is_volunteer=True)
        self.earned = Earned(self.centre, self.site, at)

    def hours(
        self, hours: int, *, who: Person | None = None, grade: Grade = Grade.VERIFIED
    ) -> Task:
        """So many hours on the books, from one visit."""
        return self.earned.minutes(who or self.her, hours * HOUR, grade=grade)

    def take_back(self, hours: int) -> None:
        """An officer corrects the last hours by so many."""
        row = Transfer.objects.filter(ledger=Ledger.MINUTES, phase="posting").latest("at", "id")
        amount = hours * HOUR
        correct(uuid4(), transfer_id=row.id, amount=amount, by=self.heads, at=self.at, why="早退")

    def applied(self, *, hours: int = 100, may_show_name: bool = False) -> StarCase:
        """She reached a star and applied for it."""
        self.hours(hours)
        case = propose(self.her.id, self.centre, at=self.at)
        assert case is not None
        return apply_for(case.id, may_show_name=may_show_name, by=self.she, at=self.at)

    def granted(self) -> StarCase:
        """And was granted it."""
        case = approve(self.applied().id, by=self.heads, at=self.at)
        assert case.notice_until is not None
        assert grant_due(at=case.notice_until) == 1
        case.refresh_from_db()
        return case
