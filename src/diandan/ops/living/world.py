"""实况的人: residents with keys, teams of which many may answer, and a centre that only waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from diandan.flow.conductor import do_request, place_request
from diandan.flow.models import FlowChoice
from diandan.flow.worker import run_once
from diandan.ground.catalogue.actions.kinds import load_kinds
from diandan.ground.catalogue.models import ServiceKind
from diandan.ground.catalogue.queries import kinds_of
from diandan.ground.people.actions.teams import set_duty
from diandan.ground.people.actions.tokens import make
from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.people.models import Membership, Person, Team
from diandan.ground.places.actions.grow import grow
from diandan.ground.places.models import Place
from diandan.kit.clock import now
from diandan.ops.demo.cast import Cast, institutes_of, stations_of
from diandan.ops.demo.furnish import district_of, first_centre
from diandan.path.ask.actions.place import Wish
from diandan.path.ask.models import Channel

#: The busy centre asks by itself; in the other one a person dispatches, so that a plan stands.
BUSY, BUSY_FLOW = "xiyang", "micro"
WAITING, WAITING_FLOW = "taixing", "w1_jiangning"
TEAMS, LEADERS = 6, 17
RESIDENTS = 40
WAITING_TEAMS, WAITING_JOBS = 12, 30
# The proof is about speed, not about who has had enough this week.
NO_CAP = 30_000
PHONES = {BUSY: 13910000000, WAITING: 13920000000}


@dataclass(frozen=True, slots=True)
class Racer:
    """Who leads a team, and her key."""

    key: str
    team: str


@dataclass(frozen=True, slots=True)
class Orderer:
    """A resident's key, and where she lives."""

    key: str
    place: int


@dataclass(frozen=True, slots=True)
class World:
    """Everybody who acts over HTTP, and the centre whose plan must stand."""

    orderers: list[Orderer]
    racers: list[Racer]
    waiting: Place


def make_world() -> World:
    """Both districts, furnished; nothing is left for the worker to do."""
    at = now()
    busy, cast = _district(BUSY, BUSY_FLOW, at)
    homes = [s for i in institutes_of(busy, 2) for s in stations_of(i, 2)]
    skills = sorted({s for kind in kinds_of(busy) for s in kind.skills})
    racers = [
        racer
        for number in range(TEAMS)
        for racer in _team(cast, homes[number % len(homes)], number, skills, at)
    ]
    Team.objects.filter(home__path__startswith=busy.path).update(week_cap=NO_CAP)
    orderers = []
    for number in range(RESIDENTS):
        home = homes[number % len(homes)]
        orderers.append(Orderer(_key(cast.person(home), "order", "read"), home.id))
    waiting = _waiting(at)
    run_once(now(), dispatch=False)
    return World(orderers, racers, waiting)


def _district(slug: str, flow: str, at: datetime) -> tuple[Place, Cast]:
    centre = first_centre(grow(district_of(slug), at))
    load_kinds(centre=centre, at=at)
    FlowChoice.objects.create(centre=centre, flow=flow, chosen_at=at)
    return centre, Cast(centre, at=at, seed=1, phone_from=PHONES[slug])


def _team(cast: Cast, home: Place, number: int, skills: list[str], at: datetime) -> list[Racer]:
    """A team in which everybody may answer for it."""
    team = cast.team(home, f"先锋{number}队", skills=skills, members=LEADERS)
    rows = Membership.objects.filter(team=team, left_at=None).select_related("person")
    for row in rows.filter(duty=Membership.Duty.MEMBER):
        set_duty(team=team, person=row.person, duty=Membership.Duty.DEPUTY, at=at, by=SYSTEM)
    return [Racer(_key(row.person, "serve"), str(team.id)) for row in rows]


def _waiting(at: datetime) -> Place:
    """Jobs that are planned and wait for a person's word."""
    centre, cast = _district(WAITING, WAITING_FLOW, at)
    homes = [s for i in institutes_of(centre, 2) for s in stations_of(i, 3)]
    kinds: list[ServiceKind] = [k for k in kinds_of(centre) if not k.flow and k.skills]
    for number in range(WAITING_TEAMS):
        mine = [s for k in kinds[number % 3 :: 2] for s in k.skills]
        cast.team(homes[number % len(homes)], f"乡亲{number}队", skills=mine, members=3)
    for number in range(WAITING_JOBS):
        who = cast.person(homes[number % len(homes)])
        assert who.home is not None
        request = place_request(
            wish=Wish(
                words=f"第{number}件",
                kind=kinds[number % len(kinds)],
                place=who.home,
                channel=Channel.WEB,
            ),
            requester=who,
            by=Actor(person_id=who.id),
            at=at,
        )
        do_request(request.id, "take_up", by=SYSTEM, at=at)
    return centre


def _key(owner: Person, *scopes: str) -> str:
    _row, plain = make(owner=owner, name="证明", scopes=scopes, at=now(), by=SYSTEM)
    return plain
