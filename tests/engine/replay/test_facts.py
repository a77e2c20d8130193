"""自有事实: a centre's own lines become people and requests; a bad line is named."""

from __future__ import annotations

import json

import pytest

from diandan.engine.replay.facts import FactTrouble, crowd_of, read, requests_of, world_of
from diandan.engine.replay.run import live, month

from .small import village

PERSON = {"what": "person", "person": "v1", "lon": 120.62, "lat": 31.31, "kinds": ["errand"]}
REQUEST = {
    "what": "request", "kind": "errand", "lon": 120.621, "lat": 31.311, "heads": 1, "minutes": 45,
    "placed": "2026-03-04T09:30", "start": "2026-03-04T09:30", "promise": "2026-03-04T20:00",
    "booked": False,
}  # fmt: skip
ANSWER = {"what": "answer", "person": "v1", "kind": "errand", "at": "2026-02-01T09:00", "yes": True}


def lines(*rows: dict[str, object]) -> list[str]:
    return [json.dumps(row) for row in rows]


def test_own_facts_are_replayed() -> None:
    people = [PERSON | {"person": f"v{n}", "free": (1 << 21) - 1} for n in range(12)]
    wanted = [REQUEST | {"minutes": 30 + n} for n in range(5)]
    facts = read(lines(*people, *wanted, *[ANSWER] * 30))
    world = world_of(facts, village())
    crowd, asked_for = crowd_of(facts, world, 1), requests_of(facts, world)
    assert [r.placed for r in asked_for] == [2 * 1440 + 570] * 5  # a Wednesday
    assert [kind.code for kind in world.demand.kinds] == ["errand"]
    given = month(world, 1, crowd, asked_for)
    assert len(given.reach.people) == 12 * 5
    assert live(given, "ours").figures["served_in_promise"] > 0.5


def test_a_long_history_makes_a_rate_sure() -> None:
    facts = read(lines(PERSON, PERSON | {"person": "v2"}, REQUEST, *[ANSWER] * 400))
    world = world_of(facts, village())
    own = [crowd_of(facts, world, seed).own for seed in range(8)]
    assert min(rates[0] for rates in own) > 3
    assert max(rates[1] for rates in own) - min(rates[1] for rates in own) > 0.5


@pytest.mark.parametrize(
    "bad",
    [
        "not json",
        '{"what": "strange"}',
        json.dumps(REQUEST | {"heads": 0}),
        json.dumps(REQUEST | {"promise": "2026-03-01T09:00"}),
        json.dumps(ANSWER | {"yes": "perhaps"}),
    ],
)
def test_a_bad_line_is_named(bad: str) -> None:
    with pytest.raises(FactTrouble, match="line 2"):
        read([json.dumps(PERSON), bad])


def test_without_people_or_requests_nothing_can_be_replayed() -> None:
    with pytest.raises(FactTrouble, match="at least one person"):
        read(lines(REQUEST))
