"""我的: signing in, one's own record, volunteering, privacy, staff doors, as a browser sees them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from diandan.ground.people import queries
from diandan.ground.people.actions import teams
from diandan.ground.people.actor import SYSTEM
from diandan.ground.people.models import Consent, OneTimeCode, Person
from diandan.ground.places.models import Place
from diandan.web.accounts import send
from tests.web.accounts_world import (
    AT,
    NUMBER,
    PHONE,
    as_person,
    baijiahu,
    caught_codes,
    field,
    someone,
    volunteer,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _still(still_clock: Any) -> None:
    """The clock stands, so that codes last as long as a test."""


@pytest.fixture
def station(settings: Any) -> Place:
    settings.DIANDAN_PLACE = "jiangning"
    return baijiahu()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[tuple[str, str]]:
    settings.DEMO = True
    return caught_codes(monkeypatch)


class TestSignIn:
    def code_page(self, client: Client, sent: list[tuple[str, str]], **more: str) -> str:
        page = client.post("/me/sign-in", {"step": "phone", "phone": PHONE, **more})
        assert page.status_code == 200
        phone, code = sent[-1]
        assert phone == NUMBER
        assert code not in page.content.decode()
        return code

    def test_a_newcomer_without_scripts(self, station: Place, sent: list[Any]) -> None:
        client = Client()
        code = self.code_page(client, sent, next="/order/new")
        page = client.post(
            "/me/sign-in", {"step": "code", "phone": NUMBER, "code": code, "next": "/order/new"}
        )
        assert not Person.objects.exists()
        proof = field(page, "proof")
        given = {"step": "newcomer", "proof": proof, "next": "/order/new"}
        page = client.post("/me/sign-in", {**given, "name": "张秀英"})
        assert page.status_code == 200  # the notice was not agreed to
        assert not Person.objects.exists()
        page = client.post("/me/sign-in", {**given, "name": "张秀英", "notice": "on"})
        assert (page.status_code, page["Location"]) == (302, "/order/new")
        assert "张秀英" in client.get("/me/").content.decode()

    def test_she_comes_back(self, station: Place, sent: list[Any]) -> None:
        someone(1, home=station)
        client = Client()
        code = self.code_page(client, sent)
        page = client.post("/me/sign-in", {"step": "code", "phone": NUMBER, "code": code})
        assert (page.status_code, page["Location"]) == (302, "/")
        assert client.get("/me/").status_code == 200

    @pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:1"])
    def test_next_stays_on_this_site(self, station: Place, sent: list[Any], target: str) -> None:
        someone(1)
        client = Client()
        code = self.code_page(client, sent)
        page = client.post(
            "/me/sign-in", {"step": "code", "phone": NUMBER, "code": code, "next": target}
        )
        assert page["Location"] == "/"

    def test_wrong_codes_are_counted(self, station: Place, sent: list[Any]) -> None:
        client = Client()
        code = self.code_page(client, sent)
        wrong = "000000" if code != "000000" else "111111"
        for left in (4, 3, 2, 1):
            page = client.post("/me/sign-in", {"step": "code", "phone": NUMBER, "code": wrong})
            assert f"还可以试 {left} 次" in page.content.decode()
        page = client.post("/me/sign-in", {"step": "code", "phone": NUMBER, "code": wrong})
        assert "重新获取验证码" in page.content.decode()
        page = client.post("/me/sign-in", {"step": "code", "phone": NUMBER, "code": code})
        assert "_auth_user_id" not in client.session

    def test_a_forged_proof_is_worth_nothing(self, station: Place) -> None:
        page = Client().post(
            "/me/sign-in",
            {"step": "newcomer", "proof": "IiI:1:x", "name": "张三", "notice": "on"},
        )
        assert "重新获取验证码" in page.content.decode()
        assert not Person.objects.exists()

    @pytest.mark.parametrize("phone", ["", "123", "abc", "1" * 5000, "<script>", "025-52281234"])
    def test_a_wrong_phone_keeps_what_was_typed(self, station: Place, phone: str) -> None:
        page = Client().post("/me/sign-in", {"step": "phone", "phone": phone})
        assert page.status_code == 200
        assert 'class="error"' in page.content.decode()
        assert not OneTimeCode.objects.exists()

    def test_without_a_gateway_it_sends_her_to_a_clerk(self, station: Place, settings: Any) -> None:
        settings.DEMO, settings.DIANDAN_SMS_KIND = False, "console"
        assert send.reaches_phones() is False
        page = Client().post("/me/sign-in", {"step": "phone", "phone": PHONE})
        assert "小票" in page.content.decode()
        assert not OneTimeCode.objects.exists()

    def test_spoken_for_by_proxy_she_takes_her_record_over(
        self, station: Place, sent: list[Any]
    ) -> None:
        from diandan.ground.people.actions.proxy import person_for_proxy

        person = person_for_proxy(
            name="王桂兰",
            phone=PHONE,
            home=station,
            at=AT,
            by=SYSTEM,
            consent_note="电话复述",
            how="phone",
        )
        client = Client()
        code = self.code_page(client, sent)
        page = client.post("/me/sign-in", {"step": "code", "phone": NUMBER, "code": code})
        assert field(page, "name") == "王桂兰"
        client.post(
            "/me/sign-in",
            {
                "step": "newcomer",
                "proof": field(page, "proof"),
                "name": "王桂兰",
                "notice": "on",
            },
        )
        person.refresh_from_db()
        assert person.registered_at is not None

    def test_the_demo_door_exists_only_in_a_demo(self, station: Place, settings: Any) -> None:
        person = someone(1)
        settings.DEMO = False
        assert Client().get("/me/demo").status_code == 404
        assert Client().post("/me/demo", {"person": str(person.id)}).status_code == 404
        settings.DEMO = True
        client = Client()
        assert "张秀英" in client.get("/me/demo").content.decode()
        assert client.post("/me/demo", {"person": str(person.id)}).status_code == 302


SIGNED_IN_PAGES = [
    "/me/",
    "/me/profile",
    "/me/home",
    "/me/home?q=百家",
    "/me/notices",
    "/me/volunteer",
    "/me/guardian",
    "/me/teams",
    "/me/privacy",
    "/me/not-me",
    "/me/forget",
    "/me/password",
    "/accounts/2fa/",
]


class TestOwnPages:
    @pytest.mark.parametrize("path", SIGNED_IN_PAGES)
    def test_each_page_opens_for_her_and_leads_others_to_sign_in(
        self, station: Place, path: str
    ) -> None:
        page = as_person(volunteer(1, station)).get(path)
        assert page.status_code == 200
        away = Client().get(path)
        assert away.status_code == 302
        assert "/me/sign-in?next=" in away["Location"]

    @pytest.mark.parametrize("path", ["/me/sign-in", "/me/privacy-notice", "/accounts/login/"])
    def test_open_pages(self, station: Place, path: str) -> None:
        assert Client().get(path).status_code == 200

    def test_profile_and_home(self, station: Place) -> None:
        person = someone(1)
        client = as_person(person)
        page = client.post("/me/profile", {"name": "", "door": "3幢"})
        assert "3幢" in page.content.decode()  # nothing typed is lost
        client.post("/me/profile", {"name": "张秀兰", "door": "3幢202", "born_on": "1950-01-02"})
        client.post("/me/home", {"place": station.id})
        person.refresh_from_db()
        assert queries.own(person) == queries.Own("张秀兰", NUMBER, "3幢202")
        assert person.home_id == station.id
        future = client.post("/me/profile", {"name": "张", "born_on": "2100-01-01"})
        assert "出生日期不对" in future.content.decode()

    def test_a_place_that_is_not_there(self, station: Place) -> None:
        client = as_person(someone(1))
        for wrong in ("999999", "x", "", "9" * 30):
            assert client.post("/me/home", {"place": wrong}).status_code in (404, 422)

    def test_elder_mode_is_kept_with_and_without_an_account(self, station: Place) -> None:
        client = Client()
        page = client.post("/elder", {"elder": "on", "next": "/me/privacy-notice"})
        assert page["Location"] == "/me/privacy-notice"
        assert 'class="elder"' in client.get("/me/privacy-notice").content.decode()
        client.post("/elder", {"elder": "off"})
        assert 'class="elder"' not in client.get("/me/privacy-notice").content.decode()
        person = someone(1)
        as_person(person).post("/elder", {"elder": "on"})
        person.refresh_from_db()
        assert person.elder_mode

    def test_quiet_hours_need_both_ends(self, station: Place) -> None:
        client = as_person(someone(1))
        given = {"channel": "sms", "language": "zh-hans", "quiet_from": "21:00"}
        assert "都填上" in client.post("/me/notices", given).content.decode()
        done = client.post("/me/notices", {**given, "quiet_until": "07:00", "digest": "on"})
        assert done.status_code == 302

    def test_export_has_all_and_is_hers(self, station: Place) -> None:
        person = volunteer(1, station)
        data = json.loads(as_person(person).get("/me/export").content)
        assert data["person"]["name"] == "李志愿"
        assert data["volunteer"]["number"] == "JN000001"
        assert data["consents"][0]["about"] == "privacy"

    def test_consents_are_given_and_withdrawn(self, station: Place) -> None:
        person, other = someone(1), someone(2)
        client = as_person(person)
        client.post("/me/privacy/give")
        row = Consent.objects.get(person=person, about=Consent.About.PUBLISH)
        assert as_person(other).post(f"/me/privacy/{row.id}/withdraw").status_code == 404
        client.post(f"/me/privacy/{row.id}/withdraw")
        assert not queries.has_consent(person.id, Consent.About.PUBLISH)

    def test_not_me_freezes_and_signs_out(self, station: Place) -> None:
        person = volunteer(1, station)
        client, elsewhere = as_person(person), as_person(person)
        assert client.post("/me/not-me", {"reason": "我没有报过名"}).status_code == 200
        assert client.get("/me/").status_code == 302
        assert elsewhere.get("/me/").status_code == 302
        person.refresh_from_db()
        assert person.frozen_why == "我没有报过名"

    def test_forgetting_asks_twice(self, station: Place) -> None:
        person = someone(1)
        client = as_person(person)
        assert "请勾选" in client.post("/me/forget").content.decode()
        client.post("/me/forget", {"sure": "yes", "when": "now"})
        assert queries.by_phone(PHONE) is None


class TestVolunteering:
    def test_enrol_join_lead_and_leave(self, station: Place) -> None:
        team = teams.found_team(home=station, name="银龄队", at=AT, by=SYSTEM)
        person, heir = someone(1, home=station), volunteer(2, station)
        client = as_person(person)
        refused = client.post(f"/me/teams/{team.id}/join")
        assert refused.status_code == 422
        client.post("/me/volunteer", {"skills": ["理发"], "more": "剪纸、二胡"})
        assert queries.volunteer_of(person.id).skills == ["理发", "剪纸", "二胡"]
        client.post(f"/me/teams/{team.id}/join")
        as_person(heir).post(f"/me/teams/{team.id}/join")
        teams.set_duty(team=team, person=person, duty="leader", at=AT, by=SYSTEM)
        assert client.post(f"/me/teams/{team.id}/leave").status_code == 409
        client.post(f"/me/teams/{team.id}/leave", {"successor": str(heir.id)})
        assert [p.id for p in queries.leaders_of(team)] == [heir.id]

    def test_a_minor_and_her_guardian(
        self, station: Place, sent: list[Any], still_clock: Any
    ) -> None:
        girl = someone(1, "陈小雨", home=station, born_on=datetime(2014, 1, 1).date())
        client = as_person(girl)
        page = client.post("/me/volunteer", {"skills": ["书画"]})
        assert page["Location"] == "/me/guardian"
        given = {"phone": "13900000009", "name": "陈妈妈"}
        client.post("/me/guardian", {"step": "phone", **given})
        code = sent[-1][1]
        page = client.post("/me/guardian", {"step": "code", **given, "code": code, "agree": "on"})
        assert page["Location"] == "/me/volunteer"
        still_clock.at += timedelta(minutes=31)
        page = client.post("/me/volunteer", {"skills": ["书画"]})
        assert page["Location"] == "/me/guardian"  # the guardian is no longer there
        client.post("/me/guardian", {"step": "phone", **given})
        code = sent[-1][1]
        client.post("/me/guardian", {"step": "code", **given, "code": code, "agree": "on"})
        client.post("/me/volunteer", {"skills": ["书画"]})
        assert queries.volunteer_of(girl.id) is not None

    def test_the_calendar_address_changes(self, station: Place) -> None:
        person = volunteer(1, station)
        client = as_person(person)
        client.post("/me/calendar")
        first = Person.objects.get(id=person.id).calendar_key
        client.post("/me/calendar")
        assert queries.by_calendar_key(first) is None
        assert queries.by_calendar_key("") is None
