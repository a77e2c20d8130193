"""人群: the willing volunteers of a district as columns, drawn from a seed."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .world import District, World

Column = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

PARTS = ((8 * 60, 12 * 60), (12 * 60, 17 * 60), (17 * 60, 21 * 60))  # parts of a day
DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Ground:
    """Communities of a district: where they are and how many people each stands for."""

    x: Column
    y: Column
    weight: Column
    street: Counts


@dataclass(frozen=True, slots=True)
class Population:
    """One row a willing volunteer. `free` has one bit a weekday and part of the day (7 × 3)."""

    x: Column
    y: Column
    reach: Column
    able: Counts  # one bit a kind
    free: Counts
    working: npt.NDArray[np.bool_]
    own: Column  # log-odds of her own rate of acceptance
    liking: Column  # log-odds by person and kind
    no_show: Column
    registered: int  # how many there are with those not willing

    def __len__(self) -> int:
        return len(self.x)


def ground(district: District) -> Ground:
    """The same map for every seed: it belongs to the district, not to the month."""
    rng = np.random.default_rng(zlib.crc32(district.code.encode()))
    streets = rng.uniform(0.1, 0.9, (district.streets, 2)) * district.side
    street = np.arange(district.communities) % district.streets
    spots = streets[street] + rng.normal(0, district.street_spread, (district.communities, 2))
    spots = np.clip(spots, 0, district.side)
    weight = rng.lognormal(0, district.weight_sigma, district.communities)
    return Ground(spots[:, 0], spots[:, 1], weight / weight.sum(), street.astype(np.int64))


def homes(land: Ground, district: District, count: int, rng: np.random.Generator) -> Column:
    """Places where people live, two columns."""
    where = rng.choice(len(land.weight), count, p=land.weight)
    spots = np.stack([land.x[where], land.y[where]], axis=1)
    return np.asarray(spots + rng.normal(0, district.community_spread, spots.shape))


def population(world: World, seed: int) -> Population:
    """Everyone who switched "可以接单" on; the others are only counted."""
    rng = np.random.default_rng([seed, 1])
    district, answers, kinds = world.district, world.answers, world.demand.kinds
    count = round(district.volunteers * world.people.willing_share)
    spots = homes(ground(district), district, count, rng)
    working = rng.random(count) >= world.people.retired_share
    able = np.zeros(count, np.int64)
    for bit, kind in enumerate(kinds):
        able |= (rng.random(count) < kind.able).astype(np.int64) << bit
    mean, spread = world.accept, answers.spread
    rate = np.clip(rng.beta(mean * spread, (1 - mean) * spread, count), 0.002, 0.998)
    miss = world.no_show
    return Population(
        x=spots[:, 0].copy(),
        y=spots[:, 1].copy(),
        reach=rng.lognormal(np.log(district.reach_median), district.reach_sigma, count),
        able=able,
        free=free_parts(world, working, rng),
        working=working,
        own=np.log(rate / (1 - rate)),
        liking=rng.normal(0, answers.liking, (count, len(kinds))),
        no_show=rng.beta(miss * answers.no_show_spread, (1 - miss) * answers.no_show_spread, count),
        registered=district.volunteers,
    )


def free_parts(world: World, working: npt.NDArray[np.bool_], rng: np.random.Generator) -> Counts:
    """When each is free, one bit a weekday and part of the day."""
    people = world.people
    free = np.zeros(len(working), np.int64)
    for weekday in range(7):
        for part in range(len(PARTS)):
            if weekday >= 5:
                chance = np.full(len(working), people.free_weekend[part])
            else:
                chance = np.where(working, people.free_working[part], people.free_retired[part])
            bit = weekday * len(PARTS) + part
            free |= (rng.random(len(working)) < chance).astype(np.int64) << bit
    return free


def part_bit(at: int) -> int:
    """The bit of the weekday and part of the day, -1 outside every part."""
    minute = at % DAY
    for part, (begins, ends) in enumerate(PARTS):
        if begins <= minute < ends:
            return (at // DAY) % 7 * len(PARTS) + part
    return -1


def parts_between(at: int, until: int) -> int:
    """All parts of days that overlap [at, until], as bits."""
    bits, moment = 0, at
    while moment <= until:
        bit = part_bit(moment)
        if bit >= 0:
            bits |= 1 << bit
        moment = _next_part(moment)
    return bits


def _next_part(at: int) -> int:
    day, minute = divmod(at, DAY)
    for begins, _ends in PARTS:
        if minute < begins:
            return day * DAY + begins
    return (day + 1) * DAY + PARTS[0][0]


def first_free(free: int, at: int, until: int) -> int:
    """The first minute in [at, until] that lies in a free part of the week, or -1."""
    moment = at
    while moment <= until:
        bit = part_bit(moment)
        if bit >= 0 and free >> bit & 1:
            return moment
        moment = _next_part(moment)
    return -1
