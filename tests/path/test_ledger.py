"""Hours come from what was seen, stand on notice, and once posted are only ever corrected."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from diandan.ground.people.actor import SYSTEM
from diandan.ground.record.models import FactRow
from diandan.kit.refusal import Refusal
from diandan.path.bundle.models import Job
from diandan.path.fulfil.models import Attendance
from diandan.path.ledger.actions.chain import broken_link, link_new
from diandan.path.ledger.actions.correct import correct
from diandan.path.ledger.actions.earn import earn
from diandan.path.ledger.actions.move import Move, move
from diandan.path.ledger.actions.notice import confirm, object_to, post_due, settle_objection
from diandan.path.ledger.checking import bad_rows
from diandan.path.ledger.models import (
    DayRoot,
    Ledger,
    Objection,
    Reason,
    Transfer,
    TransferLink,
)
from diandan.path.ledger.queries import held_by
from tests import factories as make
from tests.path.ledger_world import Visit, pending

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture
def visit(at: datetime) -> Visit:
    return Visit(at)


def holds(visit: Visit) -> dict[tuple[str, str], tuple[int, int]]:
    rows = held_by(visit.member.id)
    return {(r.ledger, r.grade): (r.posted, r.coming) for r in rows if r.posted or r.coming}


def faults() -> list[tuple[str, str]]:
    return [(bad.check, bad.words) for bad in bad_rows("books.earn_for")]


def test_a_proved_and_rated_hour_stands_on_notice_three_working_days_then_posts(
    visit: Visit,
) -> None:
    visit.rate()
    earn(visit.task.id, at=visit.at)
    assert holds(visit) == {("minutes", "verified"): (0, 60), ("points", ""): (0, 10)}
    until = pending(ledger="minutes")[0].notice_until
    assert until is not None
    # From Thursday the fifth: Friday, Monday, Tuesday the tenth at 18:00 in Shanghai.
    assert (until - visit.at) == timedelta(days=5, hours=6)
    assert post_due(at=until - timedelta(seconds=1)) == 0
    assert post_due(at=until) == 2
    assert holds(visit) == {("minutes", "verified"): (60, 0), ("points", ""): (10, 0)}
    assert post_due(at=until + WEEK) == 0
    assert faults() == []


def test_earning_twice_is_earning_once(visit: Visit) -> None:
    visit.rate()
    assert len(earn(visit.task.id, at=visit.at)) == 2
    assert earn(visit.task.id, at=visit.at) == []
    assert Transfer.objects.count() == 2


def test_unrated_minutes_are_declared_and_become_verified_when_she_is_rated(visit: Visit) -> None:
    earn(visit.task.id, at=visit.at)
    assert holds(visit)["minutes", "declared"] == (0, 60)
    assert pending(ledger="minutes")[0].data["missing"] == ["confirmation"]
    assert post_due(at=visit.at + WEEK) == 0
    visit.rate(at=visit.at + timedelta(hours=1))
    earn(visit.task.id, at=visit.at + timedelta(hours=1))
    assert holds(visit) == {("minutes", "verified"): (0, 60), ("points", ""): (0, 10)}
    assert post_due(at=visit.at + WEEK) == 2
    assert faults() == []


def test_a_bad_rating_confirms_nothing(visit: Visit) -> None:
    visit.rate(2)
    earn(visit.task.id, at=visit.at)
    assert ("minutes", "declared") in holds(visit)


@pytest.mark.parametrize(
    ("fault", "missing"),
    [
        ("no_out_code", "check_out_code"),
        ("too_long", "longer_than_planned"),
        ("elsewhere", "two_places_at_once"),
        ("own_order", "order"),
    ],
)
def test_what_was_not_proved_from_every_side_is_declared(
    visit: Visit, fault: str, missing: str
) -> None:
    visit.rate()
    if fault == "no_out_code":
        Attendance.objects.filter(id=visit.seen.id).update(out_proof="")
    elif fault == "too_long":
        Job.objects.filter(id=visit.job.id).update(minutes=30)
    elif fault == "elsewhere":
        visit.another(minutes=31 * 24 * 60, days=30)
    else:
        visit.request.requester = visit.member
        visit.request.save()
    earn(visit.task.id, at=visit.at)
    row = pending(ledger="minutes", credit__person=visit.member)[0]
    assert row.credit.grade == "declared"
    assert missing in row.data["missing"]


def test_declared_minutes_need_a_second_person_who_is_somebody_else(visit: Visit) -> None:
    Attendance.objects.filter(id=visit.seen.id).update(out_proof="")
    earn(visit.task.id, at=visit.at)
    for by in (make.actor(visit.member), visit.leads):
        with pytest.raises(Refusal):
            confirm(visit.task.id, by=by, at=visit.at)
    confirm(visit.task.id, by=visit.keeps, at=visit.at)
    assert holds(visit)["minutes", "declared"] == (0, 60)
    assert post_due(at=visit.at + WEEK) == 2
    assert holds(visit)["minutes", "declared"] == (60, 0)
    assert faults() == []


def test_an_officers_word_for_a_venue_makes_coded_minutes_verified(visit: Visit) -> None:
    earn(visit.task.id, at=visit.at)
    confirm(visit.task.id, by=visit.keeps, at=visit.at)
    assert holds(visit)["minutes", "verified"] == (0, 60)


def test_an_objection_stops_the_posting_until_somebody_else_decides(visit: Visit) -> None:
    visit.rate()
    row = earn(visit.task.id, at=visit.at)[0]
    said = object_to(
        row.id, kind=Objection.Kind.DID_NOT_COME, text="没见到他", by=visit.heads, at=visit.at
    )
    assert post_due(at=visit.at + WEEK) == 0
    with pytest.raises(Refusal, match="own_hours"):
        settle_objection(said.id, is_upheld=False, text="查过", by=visit.heads, at=visit.at)
    settle_objection(said.id, is_upheld=True, text="确实没来", by=visit.keeps, at=visit.at)
    assert holds(visit) == {}
    assert earn(visit.task.id, at=visit.at) == []
    assert post_due(at=visit.at + WEEK) == 0
    assert faults() == []


def test_an_objection_that_does_not_hold_lets_it_go_on(visit: Visit) -> None:
    visit.rate()
    row = earn(visit.task.id, at=visit.at)[0]
    said = object_to(row.id, kind=Objection.Kind.WRONG, text="", by=visit.heads, at=visit.at)
    settle_objection(said.id, is_upheld=False, text="看过签到", by=visit.keeps, at=visit.at)
    assert post_due(at=visit.at + WEEK) == 2
    assert faults() == []


def test_not_me_is_hers_alone_to_say(visit: Visit) -> None:
    row = earn(visit.task.id, at=visit.at)[0]
    with pytest.raises(Refusal, match="not_yours"):
        object_to(row.id, kind=Objection.Kind.NOT_ME, text="", by=visit.keeps, at=visit.at)
    object_to(row.id, kind=Objection.Kind.NOT_ME, text="", by=make.actor(visit.member), at=visit.at)


def test_a_correction_goes_back_names_what_it_corrects_and_takes_no_more(visit: Visit) -> None:
    visit.rate()
    earn(visit.task.id, at=visit.at)
    at = visit.at + WEEK
    post_due(at=at)
    row = Transfer.objects.get(phase="posting", ledger="minutes")
    key = uuid4()
    made = correct(key, transfer_id=row.id, amount=20, by=visit.heads, at=at, why="查过签到")
    assert (
        correct(key, transfer_id=row.id, amount=20, by=visit.heads, at=at, why="查过签到") == made
    )
    assert made.corrects_id == row.id
    assert holds(visit)["minutes", "verified"] == (40, 0)
    with pytest.raises(Refusal, match="amount"):
        correct(uuid4(), transfer_id=row.id, amount=41, by=visit.heads, at=at, why="查过签到")
    with pytest.raises(Refusal):
        correct(
            uuid4(),
            transfer_id=row.id,
            amount=1,
            by=make.actor(visit.member),
            at=at,
            why="查过签到",
        )
    assert faults() == []


def test_a_move_cannot_overdraw_nor_cross_ledgers_and_its_id_is_its_own(visit: Visit) -> None:
    mine = visit.give(visit.member, 10)
    shop = visit.account(None)
    key = uuid4()
    done = move(Move(key, mine, shop, 8, Reason.REDEEM), by=SYSTEM, at=visit.at)
    assert move(Move(key, mine, shop, 8, Reason.REDEEM), by=SYSTEM, at=visit.at) == done
    with pytest.raises(Refusal, match="key_reused"):
        move(Move(key, mine, shop, 1, Reason.REDEEM), by=SYSTEM, at=visit.at)
    with pytest.raises(Refusal, match="not_enough"):
        move(Move(uuid4(), mine, shop, 3, Reason.REDEEM), by=SYSTEM, at=visit.at)
    coins = visit.account(None, Ledger.COINS)
    with pytest.raises(Refusal, match="ledgers_apart"):
        move(Move(uuid4(), mine, coins, 1, Reason.REDEEM), by=SYSTEM, at=visit.at)


SQL = {
    "UPDATE transfer SET amount = amount + 1": "never changed",
    "DELETE FROM transfer": "never changed",
    "UPDATE account SET posted = posted + 100": "with a transfer",
    "UPDATE account SET purpose = 'mine'": "with a transfer",
    "UPDATE account SET has_floor = false": "account_floor_kept",
    "DELETE FROM account": "never changed",
    "UPDATE transfer_link SET number = number + 100": "never changed",
    "DELETE FROM day_root": "never changed",
    "UPDATE confirmation SET by_id = by_id": "never changed",
    "DELETE FROM objection": "never changed",
    "INSERT INTO account (id, ledger, grade, owner, purpose, has_floor, opened_at, posted, held,"
    " coming, centre_id) SELECT gen_random_uuid(), 'points', '', 'centre', 'rich', true,"
    " opened_at, 100, 0, 0, centre_id FROM account LIMIT 1": "begins empty",
}
REPLICA = "SET LOCAL session_replication_role = replica; "


@pytest.mark.parametrize("words", SQL)
@pytest.mark.parametrize("before", ["", REPLICA])
def test_not_even_plain_sql_edits_the_books(visit: Visit, words: str, before: str) -> None:
    Attendance.objects.filter(id=visit.seen.id).update(out_proof="")
    rows = earn(visit.task.id, at=visit.at)
    confirm(visit.task.id, by=visit.keeps, at=visit.at)
    object_to(rows[0].id, kind=Objection.Kind.WRONG, text="", by=visit.heads, at=visit.at)
    link_new(at=visit.at + timedelta(days=1))
    with transaction.atomic(), connection.cursor() as cursor:
        with pytest.raises(IntegrityError, match=SQL[words]):
            cursor.execute(before + words)
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_the_books_cannot_be_emptied(visit: Visit) -> None:
    """Tests switch this trigger off to clean up after themselves; here it is on again."""
    switch = "ALTER TABLE transfer {} TRIGGER transfer_not_emptied"
    with connection.cursor() as cursor:
        cursor.execute(switch.format("ENABLE ALWAYS"))
        try:
            with pytest.raises(IntegrityError, match="never changed"):
                cursor.execute("TRUNCATE transfer CASCADE")
        finally:
            cursor.execute(switch.format("DISABLE"))


def raw(visit: Visit, **more: object) -> Transfer:
    """A transfer written past every action, as SQL would."""
    mine, shop = visit.account(visit.member), visit.account(None)
    return Transfer.objects.create(
        **{  # type: ignore[arg-type]
            "id": uuid4(),
            "phase": "direct",
            "centre": visit.centre,
            "ledger": "points",
            "debit": mine,
            "credit": shop,
            "amount": 1,
            "reason": "redeem",
            "at": visit.at,
            **more,
        }
    )


def test_the_database_alone_refuses_what_the_actions_would(visit: Visit) -> None:
    mine = visit.give(visit.member, 10)
    coins = visit.account(visit.member, Ledger.COINS)
    Attendance.objects.filter(id=visit.seen.id).update(out_proof="")
    minutes, points = earn(visit.task.id, at=visit.at)
    settles = {"phase": "posting", "reason": "service", "task": visit.task, "at": visit.at + WEEK}
    early = {**settles, "at": visit.at}

    def settle(row: Transfer, **more: object) -> dict[str, object]:
        books = {"debit": row.debit, "credit": row.credit, "amount": row.amount}
        return {**settles, "ledger": row.ledger, "settles": row, **books, **more}

    bad: list[tuple[str, dict[str, object]]] = [
        ("account_floor", {"amount": 11}),
        ("transfer_amount", {"amount": 0}),
        ("transfer_amount", {"amount": -5}),
        ("transfer_two_accounts", {"credit": mine}),
        ("one ledger", {"credit": coins}),
        ("one ledger", {"ledger": "coins"}),
        ("one ledger", {"centre": visit.there.city}),
        ("account_waiting", {"phase": "posting"}),
        ("notice", settle(minutes, **early)),
        ("second person", settle(minutes)),
        ("with its minutes", settle(points)),
        ("as it stands", settle(minutes, amount=61)),
        ("runs against", {"corrects": minutes}),
    ]
    for said, more in bad:
        with pytest.raises(IntegrityError, match=said), transaction.atomic():
            raw(visit, **more)
    assert mine.posted == 10


def test_the_chain_is_numbered_after_and_shows_what_was_changed(visit: Visit) -> None:
    visit.rate()
    earn(visit.task.id, at=visit.at)
    assert not TransferLink.objects.exists()
    link_new(at=visit.at)
    post_due(at=visit.at + WEEK)
    link_new(at=visit.at + WEEK)
    assert list(TransferLink.objects.order_by("number").values_list("number", flat=True)) == [
        *(1, 2, 3, 4)
    ]
    link_new(at=visit.at + 2 * WEEK)
    assert DayRoot.objects.filter(centre_id=visit.centre.id).count() == 2
    assert broken_link(visit.centre.id) is None
    with connection.cursor() as cursor:  # what only the tables' owner can do
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE transfer DISABLE TRIGGER transfer_final")
        cursor.execute("UPDATE transfer SET amount = 600 WHERE ledger = 'minutes'")
        cursor.execute("ALTER TABLE transfer ENABLE ALWAYS TRIGGER transfer_final")
    assert broken_link(visit.centre.id) in (1, 2)
    found = {check for check, _words in faults()}
    assert {"chain", "balance", "service"} <= found


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"phase": "direct", "reason": "service"}, "a visit of somebody"),
        ({"phase": "direct", "reason": "gift"}, "from nowhere else"),
        ({"phase": "direct", "reason": "correct"}, "names what it corrects"),
        ({"phase": "direct", "reason": "merge"}, "one human being"),
    ],
)
def test_not_even_plain_sql_makes_hours_that_nobody_served(
    visit: Visit, more: dict[str, object], said: str
) -> None:
    row = earn(visit.task.id, at=visit.at)[0]
    accounts = {"ledger": "minutes", "debit": row.debit, "credit": row.credit, "amount": 300}
    with pytest.raises(IntegrityError, match=said), transaction.atomic():
        raw(visit, **accounts, **more)
    assert faults() == []


def test_facts_tell_of_the_books_without_names(visit: Visit) -> None:
    visit.rate()
    earn(visit.task.id, at=visit.at)
    fact = FactRow.objects.filter(kind="hours.earned").first()
    assert fact is not None
    assert fact.person_id == visit.member.id
    assert set(fact.data) == {"transfer", "ledger", "grade", "amount"}
