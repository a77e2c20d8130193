"""The rows of the racers' proof: a district, its teams with a signed-in leader each, and offers."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from diandan.flow.conductor import do_job, do_request, place_request
from diandan.ground.catalogue.models import ServiceKind
from diandan.ground.people import vault
from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.people.models import Login, Membership, Person, Team, Volunteer
from diandan.ground.places.models import Kind, Place
from diandan.ground.record.models import FactRow
from diandan.path.ask.actions.place import Wish
from diandan.path.ask.models import Channel
from diandan.path.bundle.queries import job_of
from diandan.path.dispatch.models import Offer
from diandan.path.engage.models import Engagement

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SKILL = "水电维修"


def make_racers(n: int, at: datetime) -> list[str]:
    """`n` teams of the centre, each with a leader; the session key of each leader."""
    centre = _district()
    teams = [
        Team(home=centre, name=f"第{i + 1}先锋队", skills=[SKILL], founded_at=at) for i in range(n)
    ]
    people = [_person(centre, at) for _ in range(n)]
    logins = [Login(person=p, username=str(p.id), password="!") for p in people]  # noqa: S106 unusable
    Team.objects.bulk_create(teams)
    Person.objects.bulk_create(people)
    Login.objects.bulk_create(logins)
    Volunteer.objects.bulk_create(
        Volunteer(person=p, number=f"V{i:06d}", enrolled_at=at, enrolled_how="proof")
        for i, p in enumerate(people)
    )
    Membership.objects.bulk_create(
        Membership(team=t, person=p, duty=Membership.Duty.LEADER, joined_at=at)
        for t, p in zip(teams, people, strict=True)
    )
    return [session_of(login) for login in logins]


def make_offers(n: int, at: datetime) -> list[str]:
    """`n` residents' wishes, each open for claiming."""
    centre = Place.objects.get(kind=Kind.CENTER)
    station = Place.objects.get(kind=Kind.STATION)
    kind = ServiceKind.objects.create(
        centre=centre,
        code="repair",
        name=SKILL,
        skills=[SKILL],
        promises={"urgent": "24h", "normal": "7d"},
    )
    return [_offer(station, kind, at) for _ in range(n)]


def verdict(offer: str) -> dict[str, Any]:
    """What the database says became of the offer."""
    job_id = Offer.objects.get(id=offer).job_id
    facts = FactRow.objects.filter(job_id=job_id, kind="job.accepted")
    return {
        "living_engagements": Engagement.objects.filter(job_id=job_id, ended_at=None).count(),
        "accepted_offers": Offer.objects.filter(job_id=job_id, state="accepted").count(),
        "accepted_facts": facts.count(),
    }


def _district() -> Place:
    centre = Place(kind=Kind.CENTER, name="江宁", slug="jiangning", path="new", lat=31.9, lon=118.8)
    centre.save()
    centre.path = f"/{centre.id}/"
    centre.save()
    station = Place(kind=Kind.STATION, name="上元社区", parent=centre, path="new-station")
    station.save()
    station.path = f"{centre.path}{station.id}/"
    station.save()
    return centre


def _person(home: Place, at: datetime) -> Person:
    key = vault.new_key()
    name = vault.seal(key, "王队长")
    return Person(wrapped_key=key, name_enc=name, home=home, registered_at=at)


def session_of(login: Login) -> str:
    """The key of a session in which this person is signed in."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(login.pk)
    store[BACKEND_SESSION_KEY] = BACKEND
    store[HASH_SESSION_KEY] = login.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def _offer(station: Place, kind: ServiceKind, at: datetime) -> str:
    resident = _person(station, at)
    resident.save()
    request = place_request(
        wish=Wish(words="厨房水管漏水", kind=kind, place=station, channel=Channel.WEB),
        requester=resident,
        by=Actor(person_id=resident.id),
        at=at,
    )
    do_request(request.id, "take_up", by=SYSTEM, at=at)
    do_request(request.id, "arrange", by=SYSTEM, at=at)
    job = job_of(request)
    assert job is not None
    job_id: UUID = job.id
    do_job(job_id, "pass_review", by=SYSTEM, at=at)
    do_job(job_id, "offer", by=SYSTEM, at=at, open_claim=True)
    offer = Offer.objects.get(job_id=job_id)
    # The proof's third offer must outlast a slow machine: it is "what else there is".
    offer.expires_at = at + timedelta(days=1)
    offer.save(update_fields=["expires_at"])
    return str(offer.id)
