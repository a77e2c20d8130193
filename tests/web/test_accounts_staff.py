"""工作人员的门: slips, passwords and their lock, second factors, thawing; lists without N+1."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from diandan.ground.people import queries
from diandan.ground.people.actions import codes, teams, volunteers
from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.people.models import Login, OneTimeCode, Role
from diandan.ground.places.models import Kind, Place
from tests.web.accounts_world import (
    AT,
    NUMBER,
    PHONE,
    as_person,
    baijiahu,
    caught_codes,
    someone,
    staff,
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


class TestStaff:
    def test_a_slip_is_the_clerks_alone(self, station: Place) -> None:
        clerk, resident = staff(2, Role.STATION_STAFF, station), someone(3)
        assert as_person(resident).post("/desk/codes", {"phone": PHONE}).status_code == 403
        page = as_person(clerk).post("/desk/codes", {"phone": PHONE})
        found = re.search(r"(\d{3}) (\d{3})</p>", page.content.decode())
        assert found
        row = OneTimeCode.objects.get()
        assert row.handed_by_id == clerk.id
        codes.check_code(phone=PHONE, code=found[1] + found[2], purpose="sign_in", at=AT)

    def test_name_and_password_then_locked_after_six_wrong_ones(self, station: Place) -> None:
        clerk = staff(2, Role.STATION_STAFF, station)
        client = as_person(clerk)
        weak = client.post("/me/password", {"username": "wangfang", "password": "12345678"})
        assert 'class="error"' in weak.content.decode()
        good = {"username": "wangfang", "password": "Lan-Hua-88-xin"}
        assert client.post("/me/password", good).status_code == 302
        assert client.get("/me/").status_code == 200  # still signed in
        again = client.post("/me/password", {**good, "password": "Other-word-99"})
        assert 'class="error"' in again.content.decode()
        page = Client().post(
            "/accounts/login/", {"login": "wangfang", "password": good["password"]}
        )
        assert (page.status_code, page["Location"]) == (302, "/me/")
        stranger = Client()
        for _ in range(7):
            page = stranger.post("/accounts/login/", {"login": "wangfang", "password": "wrong"})
        assert page.status_code == 429
        assert "锁定" in page.content.decode() or "试得太多" in page.content.decode()

    def test_thawing_needs_a_second_factor_and_the_persons_code(
        self, station: Place, settings: Any
    ) -> None:
        centre = station.parent
        assert centre is not None
        person, admin = volunteer(1, station), staff(2, Role.ADMIN, centre)
        volunteers.disown(person=person, at=AT, by=queries.actor_for(person.id, AT))
        client, path = as_person(admin), f"/desk/people/{person.id}/thaw"
        settings.DEMO = False
        assert client.get(path)["Location"] == "/accounts/2fa/"
        settings.DEMO = True
        assert "张**" not in client.get(path).content.decode()
        _row, code = codes.ask_code(phone=PHONE, purpose="thaw", at=AT, by=Actor())
        assert client.post(path, {"phone": "-", "code": code}).status_code == 302
        person.refresh_from_db()
        assert person.frozen_at is None

    def test_a_phone_code_does_not_pass_by_the_second_factor(
        self, station: Place, sent: list[Any]
    ) -> None:
        from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

        admin = staff(1, Role.ADMIN, station)
        TOTP.activate(Login.objects.get(person=admin), generate_totp_secret())
        client = Client()
        client.post("/me/sign-in", {"step": "phone", "phone": PHONE})
        page = client.post("/me/sign-in", {"step": "code", "phone": NUMBER, "code": sent[-1][1]})
        assert page["Location"] == "/accounts/2fa/authenticate/"
        assert client.get("/me/").status_code == 302


def test_a_refusal_is_a_page_or_a_problem(station: Place) -> None:
    from diandan.kit.refusal import Refusal
    from diandan.web import door

    answer = door.problem(Refusal("wrong_phone", "手机号应为11位。", field="phone"))
    body = json.loads(answer.content)
    assert answer["Content-Type"] == "application/problem+json"
    assert (body["code"], body["field"], body["status"]) == ("wrong_phone", "phone", 422)
    page = as_person(someone(1)).post("/me/teams/00000000-0000-0000-0000-000000000001/join")
    assert page.status_code == 404


def _queries(client: Client, path: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def test_lists_cost_the_same_with_one_row_and_with_three(station: Place) -> None:
    person = volunteer(1, station)
    client = as_person(person)
    counts: dict[str, list[int]] = {"/me/teams": [], "/me/": [], "/me/home?q=百": []}
    for n in range(3):
        team = teams.found_team(home=station, name=f"{n}队", at=AT, by=SYSTEM)
        by = queries.actor_for(person.id, AT)
        teams.join_team(team=team, person=person, at=AT, by=by)
        teams.found_team(home=station, name=f"别的{n}队", at=AT, by=SYSTEM)
        row = Place.objects.create(
            name=f"百合{n}村", kind=Kind.STATION, parent=station.parent, path=f"b{n}"
        )
        row.path = f"{station.parent.path}{row.id}/"  # type: ignore[union-attr]
        row.save()
        for path, seen in counts.items():
            seen.append(_queries(client, path))
    assert all(len(set(seen)) == 1 for seen in counts.values()), counts


def test_with_a_gateway_the_code_goes_into_the_outbox_and_nowhere_else(
    station: Place, settings: Any
) -> None:
    from diandan.ground.notify.models import Delivery

    settings.DEMO, settings.DIANDAN_SMS_KIND = False, "aliyun"
    page = Client().post("/me/sign-in", {"step": "phone", "phone": PHONE})
    assert "已发到" in page.content.decode()
    assert Delivery.objects.filter(channel="sms").count() == 1
