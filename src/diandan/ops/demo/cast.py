"""班底: the invented people and teams of a demo or a story, made through real actions.

Each act that only a person herself may do (registering, enrolling, joining) is done as herself.
Everything is drawn from a seeded random source, so that the same seed gives the same people.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from diandan.ground.people import queries as people
from diandan.ground.people.actions.logins import choose_login
from diandan.ground.people.actions.register import edit_person, register
from diandan.ground.people.actions.roles import grant_role
from diandan.ground.people.actions.teams import found_team, join_team, set_duty
from diandan.ground.people.actions.volunteers import enrol_volunteer
from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.people.models import Membership, Person, Role, Team
from diandan.ground.places.models import Kind, Place
from diandan.ground.places.queries import children

CAST_FILE = Path(__file__).with_name("cast.toml")


@cache
def words_of_cast() -> dict[str, Any]:
    """`cast.toml`."""
    with CAST_FILE.open("rb") as file:
        return tomllib.load(file)


class Cast:
    """Makes people of one district. `at` is when they came; phones count up from `phone_from`."""

    def __init__(self, centre: Place, *, at: datetime, seed: int, phone_from: int) -> None:
        self.centre = centre
        self.at = at
        self.random = random.Random(seed)  # noqa: S311  (invented people, not secrets)
        self._phone = phone_from

    def phone(self) -> str:
        """The next invented number."""
        self._phone += 1
        return f"{self._phone}"

    def name(self) -> str:
        """An invented name."""
        words = words_of_cast()
        surname: str = self.random.choice(words["surnames"])
        given: str = self.random.choice(words["given"])
        return surname + given

    def person(self, home: Place, name: str = "", phone: str = "") -> Person:
        """A registered resident of `home`, with a door of her own."""
        row = register(
            phone=phone or self.phone(),
            name=name or self.name(),
            home=home,
            at=self.at,
            how="demo",
        )
        street = self.random.choice(words_of_cast()["streets"])
        door = f"{street}{self.random.randint(1, 180)}号{self.random.randint(1, 12)}栋{self.random.randint(101, 606)}室"
        return edit_person(person=row, door=door, by=self.actor(row), at=self.at)

    def actor(self, person: Person) -> Actor:
        """What she holds now. Grants count from a day, so a moment later than `at` is asked for."""
        return people.actor_for(person.id, self.at + timedelta(days=1))

    def staff(
        self, role: Role, place: Place, *, name: str = "", phone: str = "", login: str = ""
    ) -> Person:
        """Somebody who holds `role` at `place`; with `login`, its password is the log-in + 8 digits."""
        row = self.person(place, name, phone)
        grant_role(person=row, role=role, place=place, at=self.at, by=SYSTEM)
        if login and row.login.username != login:
            choose_login(
                login=row.login,
                username=login,
                password=password_of(login),
                at=self.at,
                by=self.actor(row),
            )
        return row

    def team(
        self,
        home: Place,
        name: str,
        *,
        skills: Iterable[str] = (),
        members: int = 3,
        leader_phone: str = "",
        rank: str = "",
        sort: str = Team.Sort.GENERAL,
        mode: str = Team.Mode.STATIONED,
        parent: Team | None = None,
    ) -> Team:
        """A team whose members joined by their own act; the first of them leads."""
        wanted = tuple(skills)
        row = found_team(
            home=home,
            name=name,
            parent=parent,
            rank=rank or words_of_cast()["ranks"]["default"]["station"],
            sort=sort,
            mode=mode,
            skills=wanted,
            at=self.at,
            by=SYSTEM,
        )
        for number in range(members):
            who = self.person(home, phone=leader_phone if number == 0 else "")
            enrol_volunteer(person=who, skills=wanted, how="demo", at=self.at, by=self.actor(who))
            join_team(team=row, person=who, at=self.at, by=self.actor(who))
            if number < 2:
                duty = Membership.Duty.LEADER if number == 0 else Membership.Duty.DEPUTY
                set_duty(team=row, person=who, duty=duty, at=self.at, by=SYSTEM)
        return row


def password_of(login: str) -> str:
    """The demo's passwords are made to be read aloud; a real centre's are chosen by people."""
    return f"{login}-Diandan-2026"


def rank_words(slug: str) -> dict[str, str]:
    """How a place calls the rungs of its teams."""
    ranks: dict[str, dict[str, str]] = words_of_cast()["ranks"]
    return ranks["default"] | ranks.get(slug, {})


def institutes_of(centre: Place, limit: int) -> list[Place]:
    """Institutes of the district that have stations, in the order of their codes.

    A whole city has centres between itself and its institutes.
    """
    under = list(children(centre, Kind.INSTITUTE))
    if not under:
        under = [
            i for c in children(centre, Kind.CENTER)[:limit] for i in children(c, Kind.INSTITUTE)
        ]
    if not under:
        return [centre]
    return [place for place in under if children(place, Kind.STATION).exists()][:limit]


def stations_of(institute: Place, limit: int) -> list[Place]:
    """Its first stations."""
    return list(children(institute, Kind.STATION)[:limit])
