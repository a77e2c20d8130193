"""The people the tests of people need: registered, enrolled and given roles by real actions."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from diandan.ground.people import queries
from diandan.ground.people.actions import (
    register,
    roles,
    volunteers,
)
from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.people.models import (
    Person,
    Role,
)
from diandan.ground.places.models import Kind, Place
from diandan.ground.record.models import FactRow
from diandan.kit.refusal import Refusal

AT = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)
PHONE = "13800000001"


def place(name: str, kind: Kind, parent: Place | None = None) -> Place:
    row = Place.objects.create(name=name, kind=kind, parent=parent, path=f"tmp {name}")
    row.path = f"{parent.path if parent else '/'}{row.id}/"
    row.save()
    return row


def someone(n: int, name: str = "张秀英", **more: object) -> Person:
    return register.register(phone=f"138000{n:05d}", name=name, at=AT, how="sms", **more)


def actor(person: Person) -> Actor:
    return queries.actor_for(person.id, AT)


def volunteer(n: int, home: Place, name: str = "李志愿") -> Person:
    person = someone(n, name, home=home)
    volunteers.enrol_volunteer(person=person, skills=["水电"], at=AT, how="sms", by=actor(person))
    return person


def staff(n: int, role: Role, at_place: Place) -> Person:
    person = someone(n, "王干部", home=at_place)
    roles.grant_role(person=person, role=role, place=at_place, at=AT, by=SYSTEM)
    return person


def refused(code: str) -> pytest.RaisesExc[Refusal]:
    return pytest.raises(Refusal, match=f"^{code}: ")


def kinds() -> list[str]:
    return list(FactRow.objects.order_by("id").values_list("kind", flat=True))
