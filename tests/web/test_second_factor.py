"""第二重验证: one rule for every settings page, and an administrator's way through it.

From the command that makes the first administrator of a centre to her open settings pages.
"""

from __future__ import annotations

import argparse
import re
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from diandan.ground.people.models import Login, Role, RoleGrant
from diandan.ground.people.queries import by_phone, own
from diandan.ground.places.models import Place
from diandan.ops import admin, house
from tests.web.accounts_world import PHONE, as_person, baijiahu, staff
from tests.web.routes import Route, routes

pytestmark = pytest.mark.django_db
WORD = "Lan-Hua-88-xin"
FACTORS = "/accounts/2fa/"
# Kept by others too, who need no second factor.
SHARED = {"settings_menu": Role.STATION_STAFF, "settings_readings": Role.AUDITOR}


@pytest.fixture
def station(settings: Any) -> Place:
    settings.DIANDAN_PLACE, settings.DEMO = "jiangning", False
    return baijiahu()


@pytest.fixture
def centre(station: Place) -> Place:
    assert station.parent is not None
    return station.parent


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """What somebody types at the machine, line after line."""
    said: Iterator[str] = iter(lines)
    monkeypatch.setattr("builtins.input", lambda _prompt="": next(said))


def settings_routes() -> list[Route]:
    """Every address of a settings page, as the URL table has it."""
    return [
        r
        for r in routes()
        if r.pattern.startswith(("desk/settings/", "desk/plans/")) or r.name == "thaw"
    ]


def addressed(route: Route, place: Place) -> str:
    """Its address; no row behind it exists, for the door comes before the row."""
    words = {"flow_id": "w1_jiangning", "verb": "submit", "what": "people", "form": "xlsx"}
    return route.address(
        {
            n: words.get(n, place.id if n in ("place_id", "kind_id") else uuid.uuid4())
            for n in route.arguments
        }
    )


def test_no_settings_page_opens_for_an_administrator_without_it(centre: Place) -> None:
    client = as_person(staff(1, Role.ADMIN, centre))
    found = settings_routes()
    assert len(found) > 35
    for route in found:
        address = addressed(route, centre)
        answers = [client.get(address), client.post(address)]
        offered = [a for a in answers if a.status_code != 405]
        assert offered, route.name
        for answer in offered:
            assert (answer.status_code, answer.get("Location")) == (302, FACTORS), route.name


@pytest.mark.parametrize("name", SHARED)
def test_who_is_no_administrator_needs_none(centre: Place, name: str) -> None:
    client = as_person(staff(1, SHARED[name], centre))
    route = next(r for r in routes() if r.name == name)
    assert client.get(addressed(route, centre)).status_code == 200


def totp(secret: str) -> str:
    """What the app on her phone shows now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def test_the_first_administrator_from_the_machine_to_the_settings(
    centre: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, "王主任", PHONE, "wangzhuren", WORD)
    assert admin.run(argparse.Namespace(place="jiangning")) == 0
    assert "wangzhuren" in capsys.readouterr().out
    person = by_phone(PHONE)
    assert person is not None
    assert own(person).name == "王主任"

    client = Client()
    came = client.post("/accounts/login/", {"login": "wangzhuren", "password": WORD})
    assert came.status_code == 302
    assert client.get("/desk/settings/")["Location"] == FACTORS
    page = client.get(FACTORS, follow=True)
    assert "管理员须先设置" in page.content.decode()
    again = client.get("/accounts/2fa/totp/activate/")["Location"]  # it is she who sets it up
    assert again.startswith("/accounts/reauthenticate/")
    page = client.post(again, {"password": WORD}, follow=True)
    secret = page.context["form"].secret
    wrong = client.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    assert wrong.status_code == 200
    assert 'class="error"' in wrong.content.decode()
    done = client.post("/accounts/2fa/totp/activate/", {"code": totp(secret)}, follow=True)
    spare = re.findall(r"\b[0-9a-f]{8}\b", done.content.decode())
    assert len(spare) >= 10  # recovery codes, shown at once
    asked = client.get("/desk/settings/")["Location"]
    assert client.post(asked, {"code": totp(secret)})["Location"] == "/desk/settings/"
    assert client.get("/desk/settings/").status_code == 200

    client = Client()
    came = client.post("/accounts/login/", {"login": "wangzhuren", "password": WORD})
    assert came["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/desk/settings/").status_code == 302  # half a sign-in opens nothing
    came = client.post("/accounts/2fa/authenticate/", {"code": spare[-1]})
    assert came.status_code == 302
    assert client.get("/desk/settings/").status_code == 200


def test_signed_in_by_phone_she_is_asked_for_the_factor_she_has(centre: Place) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    person = staff(1, Role.ADMIN, centre)
    client, secret = as_person(person), generate_totp_secret()
    TOTP.activate(Login.objects.get(person=person), secret)
    answer = client.get("/desk/settings/menu")
    assert answer["Location"] == "/accounts/2fa/reauthenticate/?next=%2Fdesk%2Fsettings%2Fmenu"
    page = client.get(answer["Location"])
    assert page.status_code == 200
    back = client.post(answer["Location"], {"code": totp(secret), "next": "/desk/settings/menu"})
    assert back["Location"] == "/desk/settings/menu"
    assert client.get("/desk/settings/menu").status_code == 200


class TestAtTheMachine:
    def refused(self, place: str = "jiangning") -> str:
        with pytest.raises(house.Trouble) as told:
            admin.run(argparse.Namespace(place=place))
        return str(told.value)

    def test_a_second_first_administrator_is_refused(self, centre: Place) -> None:
        staff(1, Role.ADMIN, centre)
        assert "已有管理员" in self.refused()

    def test_no_such_place(self, centre: Place) -> None:
        assert self.refused("nowhere")

    @pytest.mark.parametrize(
        ("lines", "said"),
        [
            (("王主任", "123", "wangzhuren", WORD), "手机号"),
            (("", PHONE, "wangzhuren", WORD), "姓名"),
            (("王主任", PHONE, "W!", WORD), "登录名"),
            (("王主任", PHONE, "wangzhuren", "12345678"), "密码"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_left(
        self, centre: Place, monkeypatch: pytest.MonkeyPatch, lines: tuple[str, ...], said: str
    ) -> None:
        typed(monkeypatch, *lines)
        assert said in self.refused()
        assert not RoleGrant.objects.exists()
        assert not Login.objects.exists()
