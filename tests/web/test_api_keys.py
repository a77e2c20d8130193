"""钥匙: made by whom it acts as, never for more than she holds, shown once, ended by two."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from diandan.ground.people.actions import tokens
from diandan.ground.people.models import ApiToken, Role, RoleGrant
from diandan.ground.people.policies import SCOPES_OF_ROLES, key_scopes
from diandan.kit import clock
from diandan.kit.refusal import Refusal
from diandan.kit.units import local
from diandan.web.api.gate import SCOPES
from tests.web.api_world import Caller, no, ok
from tests.web.street_world import Street, Streets, browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def street(settings: Any) -> Street:
    settings.DIANDAN_PLACE = "jiangning"
    return Streets().one


def until(days: int = 30) -> str:
    return f"{local(clock.now()) + timedelta(days=days):%Y-%m-%d}"


def offered(page: Any) -> set[str]:
    return set(re.findall(r'name="scopes" value="(\w+)"', page.content.decode()))


def made(client: Client, *scopes: str) -> str:
    """A key made at the page; the one time it is shown."""
    answer = client.post("/me/keys", {"name": "脚本", "scopes": scopes, "until": until()})
    assert answer.status_code == 303, answer.content.decode()
    shown = re.search(r"dd_[\w-]+", client.get("/me/keys").content.decode())
    assert shown
    return shown[0]


OFFERED = {
    "resident": {"read", "order"},
    "volunteer": {"read", "order", "serve"},
    "leader": {"read", "order", "serve"},
    "auditor": {"read", "order", "audit"},
    "dispatcher": {"read", "order", "desk", "dispatch", "hotline"},
    "expert": {"read", "order", "desk"},
}


@pytest.mark.parametrize("who", OFFERED)
def test_each_is_offered_what_her_roles_open(street: Street, who: str) -> None:
    client = browser(street.people[who])
    assert offered(client.get("/me/keys")) == OFFERED[who]
    for scope in sorted(set(SCOPES) - OFFERED[who]):
        answer = client.post("/me/keys", {"name": "x", "scopes": [scope], "until": until()})
        assert answer.status_code == 422, scope
        assert "没有其中一项权限" in answer.content.decode()
    assert not ApiToken.objects.filter(owner=street.people[who]).exists()


def test_every_scope_is_somebodys() -> None:
    assert set(SCOPES_OF_ROLES) | {"read", "order", "serve"} == set(SCOPES)


def test_an_auditors_key_is_shown_once_reads_and_changes_nothing(street: Street) -> None:
    client = browser(street.people[Role.AUDITOR])
    plain = made(client, "audit")
    assert plain not in client.get("/me/keys").content.decode()
    program = Caller(plain)
    assert ok(program.get("/facts"))["facts"]
    row = street.requests["placed"].id
    no(program.post(f"/requests/{row}/take_up"), 403, "scope_missing")
    no(program.get("/requests/queue"), 403, "scope_missing")


def test_a_lost_role_takes_the_keys_power_with_it(street: Street) -> None:
    person = street.people[Role.DISPATCHER]
    program = Caller(made(browser(person), "desk"))
    row = street.requests["placed"].id
    ok(program.get(f"/requests/{row}"))
    RoleGrant.objects.filter(person=person).update(revoked_at=clock.now())
    no(program.get(f"/requests/{row}"), 404, "not_found")


def test_she_and_her_administrator_end_it_and_nobody_else(street: Street) -> None:
    client = browser(street.people[Role.DISPATCHER])
    first, second = made(client, "desk"), made(client, "read")
    rows = {t.scopes[0]: t for t in ApiToken.objects.filter(name="脚本")}
    for who in ("resident", "leader", "center_staff"):
        path = f"/me/keys/{rows['desk'].id}/revoke"
        assert browser(street.people[who]).post(path).status_code == 404
    assert client.post(f"/me/keys/{rows['desk'].id}/revoke").status_code == 303
    no(Caller(first).get("/follow-ups"), 401, "bad_token")
    admin = browser(street.people[Role.ADMIN])
    path = f"/desk/settings/tokens/{rows['read'].id}/revoke"
    assert admin.post(path).status_code == 303
    no(Caller(second).get("/me"), 401, "bad_token")


@pytest.mark.parametrize("days", [-1, 400])
def test_a_key_ends_within_a_year(street: Street, days: int) -> None:
    client = browser(street.people["resident"])
    words = {"name": "x", "scopes": ["read"], "until": until(days)}
    answer = client.post("/me/keys", words)
    assert answer.status_code == 422
    assert "到期时间须在今后" in answer.content.decode()
    assert client.post("/me/keys", {**words, "until": ""}).status_code == 422


def test_a_key_makes_no_key(street: Street) -> None:
    person, at = street.people["resident"], clock.now()
    by = street.actors["resident"]
    narrow = type(by)(person_id=person.id, scopes=frozenset({"read"}))
    more = {"at": at, "expires_at": at + timedelta(days=1), "owner": person, "name": "x"}
    with pytest.raises(Refusal, match="page_only"):
        tokens.make(**more, scopes=["read"], by=narrow)
    with pytest.raises(Refusal, match="own_act_only"):
        tokens.make(**more, scopes=["read"], by=street.actors[Role.ADMIN])
    assert key_scopes(by) == {"read", "order"}


def test_an_administrator_without_her_second_factor_makes_no_key(street: Street) -> None:
    client = browser(street.people[Role.ADMIN])
    session = client.session
    for name in list(session.keys()):
        if "auth" in name and "methods" in name:
            del session[name]
    session.save()
    answer = client.get("/me/keys")
    assert answer.status_code == 302
    assert "2fa" in answer["Location"]


def test_the_page_speaks_english_too(street: Street) -> None:
    client = browser(street.people["volunteer"])
    said = client.get("/me/keys", headers={"Accept-Language": "en"}).content.decode()
    client.cookies["django_language"] = "en"
    said = client.get("/me/keys").content.decode()
    assert "Make a key" in said
    assert "/me/keys" in client.get("/me/").content.decode()
