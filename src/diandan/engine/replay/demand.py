"""点单流: the requests of a month, drawn from a seed or given by a centre's own facts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .people import DAY, Counts, ground, homes
from .world import World


@dataclass(frozen=True, slots=True)
class Request:
    """One resident's need. It must begin in [start, promise]; after `close` it is unmet."""

    number: int
    kind: int
    x: float
    y: float
    heads: int
    minutes: int
    placed: int
    start: int
    promise: int
    close: int
    booked: bool


def _shares(weights: tuple[float, ...]) -> npt.NDArray[np.float64]:
    made = np.asarray(weights, dtype=np.float64)
    return np.asarray(made / made.sum())


def requests(world: World, seed: int) -> list[Request]:
    """A month of requests, in order of arrival."""
    rng = np.random.default_rng([seed, 2])
    district, demand = world.district, world.demand
    count = district.requests
    spots = homes(ground(district), district, count, rng)
    rank = np.arange(1, len(demand.kinds) + 1, dtype=np.float64)
    kind = rng.choice(len(demand.kinds), count, p=_shares(tuple(rank**-demand.zipf)))
    placed = _arrivals(world, count, rng)
    lead = rng.choice(len(demand.lead_days), count, p=_shares(demand.lead_days)) + 1
    hour = rng.choice(24, count, p=_shares(demand.booked_hour))
    half = rng.integers(0, 2, count) * 30
    sized = rng.random(count)
    made = []
    for n in range(count):
        what = demand.kinds[kind[n]]
        heads = 1 + int(np.searchsorted(np.cumsum(_shares(what.heads)), sized[n], side="right"))
        at = int(placed[n])
        if what.soon:
            start, promise = _soon(world, at, what.soon)
        else:
            start = (at // DAY + int(lead[n])) * DAY + int(hour[n]) * 60 + int(half[n])
            promise = start + what.slack
        late = world.service.late_soon if what.soon else world.service.late_booked
        made.append(
            Request(
                number=n,
                kind=int(kind[n]),
                x=float(spots[n, 0]),
                y=float(spots[n, 1]),
                heads=min(heads, len(what.heads)),
                minutes=what.minutes,
                placed=at,
                start=start,
                promise=promise,
                close=promise + late,
                booked=not what.soon,
            )
        )
    return made


def _soon(world: World, placed: int, within: int) -> tuple[int, int]:
    """From when a "soon" request may start, and by when it must, in service minutes."""
    serving = world.month.serving
    start = serving.next_open(placed)
    return start, serving.after(start, within)


def _arrivals(world: World, count: int, rng: np.random.Generator) -> Counts:
    """Moments drawn from the weekday and hour weights: a Poisson process given its count."""
    month = world.month
    day_weight = np.array([month.weekday[d % 7] for d in range(month.days)])
    hourly = np.outer(day_weight, np.asarray(month.hour)).ravel()
    at = rng.choice(len(hourly), count, p=hourly / hourly.sum()) * 60 + rng.integers(0, 60, count)
    return np.sort(at)
