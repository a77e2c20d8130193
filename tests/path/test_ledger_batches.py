"""Many moves at once: the same rules, each with its own no, and one that fails takes none with it."""

from __future__ import annotations

import threading
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from diandan.ground.people.actor import SYSTEM
from diandan.kit.refusal import Refusal
from diandan.path.ledger.actions.move import SOURCE, Move, account_of
from diandan.path.ledger.actions.move_many import Outcome, move_all, move_many
from diandan.path.ledger.checking import bad_rows
from diandan.path.ledger.committer import Answer, Committer
from diandan.path.ledger.models import Account, Ledger, Reason, Transfer
from tests import factories as make

pytestmark = pytest.mark.django_db


class Bank:
    """Coins of one centre: a source, and people with fifty each."""

    def __init__(self, at: datetime, people: int = 3) -> None:
        self.at = at
        self.centre = make.district().centre
        self.source = account_of(
            None, centre=self.centre, ledger=Ledger.COINS, purpose=SOURCE, at=at
        )
        self.people = [
            account_of(make.person(), centre=self.centre, ledger=Ledger.COINS, at=at)
            for _ in range(people)
        ]
        self.do(*(self.give(self.source, one, 50, Reason.ISSUE) for one in self.people))

    def give(
        self,
        debit: Account,
        credit: Account,
        amount: int,
        reason: Reason = Reason.GIFT,
        key: UUID | None = None,
    ) -> Move:
        return Move(key or uuid4(), debit, credit, amount, reason)

    def do(self, *moves: Move) -> list[str]:
        return [code(said) for said in move_many(moves, by=SYSTEM, at=self.at)]

    def has(self) -> list[int]:
        return [Account.objects.get(id=one.id).posted for one in self.people]


def code(said: Outcome) -> str:
    return said.code if said is not None else ""


def clean() -> bool:
    return not list(bad_rows("books.earn_for"))


@pytest.fixture
def bank(at: datetime) -> Bank:
    return Bank(at)


def test_one_refused_move_takes_no_other_with_it(bank: Bank) -> None:
    a, b, c = bank.people
    said = bank.do(
        bank.give(a, b, 30), bank.give(a, c, 30), bank.give(a, c, 20), bank.give(b, c, 1)
    )
    assert said == ["", "not_enough", "", ""]
    assert bank.has() == [0, 79, 71]
    assert clean()


def test_what_came_in_a_batch_may_go_on_in_it_and_not_before(bank: Bank) -> None:
    a, b, c = bank.people
    assert bank.do(bank.give(b, c, 60), bank.give(a, b, 50), bank.give(b, c, 60)) == [
        "not_enough",
        "",
        "",
    ]
    assert bank.has() == [0, 40, 110]


def test_the_same_id_is_the_same_move_here_and_later(bank: Bank) -> None:
    a, b, _c = bank.people
    one = bank.give(a, b, 5)
    other = bank.give(a, b, 6, key=one.id)
    assert bank.do(one, one, other) == ["", "", "key_reused"]
    assert bank.do(one, other) == ["", "key_reused"]
    assert bank.has()[:2] == [45, 55]
    assert Transfer.objects.filter(id=one.id).count() == 1


def test_wrong_amounts_and_wrong_accounts_are_refused_one_by_one(bank: Bank, at: datetime) -> None:
    a, b, _c = bank.people
    assert b.person is not None
    points = account_of(b.person, centre=bank.centre, ledger=Ledger.POINTS, at=at)
    said = bank.do(
        bank.give(a, b, 0), bank.give(a, a, 1), bank.give(a, points, 1), bank.give(a, b, 1)
    )
    assert said == ["amount", "same_account", "ledgers_apart", ""]


def test_money_that_goes_in_a_ring_in_one_batch_is_written_in_an_order_that_could_be(
    bank: Bank,
) -> None:
    a, b, c = bank.people
    ring = [bank.give(a, b, 50), bank.give(b, c, 100), bank.give(c, a, 150), bank.give(a, b, 150)]
    assert bank.do(*ring) == ["", "", "", ""]
    assert bank.has() == [0, 150, 0]
    assert clean()


def test_a_batch_as_it_stands_is_written_whole_or_not_at_all(bank: Bank, at: datetime) -> None:
    a, b, c = bank.people
    good = [bank.give(a, b, 5), bank.give(b, c, 6, Reason.DONATE), bank.give(c, a, 7)]
    assert move_all(good, by=SYSTEM, at=at)
    assert bank.has() == [52, 49, 49]
    kept = Transfer.objects.get(id=good[1].id)
    assert (kept.reason, kept.ledger, kept.debit_id, kept.amount) == ("donate", "coins", b.id, 6)
    for bad in (bank.give(a, b, 53), good[0], bank.give(a, a, 1)):
        with pytest.raises(IntegrityError), transaction.atomic():
            move_all([bank.give(b, c, 1), bad], by=SYSTEM, at=at)
    assert not move_all([bank.give(b, c, 1), bank.give(b, c, 0)], by=SYSTEM, at=at)
    assert not move_all([bank.give(b, c, 10**19)], by=SYSTEM, at=at)
    assert bank.has() == [52, 49, 49]
    assert bank.do(bank.give(b, c, 10**19)) == ["amount"]


