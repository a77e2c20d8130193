"""A district with an administrator at its centre and another at one street, as browsers see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.test import Client

from diandan.ground.catalogue.actions.kinds import load_kinds
from diandan.ground.people.actions import register, roles
from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.people.models import Login, Person, Role
from diandan.ground.people.queries import actor_for
from diandan.ground.places.models import Kind, Place
from tests import factories

AT = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@dataclass
class World:
    """江宁 with two streets, each with a station; administrators and one plain dispatcher."""

    centre: Place
    street: Place
    station: Place
    other: Place
    other_station: Place
    admin: Person
    street_admin: Person
    dispatcher: Person

    def by(self, person: Person) -> Actor:
        """The person as an actor."""
        return actor_for(person.id, AT)


def build(settings: Any) -> World:
    """The smallest district on which every settings page has something to show."""
    settings.DIANDAN_PLACE = "jiangning"
    settings.DEMO = True
    centre = factories.place("江宁区", Kind.CENTER, slug="jiangning", pinyin="jiangningqu jnq")
    street = factories.place("东山街道", Kind.INSTITUTE, centre, pinyin="dongshanjiedao dsjd")
    station = factories.place("上元社区", Kind.STATION, street, lat=31.95, lon=118.84)
    other = factories.place("秣陵街道", Kind.INSTITUTE, centre)
    other_station = factories.place("百家湖社区", Kind.STATION, other, lat=31.93, lon=118.82)
    load_kinds(centre=centre, at=AT)
    return World(
        centre,
        street,
        station,
        other,
        other_station,
        admin=staff(1, Role.ADMIN, centre),
        street_admin=staff(2, Role.ADMIN, street),
        dispatcher=staff(3, Role.DISPATCHER, centre),
    )


def someone(n: int, name: str, home: Place) -> Person:
    """A person who signed in once."""
    return register.register(phone=f"138000{n:05d}", name=name, at=AT, how="sms", home=home)


def staff(n: int, role: Role, place: Place, name: str = "王干部") -> Person:
    """A person who holds a role."""
    person = someone(n, name, place)
    roles.grant_role(person=person, role=role, place=place, at=AT, by=SYSTEM)
    return person


def browser(person: Person | None = None) -> Client:
    """A browser, signed in as the person."""
    client = Client()
    if person is not None:
        client.force_login(Login.objects.get(person=person), BACKEND)
    return client


def text(page: Any) -> str:
    """What the page says."""
    return str(page.content.decode())
