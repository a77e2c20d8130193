"""自有事实: a centre's own people, requests and answers as JSON lines, in place of drawn ones.

One object a line; times are local, `2026-03-02T09:30`; places are degrees (WGS-84):

    {"what": "person",  "person": "v1", "lon": …, "lat": …, "kinds": ["errand"], "reach_m": 5000}
    {"what": "request", "kind": "errand", "lon": …, "lat": …, "heads": 1, "minutes": 45,
     "placed": …, "start": …, "promise": …, "booked": false}
    {"what": "answer",  "person": "v1", "kind": "errand", "at": …, "yes": true, "came": true}

A person's own rate and no-shows are drawn from the Beta posterior of her answers, with the
preset's mean as prior: people of whom little is known differ from seed to seed, others hardly.
`free` (21 bits, weekday × part of day) may be given; otherwise it is drawn like the preset's.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from .demand import Request
from .people import Column, Population, free_parts
from .world import World

METRES_A_DEGREE = 111_320.0


class FactTrouble(ValueError):
    """A line is not what it should be; says which."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The lines, sorted by what they tell."""

    people: list[dict[str, Any]]
    requests: list[dict[str, Any]]
    answers: list[dict[str, Any]]
    begins: datetime  # the Monday at 00:00 before the first request
    lon: float
    lat: float


def read(lines: Iterable[str]) -> Facts:
    """Parse and check; the first bad line is named."""
    found: dict[str, list[dict[str, Any]]] = {"person": [], "request": [], "answer": []}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            found[row["what"]].append(_checked(row))
        except (ValueError, KeyError, TypeError) as trouble:
            raise FactTrouble(f"line {number}: {trouble!r}") from None
    if not found["person"] or not found["request"]:
        raise FactTrouble("at least one person and one request are needed")
    placed = min(row["placed"] for row in found["request"])
    monday = (placed - timedelta(days=placed.weekday())).replace(hour=0, minute=0)
    lons = [row["lon"] for row in found["request"]]
    lats = [row["lat"] for row in found["request"]]
    middle = (sum(lons) / len(lons), sum(lats) / len(lats))
    return Facts(found["person"], found["request"], found["answer"], monday, *middle)


def _checked(row: dict[str, Any]) -> dict[str, Any]:
    if row["what"] == "request":
        for key in ("placed", "start", "promise"):
            row[key] = datetime.fromisoformat(row[key]).replace(tzinfo=None)
        if not row["placed"] <= row["promise"] or not row["start"] <= row["promise"]:
            raise ValueError("a request is placed and may start before its promise")
        if row["heads"] < 1 or row["minutes"] < 1:
            raise ValueError("heads and minutes are at least 1")
    if row["what"] != "answer":
        row["lon"], row["lat"] = float(row["lon"]), float(row["lat"])
    elif not isinstance(row["yes"], bool):
        raise ValueError("yes is true or false")
    return row


def world_of(facts: Facts, preset: World) -> World:
    """The preset with the facts' kinds, length and counts in place of its own."""
    known = {kind.code: kind for kind in preset.demand.kinds}
    codes = dict.fromkeys(row["kind"] for row in facts.requests)
    kinds = tuple(replace(known.get(c, preset.demand.kinds[0]), code=c) for c in codes)
    if len(kinds) > 32:
        raise FactTrouble("more than 32 kinds; group the rare ones")
    last = max(_minute(facts, row["promise"]) for row in facts.requests)
    return replace(
        preset,
        month=replace(preset.month, days=last // (24 * 60) + 1),
        demand=replace(preset.demand, kinds=kinds),
        district=replace(
            preset.district, volunteers=len(facts.people), requests=len(facts.requests)
        ),
    )


def crowd_of(facts: Facts, world: World, seed: int) -> Population:
    """The facts' people; what is not known of them is drawn."""
    rng = np.random.default_rng([seed, 3])
    answers, people = world.answers, facts.people
    bit = {kind.code: 1 << n for n, kind in enumerate(world.demand.kinds)}
    row_of = {row["person"]: n for n, row in enumerate(people)}
    tally = np.zeros((len(people), 4))  # said yes, said no, missed, came
    for answer in facts.answers:
        n = row_of.get(answer["person"])
        if n is not None:
            tally[n, 0 if answer["yes"] else 1] += 1
            if "came" in answer and answer["yes"]:
                tally[n, 3 if answer["came"] else 2] += 1
    rate = _posterior(rng, tally[:, 0], tally[:, 1], world.accept, answers.spread)
    working = rng.random(len(people)) >= world.people.retired_share
    free = free_parts(world, working, rng)
    given = [row.get("free") for row in people]
    spots = np.array([_metres(facts, row) for row in people])
    return Population(
        x=spots[:, 0].copy(),
        y=spots[:, 1].copy(),
        reach=np.array([float(row.get("reach_m", world.district.reach_median)) for row in people]),
        able=np.array(
            [sum({bit.get(k, 0) for k in row.get("kinds", ())}) for row in people], np.int64
        ),
        free=np.array(
            [f if g is None else int(g) for g, f in zip(given, free, strict=True)], np.int64
        ),
        working=working,
        own=np.log(rate / (1 - rate)),
        liking=rng.normal(0, answers.liking, (len(people), len(world.demand.kinds))),
        no_show=_posterior(rng, tally[:, 2], tally[:, 3], world.no_show, answers.no_show_spread),
        registered=len(people),
    )


def requests_of(facts: Facts, world: World) -> list[Request]:
    """The facts' requests in order of arrival."""
    number = {kind.code: n for n, kind in enumerate(world.demand.kinds)}
    made = []
    for n, row in enumerate(sorted(facts.requests, key=lambda r: r["placed"])):
        x, y = _metres(facts, row)
        booked = bool(row["booked"])
        promise = _minute(facts, row["promise"])
        late = world.service.late_booked if booked else world.service.late_soon
        made.append(
            Request(
                number=n,
                kind=number[row["kind"]],
                x=x,
                y=y,
                heads=int(row["heads"]),
                minutes=int(row["minutes"]),
                placed=_minute(facts, row["placed"]),
                start=_minute(facts, row["start"]),
                promise=promise,
                close=promise + late,
                booked=booked,
            )
        )
    return made


def _posterior(
    rng: np.random.Generator, yes: Column, no: Column, mean: float, spread: float
) -> Column:
    drawn = rng.beta(mean * spread + yes, (1 - mean) * spread + no)
    return np.asarray(np.clip(drawn, 0.002, 0.998))


def _minute(facts: Facts, moment: datetime) -> int:
    return int((moment - facts.begins).total_seconds() // 60)


def _metres(facts: Facts, row: dict[str, Any]) -> tuple[float, float]:
    """East and north of the middle of all requests; good to a few metres within a district."""
    east = (row["lon"] - facts.lon) * METRES_A_DEGREE * math.cos(math.radians(facts.lat))
    return east, (row["lat"] - facts.lat) * METRES_A_DEGREE
