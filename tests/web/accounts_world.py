"""People at the account pages, made by real actions, and browsers signed in as them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from django.test import Client

from diandan.ground.people import queries
from diandan.ground.people.actions import register, roles, volunteers
from diandan.ground.people.actor import SYSTEM
from diandan.ground.people.models import Login, Person, Role
from diandan.ground.places.models import Place

AT = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)
PHONE = "13800000001"
NUMBER = "+8613800000001"


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
