"""A centre with points on people's accounts, a gift on a shelf, and who hands it out."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person, Role
from diandan.square.mall.actions.gifts import GiftWords, move_stock, offer_gift
from diandan.square.mall.models import Gift
from diandan.square.star.models import Star, StarCase
from tests import factories as make
from tests.square.earned import Earned


class Mall:
    """One district with one gift of 800 points, ten of them at the station."""

    def __init__(self, at: datetime, *, slug: str = "", count: int = 10, **gift: object) -> None:
        self.at = at
        self._earned: Earned | None = None
        self.there = make.district()
        self.centre, self.site = self.there.centre, self.there.station
        if slug:
            self.centre.slug = slug
            self.centre.save()
        self.head, self.heads = make.staff(Role.CENTER_STAFF, self.centre)
        self.clerk, self.serves = make.staff(Role.STATION_STAFF, self.site, "钱同事")
        self.her = make.volunteer("王强", self.site)
        self.she = make.actor(self.her, is_volunteer=True)
        words = GiftWords(**{"name": "保温杯", "cost": 800, **gift})  # type: ignore[arg-type]
        self.gift: Gift = offer_gift(self.centre, words, by=self.heads, at=at)
        if count:
            move_stock(self.gift.id, self.site, count, by=self.serves, at=at)

    def give(self, who: Person, points: int) -> None:
        """So many points on her account, from a visit."""
        if self._earned is None:
            self._earned = Earned(self.centre, self.site, self.at)
        self._earned.points(who, points)

    def another(self, name: str = "孙梅", points: int = 0) -> tuple[Person, Actor]:
        """One more volunteer, with so many points."""
        row = make.volunteer(name, self.site)
        if points:
            self.give(row, points)
        return row, make.actor(row, is_volunteer=True)

    def star(self, who: Person, level: int) -> Star:
        """A star granted before."""
        case = StarCase.objects.create(
            centre=self.centre,
            person=who,
            level=level,
            number=uuid4().hex[:8],
            state=StarCase.State.GRANTED,
            rules="standard",
            minutes=6000,
            points=0,
            proposed_at=self.at,
            applied_at=self.at,
            notice_until=self.at,
        )
        return Star.objects.create(
            case=case, centre=self.centre, person=who, level=level, granted_at=self.at
        )
