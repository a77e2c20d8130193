"""The time bank: coins come from proved service alone, never pass the cap, and are never money."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diandan.ground.record.models import FactRow
from diandan.kit.refusal import Refusal
from diandan.path.fulfil.models import Attendance
from diandan.path.ledger.actions.correct import correct
from diandan.path.ledger.actions.earn import earn
from diandan.path.ledger.actions.notice import confirm, post_due
from diandan.path.ledger.checking import bad_rows
from diandan.path.ledger.models import Transfer
from diandan.square.bank import core
from diandan.square.bank.actions.deposit import deposit, take_back
from diandan.square.bank.actions.give import donate, donate_of_group, gift
from diandan.square.bank.actions.join import join, join_as_group
from diandan.square.bank.models import Application
from diandan.square.bank.queries import POOL, group_till, purse, till
from diandan.square.bank.rulebook import read, shipped
from tests import factories as make
from tests.square.bank_world import WEEK, Bank, books_are_nought

pytestmark = pytest.mark.django_db
HOUR = 60


@pytest.fixture
def bank(at: datetime) -> Bank:
    return Bank(at)


def pool(bank: Bank) -> int:
    account = till(bank.centre, POOL, bank.at)
    account.refresh_from_db()
    return account.posted


def test_a_verified_hour_to_an_elder_of_the_bank_is_one_coin_once(bank: Bank) -> None:
    bank.join()
    bank.serve_elder()
    assert bank.earn() == HOUR
    assert deposit(bank.visit.task.id, at=bank.at + WEEK) == 0
    assert bank.has(purse(bank.saver, bank.centre, bank.at)) == (HOUR, 0)
    assert core.say(HOUR) == "1"
    assert books_are_nought()
    assert list(bad_rows("books.earn_for")) == []


@pytest.mark.parametrize(
    "lacking", ["join", "joined_late", "elder", "kind", "age", "pending", "declared"]
)
def test_nothing_is_saved_when_one_condition_is_lacking(bank: Bank, lacking: str) -> None:
    if lacking != "join":
        bank.join(bank.at if lacking == "joined_late" else None)
    if lacking != "elder":
        bank.serve_elder()
    if lacking == "kind":
        type(bank.visit.kind).objects.filter(id=bank.visit.kind.id).update(code="lecture")
    if lacking == "age":
        bank.saver.born_on = date(2012, 1, 1)
        bank.saver.save(update_fields=["born_on"])
    if lacking == "pending":
        bank.visit.rate()
        earn(bank.visit.task.id, at=bank.at)
        assert deposit(bank.visit.task.id, at=bank.at) == 0
    elif lacking == "declared":
        Attendance.objects.filter(id=bank.visit.seen.id).update(out_proof="")
        earn(bank.visit.task.id, at=bank.at)
        confirm(bank.visit.task.id, by=bank.visit.keeps, at=bank.at)
        post_due(at=bank.at + WEEK)
        assert deposit(bank.visit.task.id, at=bank.at + WEEK) == 0
    else:
        assert bank.earn() == 0
    assert not Transfer.objects.filter(ledger="coins").exists()


def test_nanjing_the_hour_1501_goes_to_donation(bank: Bank) -> None:
    bank.join()
    bank.serve_elder()
    bank.coins(bank.saver, 1_500 * HOUR)
    assert bank.earn() == HOUR
    assert bank.has(purse(bank.saver, bank.centre, bank.at)) == (1_500 * HOUR, 0)
    assert pool(bank) == HOUR
    told = FactRow.objects.filter(kind="coins.over_cap").get()
    assert told.data["minutes"] == HOUR
    assert books_are_nought()


def test_the_last_half_hour_under_the_cap_is_kept_and_the_rest_donated(bank: Bank) -> None:
    bank.join()
    bank.serve_elder()
    bank.coins(bank.saver, 1_500 * HOUR - 30)
    bank.earn()
    assert bank.has(purse(bank.saver, bank.centre, bank.at))[0] == 1_500 * HOUR
    assert pool(bank) == 30


@given(stored=st.integers(0, 200_000), earned=st.integers(1, 6_000), most=st.integers(0, 100_000))
def test_what_is_earned_is_kept_or_donated_and_nothing_else(
    stored: int, earned: int, most: int
) -> None:
    kept, over = core.shared_out(stored, earned, most)
    assert kept + over == earned
    assert min(kept, over) >= 0
    if most and stored <= most:
        assert stored + kept <= most
    if not most:
        assert over == 0


def test_beijing_ten_thousand_coins_are_a_right_noted_for_an_officer(at: datetime) -> None:
    bank = Bank(at, "beijing")
    bank.join()
    bank.serve_elder()
    bank.coins(bank.saver, 10_000 * HOUR - HOUR)
    assert not Application.objects.filter(kind="right").exists()
    bank.earn()
    row = Application.objects.get(kind="right")
    assert (row.person, row.state, row.minutes) == (bank.saver, "waiting", 600_000)
    assert pool(bank) == 0


def test_joining_is_her_own_act_with_the_rules_read(bank: Bank) -> None:
    own = make.actor(bank.saver, is_volunteer=True)
    place, at = bank.centre, bank.at
    with pytest.raises(Refusal, match="rules_unread"):
        join(person=bank.saver, centre=place, read="old", by=own, at=at)
    with pytest.raises(Refusal, match="own_act_only"):
        join(person=bank.saver, centre=place, read=bank.rules.version, by=bank.first, at=at)
    one = join(person=bank.saver, centre=place, read=bank.rules.version, by=own, at=at)
    assert join(person=bank.saver, centre=place, read=bank.rules.version, by=own, at=at) == one
    bank.saver.born_on = None
    bank.saver.save()
    with pytest.raises(Refusal, match="birthday_needed"):
        join(person=bank.saver, centre=place, read=bank.rules.version, by=own, at=at)


def test_corrected_minutes_take_their_coins_back(bank: Bank) -> None:
    bank.join()
    bank.serve_elder()
    bank.earn()
    at = bank.at + WEEK
    minutes = Transfer.objects.get(phase="posting", ledger="minutes", credit__person=bank.saver)
    one = correct(
        uuid4(), transfer_id=minutes.id, amount=20, by=bank.visit.heads, at=at, why="早退"
    )
    assert take_back(one.id, at=at) == 20
    assert take_back(one.id, at=at) == 0
    assert bank.has(purse(bank.saver, bank.centre, at))[0] == 40
    donate(uuid4(), giver=bank.saver, centre=bank.centre, minutes=40, by=bank.by(bank.saver), at=at)
    two = correct(
        uuid4(), transfer_id=minutes.id, amount=40, by=bank.visit.heads, at=at, why="没来"
    )
    assert take_back(two.id, at=at) == 0
    assert Application.objects.get(kind="shortfall").minutes == 40
    assert list(bad_rows("books.earn_for")) == []


def test_a_gift_goes_to_a_confirmed_relative_only_and_not_over_her_cap(bank: Bank) -> None:
    mother, own = bank.elder, bank.by(bank.saver)
    bank.coins(bank.saver, 5 * HOUR)
    give = {"giver": bank.saver, "to": mother.id, "centre": bank.centre, "by": own}
    with pytest.raises(Refusal, match="not_a_relative"):
        gift(uuid4(), minutes=HOUR, at=bank.at, **give)  # type: ignore[arg-type]
    bank.related(bank.saver, mother)
    key = uuid4()
    gift(key, minutes=HOUR, at=bank.at, **give)  # type: ignore[arg-type]
    gift(key, minutes=HOUR, at=bank.at, **give)  # type: ignore[arg-type]
    assert bank.has(purse(mother, bank.centre, bank.at)) == (HOUR, 0)
    with pytest.raises(Refusal, match="not_enough"):
        gift(uuid4(), minutes=5 * HOUR, at=bank.at, **give)  # type: ignore[arg-type]
    bank.coins(mother, 1_499 * HOUR)
    with pytest.raises(Refusal, match="over_cap"):
        gift(uuid4(), minutes=1, at=bank.at, **give)  # type: ignore[arg-type]
    with pytest.raises(Refusal, match="own_act_only"):
        gift(uuid4(), minutes=1, at=bank.at, **(give | {"by": bank.first}))  # type: ignore[arg-type]


def test_a_groups_hours_can_only_be_donated(bank: Bank) -> None:
    team = bank.visit.team
    group = join_as_group(team=team, by=bank.visit.leads, at=bank.at - timedelta(days=9))
    bank.serve_elder()
    assert bank.earn() == HOUR
    assert bank.has(group_till(group, bank.at)) == (HOUR, 0)
    donate_of_group(uuid4(), group=group, minutes=HOUR, by=bank.visit.leads, at=bank.at)
    assert pool(bank) == HOUR
    with pytest.raises(Refusal, match="leader_only"):
        donate_of_group(uuid4(), group=group, minutes=1, by=bank.first, at=bank.at)


@pytest.mark.parametrize(
    "words",
    ["一小时20元", "折合¥15", "给现金", "换五十块钱", "￥3", "每小时十元", "转账给我", "发红包"],
)
def test_no_text_of_the_bank_speaks_of_money(words: str) -> None:
    with pytest.raises(Refusal, match="no_money"):
        core.check_no_money(words)


@pytest.mark.parametrize("words", ["上元社区的老人", "元旦上门", "公元2026年", "80岁独居"])
def test_other_words_pass(words: str) -> None:
    assert core.check_no_money(words) == words


def test_every_preset_names_its_source_and_says_what_holds() -> None:
    presets = shipped()
    assert presets["nanjing"].stored_max == 90_000
    assert presets["beijing"].right_at == 600_000
    assert presets["beijing"].stored_max == 0
    assert all(rules.source for rules in presets.values())
    with pytest.raises(ValueError, match="price"):
        read("x", {"title": "x", "source": "x", "price": 1})