@pytest.mark.parametrize(
    "fault", ["overdrawn", "crossed", "missing", "points from nowhere", "given before it came"]
)
def test_the_database_itself_refuses_a_batch_against_the_rules(
    bank: Bank, at: datetime, fault: str
) -> None:
    a, b, _c = bank.people
    assert b.person is not None
    points = account_of(b.person, centre=bank.centre, ledger=Ledger.POINTS, at=at)
    source = account_of(None, centre=bank.centre, ledger=Ledger.POINTS, purpose=SOURCE, at=at)
    ledger, debit, credit, amount = {
        "overdrawn": ("coins", a.id, b.id, 51),
        "crossed": ("coins", a.id, points.id, 1),
        "missing": ("coins", a.id, uuid4(), 1),
        "points from nowhere": ("points", source.id, points.id, 1),
        "given before it came": ("coins", b.id, a.id, 51),
    }[fault]
    good = ("coins", a.id, b.id, 1)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO transfer (id, phase, centre_id, ledger, debit_id, credit_id, amount,"
            " reason, at, data) SELECT gen_random_uuid(), 'direct', %s, v.l, v.d, v.c, v.n, 'gift',"
            " %s, '{}' FROM (VALUES (%s, %s::uuid, %s::uuid, %s), (%s, %s::uuid, %s::uuid, %s))"
            " AS v (l, d, c, n)",
            [bank.centre.id, at, *good, ledger, debit, credit, amount],
        )
    assert bank.has() == [50, 50, 50]


def test_what_no_foreign_key_says_the_triggers_say(bank: Bank) -> None:
    """A transfer's accounts and centre stay there, whatever is tried (migration 0008)."""
    a, _b, _c = bank.people
    tries = (
        ("DELETE FROM account WHERE id = %s", [a.id]),
        ("UPDATE account SET id = gen_random_uuid() WHERE id = %s", [a.id]),
        ("DELETE FROM place WHERE id = %s", [bank.centre.id]),
        ("UPDATE place SET id = id + 100000 WHERE id = %s", [bank.centre.id]),
        ("UPDATE transfer SET debit_id = credit_id WHERE debit_id = %s", [bank.source.id]),
    )
    for sql, values in tries:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{sql}; SET CONSTRAINTS ALL IMMEDIATE", values)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM transfer t WHERE NOT EXISTS (SELECT 1 FROM account a"
            " WHERE a.id = t.debit_id AND a.centre_id = t.centre_id) OR NOT EXISTS"
            " (SELECT 1 FROM account a WHERE a.id = t.credit_id AND a.centre_id = t.centre_id)"
        )
        assert cursor.fetchone() == (0,)


def test_a_balance_still_moves_with_a_transfer_and_in_no_other_way(bank: Bank) -> None:
    for column in ("posted = posted + 1", "has_floor = false", "purpose = 'x'"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE account SET {column} WHERE owner = 'person'")
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.create(
            centre=bank.centre,
            ledger=Ledger.COINS,
            owner=Account.Owner.CENTRE,
            purpose="full",
            opened_at=bank.at,
            posted=5,
        )


@pytest.mark.django_db(transaction=True)
def test_of_sixty_four_who_redeem_the_last_ten_gifts_ten_win(at: datetime) -> None:
    bank = Bank(at, people=1)
    shop = account_of(None, centre=bank.centre, ledger=Ledger.COINS, purpose="shop", at=at)
    heard: list[str] = []

    def redeem(committer: Committer) -> None:
        try:
            committer.move(bank.give(bank.people[0], shop, 5, Reason.REDEEM))
            heard.append("")
        except Refusal as no:
            heard.append(no.code)

    with Committer(by=SYSTEM, clock=lambda: at) as committer:
        threads = [threading.Thread(target=redeem, args=(committer,)) for _ in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(heard) == [""] * 10 + ["not_enough"] * 54
    assert bank.has() == [0]
    assert clean()


@pytest.mark.django_db(transaction=True)
def test_what_the_database_refuses_costs_nobody_else_in_the_batch(at: datetime) -> None:
    bank = Bank(at, people=2)
    a, b = bank.people
    assert b.person is not None
    points = account_of(b.person, centre=bank.centre, ledger=Ledger.POINTS, at=at)
    source = account_of(None, centre=bank.centre, ledger=Ledger.POINTS, purpose=SOURCE, at=at)
    heard: list[Answer] = []
    with Committer(by=SYSTEM, clock=lambda: at) as committer:
        committer.submit(bank.give(source, points, 1), heard.append)
        committer.submit(bank.give(a, b, 1), heard.append)
    codes = sorted(said.code if isinstance(said, Refusal) else repr(said) for said in heard)
    assert codes == ["None", "books_no"]
    assert bank.has() == [49, 51]


@pytest.mark.django_db(transaction=True)
def test_a_no_costs_the_next_batches_nothing_but_care(at: datetime) -> None:
    bank = Bank(at, people=2)
    a, b = bank.people
    heard: list[str] = []
    with Committer(by=SYSTEM, clock=lambda: at) as committer:
        for amount in (51, *[1] * 20, 31, 30):
            try:
                committer.move(bank.give(a, b, amount))
                heard.append("")
            except Refusal as no:
                heard.append(no.code)
    assert heard == ["not_enough", *[""] * 20, "not_enough", ""]
    assert bank.has() == [0, 100]
    assert clean()
