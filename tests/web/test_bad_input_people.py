"""Bad input at the account and settings pages: codes, invitations, minors, tables and flows."""

from __future__ import annotations

import argparse
import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from diandan.flow.choice import chosen
from diandan.flow.template import shipped_text
from diandan.ground.people import queries
from diandan.ground.people.actions import invitations, teams
from diandan.ground.people.actor import SYSTEM
from diandan.ground.people.models import Consent, Invitation, Person
from diandan.ground.places.models import Place
from diandan.ops import importing
from tests.web import accounts_world as accounts
from tests.web import settings_world
from tests.web.routes import fingerprint

pytestmark = pytest.mark.django_db
NUMBER = accounts.NUMBER


@pytest.fixture(autouse=True)
def _still(still_clock: Any) -> None:
    """The clock stands, so that codes last as long as a test says."""


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[tuple[str, str]]:
    settings.DEMO = True
    settings.DIANDAN_PLACE = "jiangning"
    accounts.baijiahu()
    return accounts.caught_codes(monkeypatch)


def ask(client: Client, phone: str = accounts.PHONE) -> Any:
    return client.post("/me/sign-in", {"step": "phone", "phone": phone})


def enter(client: Client, code: str, phone: str = NUMBER) -> str:
    page = client.post("/me/sign-in", {"step": "code", "phone": phone, "code": code})
    return page.content.decode()


class TestCodes:
    def test_an_expired_code(self, sent: list[Any], still_clock: Any) -> None:
        client = Client()
        ask(client)
        still_clock.at += timedelta(minutes=11)
        before = fingerprint()
        assert "验证码已失效,请重新获取" in enter(client, sent[-1][1])
        assert "_auth_user_id" not in client.session
        assert fingerprint() == before

    def test_a_used_code(self, sent: list[Any]) -> None:
        accounts.someone(1)
        ask(Client())
        first, second = Client(), Client()
        enter(first, sent[-1][1])
        assert "_auth_user_id" in first.session
        assert "验证码已失效" in enter(second, sent[-1][1])
        assert "_auth_user_id" not in second.session

    def test_an_older_code_after_a_new_one(self, sent: list[Any], still_clock: Any) -> None:
        client = Client()
        ask(client)
        old = sent[-1][1]
        still_clock.at += timedelta(minutes=2)
        ask(client)
        if old != sent[-1][1]:
            assert "还可以试 4 次" in enter(client, old)
        assert not Person.objects.exists()

    def test_somebody_elses_code(self, sent: list[Any]) -> None:
        client = Client()
        ask(client)
        assert "验证码已失效" in enter(client, sent[-1][1], phone="+8613900000002")
        assert not Person.objects.exists()

    @pytest.mark.parametrize("typed", ["", "12", "abcdef", "1234567", "😀😀😀", "١٢٣٤٥٦" * 9])
    def test_what_is_no_code(self, sent: list[Any], typed: str) -> None:
        client = Client()
        ask(client)
        page = enter(client, typed)
        assert 'role="alert"' in page or "error" in page
        assert "_auth_user_id" not in client.session

    def test_a_code_in_full_width_digits_is_a_code(self, sent: list[Any]) -> None:
        accounts.someone(1)
        client = Client()
        ask(client)
        wide = "".join(chr(ord(c) + 0xFEE0) for c in sent[-1][1])
        enter(client, wide)
        assert "_auth_user_id" in client.session

    def test_a_code_asked_again_at_once_and_too_often(
        self, sent: list[Any], still_clock: Any
    ) -> None:
        client = Client()
        ask(client)
        assert "秒后再试" in ask(client).content.decode()
        for _more in range(4):
            still_clock.at += timedelta(minutes=2)
            ask(client)
        still_clock.at += timedelta(minutes=2)
        assert "一小时内已要过 5 次" in ask(client).content.decode()
        assert len(sent) == 5


