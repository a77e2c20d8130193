"""并号核实: two officers look, both records hear of it, days pass, and the join is her own act."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from diandan.flow.worker import run_once
from diandan.ground.notify.models import Message
from diandan.ground.people.actions import merge_cases
from diandan.ground.people.actor import Actor
from diandan.ground.people.merging import MergeCase
from diandan.ground.people.models import PersonMerge, Role, RoleGrant
from diandan.kit.refusal import Refusal
from diandan.path.ledger.checking import bad_rows
from diandan.path.ledger.models import Ledger
from diandan.path.ledger.queries import held_by
from tests import factories as make
from tests.square.mall_world import Mall
from tests.web.street_world import browser

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


class Twice:
    """王强 registered twice; the old record holds points, the new one is the phone she uses."""

    def __init__(self, at: datetime, settings: Any) -> None:
        self.at = at
        mall = Mall(at, slug="jiangning")
        settings.DIANDAN_PLACE = "jiangning"
        self.place, self.centre = mall.site, mall.centre
        self.gone, self.clerk, self.first = mall.her, mall.clerk, mall.serves
        mall.give(self.gone, 300)
        self.kept = make.volunteer("王强", self.place)
        self.mine = make.actor(self.kept, is_volunteer=True)
        self.other_clerk, self.second = make.staff(Role.STATION_STAFF, self.place, "郑同事")

    def proposed(self) -> MergeCase:
        return merge_cases.propose(
            kept=self.kept, gone=self.gone, why="本人带身份证到窗口", by=self.first, at=self.at
        )

    def confirmed(self) -> MergeCase:
        case = self.proposed()
        return merge_cases.decide(case_id=case.id, is_one=True, by=self.second, at=self.at)

    def refused(self, code: str, case: MergeCase, by: Actor, *, joins: bool, at: datetime) -> None:
        with pytest.raises(Refusal) as no:
            merge_cases.answer(case_id=case.id, joins=joins, by=by, at=at)
        assert no.value.code == code


@pytest.fixture
def twice(at: datetime, settings: Any, still_clock: Any) -> Twice:
    del still_clock
    return Twice(at, settings)


def points(person: Any) -> int:
    return sum(row.posted for row in held_by(person.id) if row.ledger == Ledger.POINTS)


def test_two_officers_some_days_and_then_her_own_word(twice: Twice) -> None:
    case = twice.confirmed()
    run_once(twice.at)
    told = set(Message.objects.filter(link="/me/merge").values_list("person_id", flat=True))
    assert told == {twice.kept.id, twice.gone.id}
    twice.refused("too_soon", case, twice.mine, joins=True, at=twice.at + timedelta(days=1))
    later = twice.at + WEEK
    merge_cases.answer(case_id=case.id, joins=True, by=twice.mine, at=later)
    run_once(later + timedelta(minutes=2))
    assert PersonMerge.objects.get().kept == twice.kept
    assert (points(twice.gone), points(twice.kept)) == (0, 300)
    assert [bad for bad in bad_rows("books.earn_for") if bad.kind == "merge"] == []
    twice.refused("ended", case, twice.mine, joins=True, at=later)


def test_no_officer_joins_them_and_nobody_checks_her_own_proposal(twice: Twice) -> None:
    case = twice.proposed()
    for by in (twice.first, twice.second):
        twice.refused("no_such_case", case, by, joins=True, at=twice.at + WEEK)
    with pytest.raises(Refusal) as no:
        merge_cases.decide(case_id=case.id, is_one=True, by=twice.first, at=twice.at)
    assert no.value.code == "second_person"
    twice.refused("not_confirmed", case, twice.mine, joins=True, at=twice.at + WEEK)
    assert not PersonMerge.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        MergeCase.objects.update(confirmed_by=twice.clerk, confirmed_at=twice.at)


def test_the_other_record_says_that_it_is_somebody_else(twice: Twice) -> None:
    case = twice.confirmed()
    theirs = make.actor(twice.gone, is_volunteer=True)
    twice.refused("other_record", case, theirs, joins=True, at=twice.at + WEEK)
    merge_cases.answer(case_id=case.id, joins=False, by=theirs, at=twice.at)
    twice.refused("ended", case, twice.mine, joins=True, at=twice.at + WEEK)
    assert points(twice.gone) == 300


@pytest.mark.parametrize("what", ["name", "place", "own", "role", "why"])
def test_what_cannot_be_proposed(twice: Twice, what: str) -> None:
    kept, gone, by, why = twice.kept, twice.gone, twice.first, "带证件来的"
    if what == "name":
        gone = make.volunteer("李强", twice.place)
    elif what == "place":
        gone = make.volunteer("王强", make.district().station)
    elif what == "own":
        by = Actor(person_id=gone.id, grants=by.grants)
    elif what == "role":
        RoleGrant.objects.create(
            person=gone, role=Role.GRID_WORKER, place=twice.place, from_on=twice.at.date()
        )
    else:
        why = "  "
    with pytest.raises(Refusal) as no:
        merge_cases.propose(kept=kept, gone=gone, why=why, by=by, at=twice.at)
    assert (
        no.value.code
        == {
            "name": "other_name",
            "place": "not_your_person",
            "own": "own_record",
            "role": "holds_roles",
            "why": "no_reason",
        }[what]
    )
    assert not MergeCase.objects.exists()


def test_the_pages_from_the_counter_to_her_phone(twice: Twice, still_clock: Any) -> None:
    from diandan.ground.people.queries import own

    first, second, her = browser(twice.clerk), browser(twice.other_clerk), browser(twice.kept)
    assert "本辖区没有这份记录" in said(first.post("/desk/twins/find", {"who": "13900000000"}))
    found = first.post("/desk/twins/find", {"who": own(twice.kept).phone})
    listed = said(first.get(found["Location"]))
    assert "本辖区同名的记录" in listed
    pair = {"kept": str(twice.kept.id), "gone": str(twice.gone.id)}
    shown = said(first.get("/desk/twins/pair", pair))
    assert "300 分" in shown
    assert "请写明凭什么" in said(first.post("/desk/twins/propose", {**pair, "why": " "}))
    made = first.post("/desk/twins/propose", {**pair, "why": "本人带身份证到窗口"})
    case = made["Location"]
    assert "核对无误" not in said(first.get(case))
    assert "本人带身份证到窗口" in said(second.get(case))
    assert second.post(f"{case}do", {"verb": "yes"}).status_code == 303
    row = MergeCase.objects.get()
    page = said(her.get("/me/merge"))
    assert "300 分" in page
    assert "是我的,并号" not in page
    assert her.post(f"/me/merge/{row.id}", {"answer": "yes"}).status_code == 409
    still_clock.at = twice.at + WEEK
    assert "是我的,并号" in said(her.get("/me/merge"))
    assert her.post(f"/me/merge/{row.id}", {"answer": "yes"}).status_code == 303
    assert PersonMerge.objects.get().gone == twice.gone
    assert "已并号" in said(second.get("/desk/twins/"))


def test_with_both_phones_she_needs_nobody(
    twice: Twice, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    from diandan.ground.people.queries import own
    from tests.web.accounts_world import caught_codes

    settings.DEMO = True
    codes = caught_codes(monkeypatch)
    her, phone = browser(twice.kept), own(twice.gone).phone
    asked = said(her.post("/me/merge/phone", {"step": "phone", "phone": phone}))
    assert "300 分" not in asked, "nothing of the other record before its phone is proved"
    wrong = her.post("/me/merge/phone", {"step": "code", "phone": phone, "code": "000"})
    assert "验证码不对" in said(wrong)
    code = {"step": "code", "phone": phone, "code": codes[-1][1]}
    proved = said(her.post("/me/merge/phone", code))
    assert "300 分" in proved
    proof = proved.split('name="proof" value="')[1].split('"')[0]
    stranger = browser(make.volunteer("王强", twice.place))
    stolen = stranger.post("/me/merge/phone", {"step": "join", "proof": proof})
    assert "时间太久了" in said(stolen)
    assert her.post("/me/merge/phone", {"step": "join", "proof": proof}).status_code == 303
    assert PersonMerge.objects.get().gone == twice.gone


def said(page: Any) -> str:
    return str(page.content.decode())
