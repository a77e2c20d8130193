"""The bank at its pages: what is typed is kept, a double click is one act, nothing speaks of money."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client

from diandan.ground.people import queries as people
from diandan.ground.people.models import Person, Reading
from diandan.kit.clock import SHANGHAI
from diandan.path.ledger.models import Transfer
from diandan.square.bank.models import Application, Redemption, Saver
from diandan.square.bank.queries import purse
from tests.conftest import StillClock
from tests.square.bank_world import Bank
from tests.web.street_world import browser

pytestmark = pytest.mark.django_db
HOUR = 60


@pytest.fixture
def bank(at: datetime, still_clock: StillClock) -> Bank:
    return Bank(at)


def post(client: Client, path: str, **fields: str) -> Any:
    return client.post(path, {"form_key": "k1", **fields})


def text(response: Any) -> str:
    found: str = response.content.decode()
    return found


def test_joining_shows_the_rules_first_and_asks_that_they_were_read(bank: Bank) -> None:
    client = browser(bank.saver)
    page = text(client.get("/v/bank"))
    assert "时间币不能兑换资金或实物" in page
    assert "1500" in page
    assert "不会过期" in page
    refused = post(client, "/v/bank", act="join")
    assert refused.status_code == 422
    assert "请先读完规则" in text(refused)
    assert post(client, "/v/bank", act="join", read=bank.rules.version).status_code == 303
    assert Saver.objects.filter(person=bank.saver, left_at=None).exists()
    post(client, "/v/bank", act="leave", form_key="k2")
    assert not Saver.objects.filter(person=bank.saver, left_at=None).exists()


def test_a_gift_sent_twice_is_one_gift_and_a_refusal_keeps_what_was_typed(bank: Bank) -> None:
    bank.coins(bank.saver, 3 * HOUR)
    bank.related(bank.saver, bank.elder)
    client = browser(bank.saver)
    fields = {"to": str(bank.elder.id), "coins": "1.5"}
    for _click in range(2):
        assert post(client, "/v/bank/gift", **fields).status_code == 303
    assert bank.has(purse(bank.elder, bank.centre, bank.at)) == (90, 0)
    refused = post(client, "/v/bank/gift", form_key="k2", to=str(bank.elder.id), coins="9.5")
    assert refused.status_code == 409
    assert 'value="9.5"' in text(refused)
    wrong = post(client, "/v/bank/gift", form_key="k3", to=str(bank.elder.id), coins="一点点")
    assert "请填要用的枚数" in text(wrong)


@pytest.mark.parametrize("coins", ["0", "-1", "0.001", "NaN", "1e9", "99999", "", "Infinity"])
def test_what_is_no_number_of_coins_is_refused_in_words(bank: Bank, coins: str) -> None:
    bank.coins(bank.saver, HOUR)
    answer = post(browser(bank.saver), "/v/bank/donate", coins=coins)
    assert answer.status_code == 422
    assert not Transfer.objects.filter(reason="donate").exists()


def test_an_elder_uses_her_coins_at_the_page_and_who_is_not_sixty_is_told_why(bank: Bank) -> None:
    bank.coins(bank.elder, 2 * HOUR)
    placed = post(browser(bank.elder), "/v/bank/use", served="", kind="visit", words="陪我说说话")
    assert placed.status_code == 303
    row = Redemption.objects.get(payer=bank.elder)
    assert row.request.follow_key in placed["Location"]
    shown = text(browser(bank.elder).get("/v/bank"))
    assert "已为点单预留" in shown
    bank.coins(bank.saver, 2 * HOUR)
    young = post(browser(bank.saver), "/v/bank/use", served="", kind="visit", words="帮帮忙")
    assert young.status_code == 422
    assert "60岁" in text(young)
    assert "帮帮忙" in text(young)


def test_a_relative_is_found_by_name_and_phone_together_only(bank: Bank) -> None:
    client, own = browser(bank.saver), people.own(bank.elder)
    wrong = post(client, "/v/bank/relative", relation="parent", name="别人", phone=own.phone)
    assert wrong.status_code == 422
    assert not Application.objects.exists()
    fields = {"relation": "parent", "name": own.name, "phone": own.phone}
    assert post(client, "/v/bank/relative", form_key="k2", **fields).status_code == 303
    assert Application.objects.get().other == bank.elder


def known(person: Person) -> dict[str, str]:
    own = people.own(person)
    return {"name": own.name, "phone": own.phone}


def test_one_officer_proposes_and_another_decides_at_the_desk(bank: Bank) -> None:
    one, two = browser(bank.one), browser(bank.two)
    bank.elder.born_on = date(1940, 1, 1)
    bank.elder.save(update_fields=["born_on"])
    assert (
        post(one, "/desk/bank/new/elder", basis="alone_80", **known(bank.elder)).status_code == 303
    )
    row = Application.objects.get()
    assert str(row.id) not in text(one.get("/desk/bank/"))
    own = post(one, "/desk/bank/decide", application=str(row.id), verdict="granted")
    assert own.status_code == 403
    assert str(row.id) in text(two.get("/desk/bank/"))
    assert (
        post(two, "/desk/bank/decide", application=str(row.id), verdict="granted").status_code
        == 303
    )
    row.refresh_from_db()
    assert row.state == "granted"


def test_money_in_a_note_is_refused_and_the_note_kept(bank: Bank) -> None:
    answer = post(
        browser(bank.one), "/desk/bank/new/fund", coins="5", document="宁民〔2026〕1号",
        note="每小时折20元",
    )  # fmt: skip
    assert answer.status_code == 422
    assert "不能兑换资金或实物" in text(answer)
    assert "每小时折20元" in text(answer)


def test_seeing_whole_names_is_recorded_and_the_queue_shows_none(bank: Bank) -> None:
    row = bank.related(bank.saver, bank.elder)
    Application.objects.filter(id=row.id).update(state="waiting", decided_by=None)
    client, name = browser(bank.one), people.own(bank.elder).name
    assert name not in text(client.get("/desk/bank/"))
    shown = client.post("/desk/bank/read", {"application": str(row.id)})
    assert name in text(shown)
    assert Reading.objects.filter(person=bank.elder, reader_id=bank.one.id).exists()


def test_the_report_and_its_table_agree_and_name_no_price(bank: Bank) -> None:
    bank.coins(bank.elder, 3 * HOUR)
    client = browser(bank.one)
    page = text(client.get("/desk/bank/report"))
    assert "存着 3 枚" in page
    table = text(client.get("/desk/bank/report.csv"))
    assert "180" in table
    for shown in (page, table):
        assert "¥" not in shown
        assert "元" not in shown.replace("上元", "")
    assert client.get("/desk/bank/report.xlsx").status_code == 200


def test_empty_pages_say_what_would_fill_them(bank: Bank) -> None:
    assert "还没有核对过的亲属" in text(browser(bank.saver).get("/v/bank/gift"))
    assert "还没有存取" in text(browser(bank.elder).get("/v/bank"))
    assert "没有等核对的申请" in text(browser(bank.one).get("/desk/bank/"))
    assert bank.at.astimezone(SHANGHAI).year == 2026
