"""A centre with a bank: an elder it serves, a volunteer who saves, two officers, a served visit."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.people.models import Person, Role
from diandan.ground.places.models import Place
from diandan.path.ledger.actions.earn import earn
from diandan.path.ledger.actions.move import Move, move
from diandan.path.ledger.actions.notice import post_due
from diandan.path.ledger.models import Account, Ledger, Reason
from diandan.square.bank.actions.deposit import deposit
from diandan.square.bank.actions.join import join
from diandan.square.bank.models import Application, Saver
from diandan.square.bank.queries import purse, source
from diandan.square.bank.rulebook import rules_for
from tests import factories as make
from tests.path.ledger_world import Visit

WEEK = timedelta(days=7)
OLD = date(1950, 5, 1)


class Bank:
    """The world of `Visit`, with the bank's own people around it."""

    def __init__(self, at: datetime, rules: str = "nanjing") -> None:
        self.at = at
        self.visit = Visit(at)
        self.centre = self.visit.centre
        self.centre.settings = {"bank_rules": rules}
        self.centre.save(update_fields=["settings"])
        self.rules = rules_for(self.centre)
        type(self.visit.kind).objects.filter(id=self.visit.kind.id).update(code="visit")
        self.visit.kind.refresh_from_db()
        self.elder = self.visit.request.requester
        self.elder.born_on = OLD
        self.elder.save(update_fields=["born_on"])
        self.saver = self.visit.member
        self.saver.born_on = date(1990, 1, 1)
        self.saver.save(update_fields=["born_on"])
        self.one, self.first = make.staff(Role.CENTER_STAFF, self.centre, "周一")
        self.two, self.second = make.staff(Role.CENTER_STAFF, self.centre, "吴二")

    def join(self, when: datetime | None = None) -> Saver:
        return join(
            person=self.saver,
            centre=self.centre,
            read=self.rules.version,
            by=make.actor(self.saver, is_volunteer=True),
            at=when or self.at - timedelta(days=30),
        )

    def serve_elder(self, basis: str = "alone_80") -> Application:
        """The elder is among those the bank serves."""
        return Application.objects.create(
            kind="elder",
            state="granted",
            centre=self.centre,
            person=self.elder,
            basis=basis,
            asked_by=self.one,
            asked_at=self.at,
            decided_by=self.two,
            decided_at=self.at,
        )

    def related(self, person: Person, other: Person, relation: str = "parent") -> Application:
        return Application.objects.create(
            kind="relation",
            state="granted",
            centre=self.centre,
            person=person,
            other=other,
            relation=relation,
            asked_by=person,
            asked_at=self.at,
            decided_by=self.two,
            decided_at=self.at,
        )

    def earn(self) -> int:
        """The visit's hour is proved, stands its notice and is saved."""
        self.visit.rate()
        earn(self.visit.task.id, at=self.at)
        post_due(at=self.at + WEEK)
        return deposit(self.visit.task.id, at=self.at + WEEK)

    def coins(self, person: Person, minutes: int, centre: Place | None = None) -> Account:
        """Coins on her account, as if saved long ago."""
        where = centre or self.centre
        account = purse(person, where, self.at)
        move(
            Move(uuid4(), source(where, self.at), account, minutes, Reason.DEPOSIT),
            by=SYSTEM,
            at=self.at,
        )
        return account

    def has(self, account: Account) -> tuple[int, int]:
        account.refresh_from_db()
        return account.posted, account.held

    def by(self, person: Person) -> Actor:
        return make.actor(person)


def books_are_nought() -> bool:
    """Coins of each centre add up to nothing."""
    sums: dict[int, int] = {}
    for row in Account.objects.filter(ledger=Ledger.COINS):
        sums[row.centre_id] = sums.get(row.centre_id, 0) + row.posted
    return not any(sums.values())
