"""Small rows for tests: places, persons, actors, kinds, teams, items, requests, as few as needed.

Each maker writes rows straight into the database, so that a test of one room does not stand or
fall with the actions of another. Give only what the test is about; the rest is filled in.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from diandan.ground.catalogue.models import Item, ServiceKind
from diandan.ground.people import vault
from diandan.ground.people.actor import Actor, Grant
from diandan.ground.people.models import (
    Consent,
    Membership,
    Person,
    Role,
    RoleGrant,
    Team,
    Volunteer,
)
from diandan.ground.places.models import Kind, Place
from diandan.path.ask.models import Channel, Request, Urgency
from diandan.path.ask.states import RequestState
from diandan.path.bundle.models import Bond, Job
from diandan.path.bundle.states import JobState
from diandan.path.dispatch.models import Offer
from diandan.path.engage.models import Engagement, Task

NOON = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)
_count = itertools.count(1)


def place(
    name: str = "东山", kind: Kind = Kind.STATION, under: Place | None = None, **more: Any
) -> Place:
    """One place, with its path."""
    number = next(_count)
    row = Place.objects.create(
        parent=under, path=f"new-{number}", kind=kind, name=name, official_name=name, **more
    )
    row.path = f"{under.path if under else '/'}{row.id}/"
    row.save(update_fields=["path"])
    return row


@dataclass(frozen=True, slots=True)
class District:
    """A whole line of the tree, and a second station beside it."""

    city: Place
    centre: Place
    institute: Place
    station: Place
    other: Place
    unit: Place


def district() -> District:
    """南京市 → 江宁 → 东山街道 → 上元社区 (and 岔路社区), and one member unit."""
    city = place("南京", Kind.CITY)
    centre = place("江宁", Kind.CENTER, city, slug=f"jiangning{next(_count)}")
    institute = place("东山街道", Kind.INSTITUTE, centre)
    return District(
        city=city,
        centre=centre,
        institute=institute,
        station=place("上元社区", Kind.STATION, institute),
        other=place("岔路社区", Kind.STATION, institute),
        unit=place("区住建局", Kind.MEMBER_UNIT, centre),
    )


def person(name: str = "张秀英", home: Place | None = None, **more: Any) -> Person:
    """A person with a name and a phone of her own, sealed with her own key."""
    key = vault.new_key()
    phone = f"+86138{next(_count):08d}"
    return Person.objects.create(
        wrapped_key=key,
        name_enc=vault.seal(key, name),
        phone_enc=vault.seal(key, phone),
        phone_hash=vault.phone_key(phone),
        name_hash=vault.name_key(name),
        home=home,
        **{"registered_at": NOON, "registered_how": "code", **more},
    )


def staff(role: Role, at: Place, name: str = "李主任") -> tuple[Person, Actor]:
    """A person who holds `role` at a place, with her grant kept, and as an actor."""
    row = person(name, at)
    RoleGrant.objects.create(person=row, role=role, place=at, from_on=date(2026, 1, 1))
    return row, Actor(person_id=row.id, grants=(Grant(role, at.id, at.path),))


def actor(row: Person, *, leads: tuple[UUID, ...] = (), is_volunteer: bool = False) -> Actor:
    """A person as an actor who holds no role."""
    return Actor(
        person_id=row.id,
        leads=frozenset(leads),
        member_of=frozenset(leads),
        is_volunteer=is_volunteer or bool(leads),
    )


def volunteer(
    name: str = "王强", home: Place | None = None, *, skills: tuple[str, ...] = ()
) -> Person:
    """A person who enrolled as a volunteer."""
    row = person(name, home)
    Volunteer.objects.create(
        person=row,
        number=f"V{next(_count):06d}",
        skills=list(skills),
        enrolled_at=NOON,
        enrolled_how="code",
    )
    return row


def team(
    home: Place, name: str = "", *, skills: tuple[str, ...] = (), **more: Any
) -> tuple[Team, Person, Actor]:
    """A team with one member, its leader, who is also given as an actor."""
    row = Team.objects.create(
        home=home,
        name=name or f"先锋志愿服务队{next(_count)}",
        skills=list(skills),
        founded_at=NOON,
        **more,
    )
    leader = member(row, "赵队长", duty=Membership.Duty.LEADER, skills=skills)
    return row, leader, actor(leader, leads=(row.id,))


def member(
    row: Team,
    name: str = "王强",
    *,
    duty: Membership.Duty = Membership.Duty.MEMBER,
    skills: tuple[str, ...] = (),
) -> Person:
    """A volunteer in the team."""
    who = volunteer(name, row.home, skills=skills)
    Membership.objects.create(team=row, person=who, duty=duty, joined_at=NOON)
    return who


def kind(centre: Place, code: str = "", name: str = "上门理发", **more: Any) -> ServiceKind:
    """A kind of service with promises of a day and a week."""
    return ServiceKind.objects.create(
        centre=centre,
        code=code or f"kind-{next(_count)}",
        name=name,
        **{"promises": {"urgent": "24h", "normal": "7d"}, "words": [name], **more},
    )


def item(at: Place, of: ServiceKind, title: str = "春季义剪", **more: Any) -> Item:
    """A published item of the menu."""
    return Item.objects.create(
        place=at,
        kind=of,
        title=title,
        **{"state": Item.State.PUBLISHED, "made_at": NOON, "published_at": NOON, **more},
    )


def consent(row: Person, about: Consent.About, **more: Any) -> Consent:
    """A consent given in person at noon."""
    return Consent.objects.create(person=row, about=about, how="desk", given_at=NOON, **more)


def request(
    at: Place,
    of: ServiceKind,
    by: Person | None = None,
    state: RequestState = RequestState.PLACED,
    **more: Any,
) -> Request:
    """A request at a place, of a resident of that place, owned by the place."""
    who = by or person(home=at)
    number = next(_count)
    return Request.objects.create(
        **{
            "number": f"T{number:06d}",
            "centre": of.centre,
            "place": at,
            "owner_place": at,
            "kind": of,
            "flow": "standard",
            "state": state,
            "urgency": Urgency.NORMAL,
            "words": "想请人上门理发",
            "title": "想请人上门理发",
            "channel": Channel.WEB,
            "requester": who,
            "placed_by": who,
            "follow_key": f"K{number:019d}",
            "serve_code": f"{number:06d}"[-6:],
            "placed_at": NOON,
            "state_at": NOON,
            "promise_at": NOON + timedelta(days=7),
            **more,
        }
    )


def job(centre: Place, at: Place, of: ServiceKind, **more: Any) -> Job:
    """A job nobody has yet, ready to be offered."""
    return Job.objects.create(
        **{
            "number": f"TF{next(_count):06d}",
            "centre": centre,
            "place": at,
            "owner_place": at,
            "kind": of,
            "flow": "w1_jiangning",
            "state": JobState.READY,
            "title": "修水管",
            "urgency": Urgency.NORMAL,
            "made_at": NOON,
            "state_at": NOON,
            "promise_at": NOON + timedelta(days=7),
            **more,
        }
    )


def offer(of: Job, to: Team, **more: Any) -> Offer:
    """A team asked about a job."""
    asked = more.get("offered_at", NOON)
    return Offer.objects.create(
        **{
            "job": of,
            "team": to,
            "offered_at": asked,
            "expires_at": asked + timedelta(hours=4),
            **more,
        }
    )


def served(row: Request, by_team: Team, *volunteers: Person) -> Job:
    """Gives the request a job that `volunteers` of the team have served and left."""
    done = job(
        row.centre,
        row.place,
        row.kind,
        owner_place=row.owner_place,
        flow=row.flow,
        state=JobState.SERVED,
        title=row.title,
        urgency=row.urgency,
        is_private=row.is_private,
        promise_at=row.promise_at,
    )
    Bond.objects.create(job=done, request=row, joined_at=NOON, was_state=RequestState.TAKEN_UP)
    accepted = offer(done, by_team, state=Offer.State.ACCEPTED, answered_at=NOON)
    engagement = Engagement.objects.create(
        job=done, team=by_team, offer=accepted, accepted_by=volunteers[0], accepted_at=NOON
    )
    for who in volunteers:
        Task.objects.create(
            engagement=engagement,
            person=who,
            state=Task.State.CHECKED_OUT,
            allocated_at=NOON,
            state_at=NOON,
        )
    row.state = RequestState.SERVED
    row.save(update_fields=["state"])
    return done
