"""可问名单: who is able, free and near enough for each request; the same for every policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diandan.engine.compiled import compiled

from .demand import Request
from .people import Column, Counts, Population, part_bit, parts_between
from .world import World

KEPT = 256  # the nearest so many of a request; the others are never looked at, by any policy


@dataclass(frozen=True, slots=True)
class Reach:
    """Candidates of request n: people[first[n]:first[n + 1]], nearest first, with their metres."""

    first: Counts
    people: Counts
    metres: Counts


def reach(world: World, crowd: Population, asked_for: Sequence[Request]) -> Reach:
    """Everyone who could serve each request, nearest first, at most `KEPT`."""
    able = [np.flatnonzero(crowd.able >> k & 1) for k in range(len(world.demand.kinds))]
    first = np.zeros(len(asked_for) + 1, np.int64)
    people, metres = [], []
    room_p, room_d = np.empty(len(crowd), np.int64), np.empty(len(crowd))
    for n, request in enumerate(asked_for):
        bits = (
            1 << max(part_bit(request.start), 0)
            if request.booked
            else parts_between(request.start, request.promise)
        )
        found = _near(
            able[request.kind], crowd.x, crowd.y, crowd.reach, crowd.free,
            request.x, request.y, bits, room_p, room_d,
        )  # fmt: skip
        near = np.argsort(room_d[:found], kind="stable")[:KEPT]
        people.append(room_p[near])
        metres.append((np.sqrt(room_d[near]) * world.people.detour).astype(np.int64))
        first[n + 1] = first[n] + len(near)
    if not people:
        return Reach(first, np.empty(0, np.int64), np.empty(0, np.int64))
    return Reach(first, np.concatenate(people), np.concatenate(metres))


@compiled
def _near(
    able: Counts,
    x: Column,
    y: Column,
    far: Column,
    free: Counts,
    at_x: float,
    at_y: float,
    bits: int,
    found_who: Counts,
    found_square: Column,
) -> int:
    """Fill the two last columns with those in reach and free; how many."""
    found = 0
    for person in able:
        if free[person] & bits == 0:
            continue
        away = (x[person] - at_x) ** 2 + (y[person] - at_y) ** 2
        if away <= far[person] ** 2:
            found_who[found] = person
            found_square[found] = away
            found += 1
    return found
