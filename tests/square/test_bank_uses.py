"""Coins are used for real orders, asked of two people, and cross centres with both legs or none."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from diandan.flow.savings import follow_paid, redeem, sweep
from diandan.flow.switchboard import KINDS, handlers_at
from diandan.ground.people.models import Person
from diandan.ground.people.vault import unseal
from diandan.ground.places.models import Kind, Place
from diandan.ground.record.actions.hand_out import hand_out
from diandan.ground.record.models import FactRow
from diandan.kit.refusal import Refusal
from diandan.path.ask.actions.place import Wish
from diandan.path.ask.models import Channel, Request
from diandan.path.ledger.checking import bad_rows
from diandan.square.bank.actions import cross
from diandan.square.bank.actions.apply import Case, ask, decide
from diandan.square.bank.liability import liability
from diandan.square.bank.models import Application, Crossing, Redemption
from diandan.square.bank.queries import (
    FUND,
    POOL,
    clearing,
    lines_of,
    owed_by,
    purse,
    till,
)
from tests import factories as make
from tests.square.bank_world import OLD, WEEK, Bank, books_are_nought

pytestmark = pytest.mark.django_db
HOUR = 60
Kinds = Application.Kind


@pytest.fixture
def bank(at: datetime) -> Bank:
    return Bank(at)


def use(bank: Bank, payer: Person, served: Person | None = None, **more: object) -> Request:
    wish = Wish(
        words="陪我说说话",
        kind=bank.visit.kind,
        place=bank.visit.there.station,
        channel=Channel.WEB,
    )
    return redeem(
        wish=wish,
        payer=payer,
        served=served or payer,
        consent_note=str(more.get("note", "电话里同意")),
        by=bank.by(payer),
        at=bank.at,
    )


def fact(kind: str, request: Request) -> FactRow:
    return FactRow(kind=f"request.{kind}", at=request.placed_at, request_id=request.id, data={})


def test_coins_are_held_when_the_order_is_placed_and_taken_when_it_was_served(bank: Bank) -> None:
    account = bank.coins(bank.elder, 2 * HOUR)
    row = use(bank, bank.elder)
    assert bank.has(account) == (2 * HOUR, HOUR)
    job = make.served(row, bank.visit.team, bank.visit.leader)
    task = job.engagements.get().tasks.get()
    bank.visit.attend(task, 45)
    follow_paid(fact("served", row), bank.at)
    follow_paid(fact("closed", row), bank.at)
    assert bank.has(account) == (75, 0)
    assert Redemption.objects.get(request=row).used == 45
    assert books_are_nought()


@pytest.mark.parametrize("end", ["withdrawn", "refused", "found_unmet"])
def test_coins_are_given_back_when_nobody_came(bank: Bank, end: str) -> None:
    account = bank.coins(bank.elder, HOUR)
    row = use(bank, bank.elder)
    follow_paid(fact(end, row), bank.at)
    follow_paid(fact(end, row), bank.at)
    assert bank.has(account) == (HOUR, 0)
    assert [line.amount for line in lines_of(account)] == [HOUR]


def test_who_has_too_little_places_no_order(bank: Bank) -> None:
    bank.coins(bank.elder, HOUR - 1)
    before = Request.objects.count()
    with pytest.raises(Refusal, match="not_enough"):
        use(bank, bank.elder)
    assert Request.objects.count() == before


def test_coins_are_for_sixty_and_older_and_confirmed_relatives(bank: Bank) -> None:
    child = bank.saver
    bank.coins(child, 5 * HOUR)
    with pytest.raises(Refusal, match="too_young_to_use"):
        use(bank, child)
    with pytest.raises(Refusal, match="not_a_relative"):
        use(bank, child, bank.elder)
    bank.related(child, bank.elder)
    row = use(bank, child, bank.elder)
    assert row.requester_id == bank.elder.id
    assert row.consent is not None
    bank.elder.born_on = date(1990, 1, 1)
    bank.elder.save(update_fields=["born_on"])
    with pytest.raises(Refusal, match="too_young_to_use"):
        use(bank, child, bank.elder)


def test_a_kind_outside_the_rules_takes_no_coins(bank: Bank) -> None:
    bank.coins(bank.elder, 5 * HOUR)
    type(bank.visit.kind).objects.filter(id=bank.visit.kind.id).update(code="lecture")
    bank.visit.kind.refresh_from_db()
    with pytest.raises(Refusal, match="kind_not_served"):
        use(bank, bank.elder)


def relation(bank: Bank) -> Application:
    case = Case(
        kind=Kinds.RELATION,
        centre=bank.centre,
        person=bank.saver,
        other=bank.elder,
        relation="parent",
    )
    return ask(case, by=bank.by(bank.saver), at=bank.at)


def test_a_relation_is_confirmed_by_an_officer_near_her_home_and_only_once(bank: Bank) -> None:
    row = relation(bank)
    assert relation(bank).id == row.id
    with pytest.raises(Refusal, match="not_your_place"):
        decide(row.id, is_granted=True, text="", by=bank.by(bank.saver), at=bank.at)
    decide(row.id, is_granted=True, text="看过户口簿", by=bank.visit.keeps, at=bank.at)
    with pytest.raises(Refusal, match="settled_before"):
        decide(row.id, is_granted=False, text="不是", by=bank.first, at=bank.at)


def test_a_refusal_says_why(bank: Bank) -> None:
    row = relation(bank)
    with pytest.raises(Refusal):
        decide(row.id, is_granted=False, text=" ", by=bank.first, at=bank.at)
    decide(row.id, is_granted=False, text="户口簿对不上", by=bank.first, at=bank.at)
    assert Application.objects.get(id=row.id).answer == "户口簿对不上"


def fund(bank: Bank, minutes: int) -> Application:
    case = Case(kind=Kinds.FUND, centre=bank.centre, minutes=minutes, document="宁民〔2026〕3号")
    return ask(case, by=bank.first, at=bank.at)


def test_the_fund_is_filled_and_given_out_by_two_people_and_never_overdrawn(bank: Bank) -> None:
    bank.serve_elder("alone_80")
    donated = bank.coins(bank.saver, HOUR)
    from diandan.square.bank.actions.give import donate

    donate(
        uuid4(),
        giver=bank.saver,
        centre=bank.centre,
        minutes=HOUR,
        by=bank.by(bank.saver),
        at=bank.at,
    )
    row = fund(bank, 3 * HOUR)
    with pytest.raises(Refusal, match="own_case"):
        decide(row.id, is_granted=True, text="", by=bank.first, at=bank.at)
    decide(row.id, is_granted=True, text="", by=bank.second, at=bank.at)
    assert bank.has(till(bank.centre, FUND, bank.at)) == (3 * HOUR, 0)
    assert bank.has(till(bank.centre, POOL, bank.at)) == (0, 0)
    assert bank.has(donated) == (0, 0)
    case = Case(kind=Kinds.ISSUE, centre=bank.centre, person=bank.elder, minutes=2 * HOUR)
    one, two = ask(case, by=bank.first, at=bank.at), None
    decide(one.id, is_granted=True, text="", by=bank.second, at=bank.at)
    assert bank.has(purse(bank.elder, bank.centre, bank.at)) == (2 * HOUR, 0)
    two = ask(case, by=bank.first, at=bank.at)
    with pytest.raises(Refusal, match="not_enough"), transaction.atomic():
        decide(two.id, is_granted=True, text="", by=bank.second, at=bank.at)
    two.refresh_from_db()
    assert two.state == "waiting"
    assert books_are_nought()


def test_only_a_key_elder_is_given_coins(bank: Bank) -> None:
    bank.serve_elder("reviewed")
    case = Case(kind=Kinds.ISSUE, centre=bank.centre, person=bank.elder, minutes=HOUR)
    with pytest.raises(Refusal, match="not_a_key_elder"):
        ask(case, by=bank.first, at=bank.at)


def test_an_elder_is_registered_for_her_age_by_somebody_and_granted_by_another(bank: Bank) -> None:
    case = Case(
        kind=Kinds.ELDER, centre=bank.centre, person=bank.elder, basis="alone_80", note="独居"
    )
    with pytest.raises(Refusal, match="too_young_to_use"):
        ask(case, by=bank.visit.keeps, at=bank.at)
    bank.elder.born_on = date(1940, 1, 1)
    bank.elder.save(update_fields=["born_on"])
    row = ask(case, by=bank.visit.keeps, at=bank.at)
    with pytest.raises(Refusal, match="own_case"):
        decide(row.id, is_granted=True, text="", by=bank.visit.keeps, at=bank.at)
    decide(row.id, is_granted=True, text="", by=bank.first, at=bank.at)


def test_inheritance_takes_the_paper_and_two_officers_and_moves_what_was_free(bank: Bank) -> None:
    heir, deceased = bank.saver, bank.elder
    estate = bank.coins(deceased, 3 * HOUR)
    bank.coins(heir, 1_499 * HOUR)
    case = Case(
        kind=Kinds.INHERIT, centre=bank.centre, person=heir, other=deceased, relation="parent"
    )
    with pytest.raises(Refusal, match="document_needed"):
        ask(case, by=bank.by(heir), at=bank.at)
    case = Case(
        kind=Kinds.INHERIT,
        centre=bank.centre,
        person=heir,
        other=deceased,
        relation="parent",
        document="公证(2026)第18号",
    )
    row = ask(case, by=bank.by(heir), at=bank.at)
    assert "公证".encode() not in bytes(row.document_enc)
    assert unseal(heir.wrapped_key, row.document_enc) == "公证(2026)第18号"
    decide(row.id, is_granted=True, text="看过原件", by=bank.first, at=bank.at)
    assert bank.has(estate) == (3 * HOUR, 0)
    with pytest.raises(Refusal, match="own_case"):
        decide(row.id, is_granted=True, text="", by=bank.first, at=bank.at)
    decide(row.id, is_granted=True, text="", by=bank.second, at=bank.at)
    assert bank.has(estate) == (0, 0)
    assert bank.has(purse(heir, bank.centre, bank.at))[0] == 1_500 * HOUR
    assert bank.has(till(bank.centre, POOL, bank.at))[0] == 2 * HOUR
    assert books_are_nought()


def another(bank: Bank) -> Place:
    return make.place("栖霞", Kind.CENTER, bank.visit.there.city, slug=f"qixia{uuid4().hex[:6]}")


def begin(bank: Bank, there: Place, minutes: int, key: UUID | None = None) -> Crossing:
    return cross.begin(
        key or uuid4(),
        person=bank.saver,
        from_centre=bank.centre,
        to_centre=there,
        minutes=minutes,
        by=bank.by(bank.saver),
        at=bank.at,
    )


def test_both_books_move_and_the_centres_owe_each_other_what_crossed(bank: Bank) -> None:
    there, mine = another(bank), bank.coins(bank.saver, 3 * HOUR)
    key = uuid4()
    row = begin(bank, there, 2 * HOUR, key)
    assert begin(bank, there, 2 * HOUR, key).id == row.id
    assert bank.has(mine) == (3 * HOUR, 2 * HOUR)
    cross.end(row.id, at=bank.at)
    cross.end(row.id, at=bank.at)
    assert bank.has(mine) == (HOUR, 0)
    assert bank.has(purse(bank.saver, there, bank.at)) == (2 * HOUR, 0)
    ours = clearing(bank.centre, there, bank.at)
    theirs = clearing(there, bank.centre, bank.at)
    assert bank.has(ours)[0] == 2 * HOUR == -bank.has(theirs)[0]
    assert [(one.centre.id, one.net) for one in owed_by(bank.centre)] == [(there.id, 2 * HOUR)]
    assert [one.net for one in owed_by(there)] == [-2 * HOUR]
    assert books_are_nought()
    assert list(bad_rows("books.earn_for")) == []


def test_when_one_leg_fails_neither_is_posted(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    there, mine = another(bank), bank.coins(bank.saver, 3 * HOUR)
    row = begin(bank, there, HOUR)
    legs: list[object] = []
    real = cross.settle

    def second_fails(*words: object, **more: object) -> object:
        legs.append(words)
        if len(legs) == 2:
            raise RuntimeError("the process died here")
        return real(*words, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(cross, "settle", second_fails)
    with pytest.raises(RuntimeError), transaction.atomic():
        cross.end(row.id, at=bank.at)
    assert bank.has(mine) == (3 * HOUR, HOUR)
    assert bank.has(purse(bank.saver, there, bank.at)) == (0, 0)
    monkeypatch.setattr(cross, "settle", real)
    assert sweep(at=bank.at + timedelta(minutes=1)) == 1
    assert bank.has(mine) == (2 * HOUR, 0)
    assert bank.has(purse(bank.saver, there, bank.at)) == (HOUR, 0)


def test_a_crossing_may_be_voided_as_a_whole(bank: Bank) -> None:
    there, mine = another(bank), bank.coins(bank.saver, HOUR)
    row = begin(bank, there, HOUR)
    cross.end(row.id, at=bank.at, is_wanted=False)
    assert bank.has(mine) == (HOUR, 0)
    assert owed_by(bank.centre) == []
    with pytest.raises(Refusal, match="not_enough"):
        begin(bank, there, HOUR + 1)


def test_the_liability_is_computed_from_rows(bank: Bank) -> None:
    bank.join()
    bank.serve_elder()
    bank.elder.born_on = OLD
    bank.coins(bank.elder, 9 * HOUR)
    bank.earn()
    found = liability(bank.centre, bank.at + WEEK)
    assert (found.persons, found.served_year, found.saved) == (10 * HOUR, HOUR, 10 * HOUR)
    assert found.years == pytest.approx(10)
    assert [(b.word, b.holders, b.minutes) for b in found.bands] == [
        ("18-39", 1, HOUR),
        ("70-79", 1, 9 * HOUR),
    ]
    assert found.issued == found.saved


def test_the_switchboard_saves_what_was_posted_and_tells_her(bank: Bank) -> None:
    from diandan.ground.notify.models import Message
    from diandan.path.ledger.actions.earn import earn
    from diandan.path.ledger.actions.notice import post_due

    bank.join()
    bank.serve_elder()
    bank.visit.rate()
    earn(bank.visit.task.id, at=bank.at)
    later = bank.at + WEEK
    post_due(at=later)
    for _turn in range(3):
        hand_out(handlers=handlers_at(later), kinds=KINDS, at=later)
    assert bank.has(purse(bank.saver, bank.centre, later)) == (HOUR, 0)
    told = Message.objects.get(person=bank.saver, kind="coins.saved")
    assert told.link == "/v/bank"
