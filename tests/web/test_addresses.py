"""从哪里来: one machine cannot have codes sent to every phone, nor pass for another machine."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, RequestFactory

from diandan.ground.people.actions.codes import FROM_AN_ADDRESS_AN_HOUR
from diandan.ground.people.models import OneTimeCode, Role
from diandan.web import door
from tests.web.accounts_world import as_person, baijiahu, caught_codes, staff

pytestmark = pytest.mark.django_db
HALL, HOME = "203.0.113.7", "198.51.100.9"
SENTENCE = "这个网络一小时内要的验证码太多了"


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch, settings: Any, still_clock: Any) -> list[tuple[str, str]]:
    del still_clock  # stands, so that an hour is an hour
    settings.DEMO = True
    return caught_codes(monkeypatch)


def ask(n: int, address: str, **headers: str) -> str:
    page = Client(REMOTE_ADDR=address).post(
        "/me/sign-in", {"step": "phone", "phone": f"138001{n:05d}"}, headers=headers
    )
    return str(page.content.decode())


def test_an_address_has_its_share_of_codes_an_hour(sent: list[Any], still_clock: Any) -> None:
    for n in range(FROM_AN_ADDRESS_AN_HOUR):
        assert SENTENCE not in ask(n, HALL)
    assert SENTENCE in ask(90, HALL)
    assert SENTENCE in ask(91, HALL, **{"X-Forwarded-For": HOME})  # anybody may write that
    assert len(sent) == FROM_AN_ADDRESS_AN_HOUR
    assert SENTENCE not in ask(92, HOME)
    still_clock.at += timedelta(minutes=61)
    assert SENTENCE not in ask(93, HALL)


def test_a_clerks_slips_are_not_counted(settings: Any) -> None:
    settings.DIANDAN_PLACE = "jiangning"
    clerk = as_person(staff(2, Role.STATION_STAFF, baijiahu()))
    for n in range(FROM_AN_ADDRESS_AN_HOUR + 1):
        page = clerk.post("/desk/codes", {"phone": f"138002{n:05d}"}, REMOTE_ADDR=HALL)
        assert "只能用一次" in page.content.decode()
    assert SENTENCE not in ask(1, HALL)


def test_an_address_is_not_kept_readable() -> None:
    ask(1, HALL)
    row = OneTimeCode.objects.get()
    assert len(row.asked_from) == 64
    assert HALL not in row.asked_from


@pytest.mark.parametrize(
    ("proxies", "passed", "seen"),
    [
        (0, HOME, HALL),
        (1, "", HALL),
        (1, HOME, HOME),
        (1, f"6.6.6.6, {HOME}", HOME),  # what a stranger wrote stands before what our proxy added
        (2, f"6.6.6.6, {HOME}, 10.0.0.2", HOME),
        (1, "nonsense", ""),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (1, f"::ffff:{HOME}", HOME),
    ],
)
def test_only_our_own_proxies_are_believed(
    settings: Any, proxies: int, passed: str, seen: str
) -> None:
    settings.PROXIES = proxies
    request = RequestFactory(REMOTE_ADDR=HALL).get("/", headers={"X-Forwarded-For": passed})
    assert door.address(request) == seen