class TestInvitations:
    def invited(self, person: Person) -> tuple[Client, Invitation]:
        station = Place.objects.get(name="百家湖社区")
        team = teams.found_team(home=station, name="银龄队", at=accounts.AT, by=SYSTEM)
        row = invitations.invite(
            team=team,
            place=station,
            phone=accounts.PHONE,
            name="李志愿",
            at=accounts.AT,
            by=SYSTEM,
        )
        return accounts.as_person(person), row

    def test_answered_twice(self, sent: list[Any]) -> None:
        person = accounts.volunteer(1, Place.objects.get(name="百家湖社区"))
        client, row = self.invited(person)
        address = f"/me/invitations/{row.id}"
        assert client.post(address, {"answer": "yes"}).status_code == 302
        before = fingerprint()
        again = client.post(address, {"answer": "no"})
        assert again.status_code == 404
        assert "可能已经答复过了" in again.content.decode()
        assert fingerprint() == before
        assert len(queries.memberships_of(person.id)) == 1

    def test_somebody_elses(self, sent: list[Any]) -> None:
        station = Place.objects.get(name="百家湖社区")
        _client, row = self.invited(accounts.volunteer(1, station))
        other, before = accounts.as_person(accounts.volunteer(2, station)), fingerprint()
        assert other.post(f"/me/invitations/{row.id}", {"answer": "yes"}).status_code == 404
        assert fingerprint() == before

    def test_neither_yes_nor_no(self, sent: list[Any]) -> None:
        person = accounts.volunteer(1, Place.objects.get(name="百家湖社区"))
        client, row = self.invited(person)
        before = fingerprint()
        page = client.post(f"/me/invitations/{row.id}", {"answer": "maybe"})
        assert page.status_code == 422
        assert fingerprint() == before


class TestMinors:
    def girl(self) -> Person:
        station = Place.objects.get(name="百家湖社区")
        born = datetime(2014, 1, 1).date()
        return accounts.someone(1, "陈小雨", home=station, born_on=born)

    def test_no_volunteer_without_her_guardian(self, sent: list[Any]) -> None:
        girl = self.girl()
        before = fingerprint()
        page = accounts.as_person(girl).post("/me/volunteer", {"skills": ["书画"]})
        assert page["Location"] == "/me/guardian"
        assert queries.volunteer_of(girl.id) is None
        assert fingerprint() == before

    def test_her_guardian_is_not_herself(self, sent: list[Any]) -> None:
        girl = self.girl()
        client, before = accounts.as_person(girl), fingerprint()
        given = {"step": "phone", "phone": accounts.PHONE, "name": "陈妈妈"}
        page = client.post("/me/guardian", given)
        assert "本人" in page.content.decode() or "自己" in page.content.decode()
        assert fingerprint() == before
        assert not sent

    def test_a_guardians_wrong_code(self, sent: list[Any]) -> None:
        girl = self.girl()
        client = accounts.as_person(girl)
        given = {"phone": "13900000009", "name": "陈妈妈"}
        client.post("/me/guardian", {"step": "phone", **given})
        wrong = "000000" if sent[-1][1] != "000000" else "111111"
        page = client.post("/me/guardian", {"step": "code", **given, "code": wrong, "agree": "on"})
        assert "验证码不对" in page.content.decode()
        assert "陈妈妈" in page.content.decode(), "what was typed"
        assert not queries.has_consent(girl.id, Consent.About.GUARDIAN)

    def test_a_guardian_who_did_not_agree(self, sent: list[Any]) -> None:
        girl = self.girl()
        client = accounts.as_person(girl)
        given = {"phone": "13900000009", "name": "陈妈妈"}
        client.post("/me/guardian", {"step": "phone", **given})
        page = client.post("/me/guardian", {"step": "code", **given, "code": sent[-1][1]})
        assert page.status_code in (200, 422)
        assert not queries.has_consent(girl.id, Consent.About.GUARDIAN)


@pytest.fixture
def world(settings: Any) -> settings_world.World:
    return settings_world.build(settings)


