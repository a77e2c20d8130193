"""人和钥匙: a furnished place, residents and team leaders, each with a key for the API."""

from __future__ import annotations

from diandan.flow.worker import run_once
from diandan.ground.people import queries as people
from diandan.ground.people.actions.tokens import make
from diandan.ground.people.actor import SYSTEM
from diandan.ground.people.models import Person, Team
from diandan.kit.clock import now
from diandan.ops.demo.furnish import STORY_SIZE, furnish

from .callers import Orderer

SKILL = "水管维修"
# The proof is about what survives, not about who has had enough this week.
NO_CAP = 30_000


def people_with_keys(
    slug: str, residents: int, teams: int, seed: int
) -> tuple[list[Orderer], list[str]]:
    """Who orders (with where she lives), and the keys of the leaders who answer."""
    house = furnish(slug, at=now(), seed=seed, size=STORY_SIZE)
    able = [t for t in house.teams if SKILL in t.skills]
    station = house.stations[0]
    while len(able) < teams:
        able.append(house.cast.team(station, f"抢修{len(able)}队", skills=[SKILL], members=2))
    Team.objects.filter(id__in=[t.id for t in able]).update(week_cap=NO_CAP)
    orderers = []
    for number in range(residents):
        who = house.cast.person(house.stations[number % len(house.stations)])
        assert who.home_id is not None
        orderers.append(Orderer(_key(who, "order", "read"), who.home_id))
    # What the furnishing left to do is no part of the proof.
    run_once(now())
    return orderers, [_key(people.leaders_of(team)[0], "serve") for team in able]


def _key(owner: Person, *scopes: str) -> str:
    _row, plain = make(owner=owner, name="证明", scopes=scopes, at=now(), by=SYSTEM)
    return plain
