"""People at the account pages, made by real actions, and browsers signed in as them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from diandan.ground.people import queries
from diandan.ground.people.actions import register, roles, volunteers
from diandan.ground.people.actor import SYSTEM
from diandan.ground.people.models import Login, Person, Role
from diandan.ground.places.models import Kind, Place
from diandan.web.accounts import sign_in

AT = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)
PHONE = "13800000001"
NUMBER = "+8613800000001"


def baijiahu() -> Place:
    """江宁区 and one station of it."""
    centre = Place.objects.create(name="江宁区", kind=Kind.CENTER, path="c", slug="jiangning")
    centre.path = f"/{centre.id}/"
    centre.save()
    row = Place.objects.create(
        name="百家湖社区", kind=Kind.STATION, parent=centre, path="s", pinyin="baijiahu bjh"
    )
    row.path = f"{centre.path}{row.id}/"
    row.save()
    return row


def caught_codes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Codes that would have gone to phones."""
    out: list[tuple[str, str]] = []
    monkeypatch.setattr(sign_in, "send_code", lambda phone, code, *_: out.append((phone, code)))
    return out


def someone(n: int, name: str = "张秀英", **more: Any) -> Person:
    return register.register(phone=f"138000{n:05d}", name=name, at=AT, how="sms", **more)


def as_person(person: Person) -> Client:
    client = Client()
    client.force_login(
        Login.objects.get(person=person), "allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def volunteer(n: int, home: Place) -> Person:
    person = someone(n, "李志愿", home=home)
    by = queries.actor_for(person.id, AT)
    volunteers.enrol_volunteer(person=person, skills=["理发"], at=AT, how="sms", by=by)
    return person


def staff(n: int, role: Role, place: Place) -> Person:
    person = someone(n, "王干部", home=place)
    roles.grant_role(person=person, role=role, place=place, at=AT, by=SYSTEM)
    return person


def field(page: Any, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page.content.decode())
    assert found, f"no field {name}"
    return found[1]