def workbook(*rows: tuple[str, ...]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate(rows):
            for at, cell in enumerate(row):
                sheet.write_string(line, at, cell)
    return target.getvalue()


HEADER = ("名称", "类型", "上级")
GOOD_ROW = ("甲点", "实践点", "东山街道")
TABLES: dict[str, tuple[str, bytes, str]] = {
    "an empty file": ("a.xlsx", b"", "空"),
    "half an xlsx": ("a.xlsx", workbook(HEADER, GOOD_ROW)[:900], "打不开"),
    "a picture": ("a.xlsx", b"\x89PNG\r\n\x1a\n" + b"\x00" * 400, ""),
    "a page of the web": ("a.csv", b"<!doctype html><html><body>", "名称"),
    "other columns": ("a.xlsx", workbook(("水果", "斤"), ("苹果", "3")), "名称"),
    "a header and nothing below": ("a.xlsx", workbook(HEADER), "只有表头"),
    "a column twice": ("a.xlsx", workbook((*HEADER, "名称"), (*GOOD_ROW, "乙点")), "名称"),
    "half of the rows bad": (
        "a.xlsx",
        workbook(HEADER, GOOD_ROW, ("", "实践点", "东山街道"), ("乙点", "城堡", "月亮街道")),
        "第",
    ),
    "the same row twice": ("a.xlsx", workbook(HEADER, GOOD_ROW, GOOD_ROW), "重复"),
}


class TestTables:
    @pytest.mark.parametrize("case", TABLES)
    def test_at_the_page_nothing_comes_in(self, world: settings_world.World, case: str) -> None:
        name, content, said = TABLES[case]
        client, before = settings_world.browser(world.admin), fingerprint()
        file = SimpleUploadedFile(name, content)
        page = client.post(reverse("settings_importing"), {"what": "sites", "file": file})
        words = settings_world.text(page)
        assert page.status_code in (200, 422)
        assert said in words
        assert 'name="kept"' not in words, "there is nothing to confirm"
        assert fingerprint() == before

    @pytest.mark.parametrize("case", TABLES)
    def test_by_command_nothing_comes_in(
        self, world: settings_world.World, case: str, tmp_path: Path, capsys: Any
    ) -> None:
        name, content, said = TABLES[case]
        (tmp_path / name).write_bytes(content)
        before = fingerprint()
        parser = argparse.ArgumentParser()
        importing.add_arguments(parser)
        words = [str(tmp_path / name), "--place", "jiangning", "--what", "sites"]
        code = importing.run(parser.parse_args(words))
        told = capsys.readouterr()
        assert code == 1, told
        assert said in told.out + told.err
        assert any("\u4e00" <= c <= "\u9fff" for c in told.out + told.err)
        assert fingerprint() == before


BAD_FLOWS = {
    "not TOML": "row = [[[",
    "empty": "",
    "words": "请按江宁的办法办",
    "a state without an owner": '{own}\n[request.placed]\nowner = ""\n',
    "an unknown role": '{own}\n[request.placed]\nowner = "emperor@center"\n',
    "a clock nobody can read": '{own}\n[request.placed]\nladder = [["soon", "remind"]]\n',
    "a rung that does nothing": '{own}\n[request.placed]\nladder = [["2h", "sing"]]\n',
    "a way that is none": '{own}\n[request.placed]\nways = ["fly"]\n',
    "a state without a way out": "{own}\n[request.placed]\nways = []\n",
    "an unknown state": '{own}\n[request.flying]\nowner = "dispatcher@center"\n',
    "an unknown parent": 'row = "W1"\nname = "x"\nextends = "nothing"\n',
    "a number for an owner": "{own}\n[request.placed]\nowner = 7\n",
    "a list for a name": 'row = "W1"\nname = ["x"]\nextends = "common"\n',
    "a table for a ladder": "{own}\n[request.placed]\nladder = {{ a = 1 }}\n",
    "a number for the requests": 'row = "W1"\nname = "x"\nextends = "common"\nrequest = 5\n',
    "a wave in words": 'row = "W1"\nname = "x"\nextends = "common"\nwave = "many"\n',
    "a number for the reviews": 'row = "W1"\nname = "x"\nextends = "common"\nreview = 7\n',
    "a key that is none": 'row = "W1"\nname = "x"\nextends = "common"\nmegre = true\n',
    "very long": "{own}\n" + "# 长\n" * 50_000,
}


class TestOwnFlow:
    @pytest.mark.parametrize("do", ["try", "choose"])
    @pytest.mark.parametrize("case", BAD_FLOWS)
    def test_a_faulty_flow_is_refused_in_words(
        self, world: settings_world.World, case: str, do: str
    ) -> None:
        body = BAD_FLOWS[case].replace("{own}", shipped_text("w1_jiangning"))
        body = body.replace("{{", "{").replace("}}", "}")
        client, before = settings_world.browser(world.admin), fingerprint()
        form = {"flow": "w1_jiangning", "body": body, "do": do, "form_key": "f"}
        page = client.post(reverse("settings_own_flow"), form)
        assert page.status_code == 422, case
        words = settings_world.text(page)
        assert "alert" in words
        kept = words.split("<textarea", 1)[1]
        assert not body.strip() or body.strip()[:8].replace('"', "&quot;") in kept
        assert chosen(world.centre) == "w1_jiangning"
        assert fingerprint() == before
