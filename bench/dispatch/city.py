"""One generated city: people, sites and open jobs at the size of Suzhou's published figures.

Sites 2,205 and volunteers 2.73 million as the seeds give them; shapes (ten cores, skewed sites,
Zipf skills, personal availability) are stated below. Everything follows from the seed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from diandan.engine.city.columns import Jobs, People, take_people

PEOPLE, SITES, SKILLS, SLOTS = 2_730_000, 2_205, 24, 42
SIDE = 95_000  # metres: the bounding square
IDLE = 0.39  # registered and never available
#: The engine's constants (price steps, how many candidates) were chosen on cities of the one seed;
#: figures are taken on the other, on which nothing was ever tried out.
TUNED_ON, MEASURED_ON = 1, 8713
#: The city's cores: share of the side east and north, spread in metres, weight.
CORES = np.array(
    [
        [0.50, 0.45, 9e3, 5],
        [0.60, 0.46, 7e3, 4],
        [0.42, 0.40, 8e3, 3],
        [0.50, 0.58, 8e3, 3],
        [0.38, 0.48, 6e3, 2],
        [0.52, 0.20, 9e3, 3],
        [0.80, 0.52, 8e3, 5],
        [0.93, 0.70, 6e3, 2],
        [0.58, 0.80, 9e3, 4],
        [0.40, 0.93, 8e3, 4],
    ]
)
Floats = npt.NDArray[np.float64]


def zipf(n: int, power: float) -> Floats:
    """Shares of n kinds, the commonest first."""
    share = np.arange(1, n + 1.0) ** -power
    return np.asarray(share / share.sum())


def sites(seed: int = MEASURED_ON) -> tuple[Floats, Floats]:
    """Places of the sites (metres) and the share of people around each."""
    rng = np.random.default_rng(seed)
    core = rng.choice(len(CORES), SITES, p=CORES[:, 3] / CORES[:, 3].sum())
    at = CORES[core, :2] * SIDE + rng.normal(size=(SITES, 2)) * CORES[core, 2:3]
    at = np.clip(at, 0, SIDE - 1)
    at = at[np.lexsort((at[:, 0] // 4000, at[:, 1] // 4000))]
    weight = rng.lognormal(0, 0.8, SITES)
    return at, weight / weight.sum()


def homes(
    n: int, rng: np.random.Generator, seed: int, spread: float = 1200.0
) -> npt.NDArray[np.int32]:
    """n places around the city's sites, site by site."""
    at, weight = sites(seed)
    near = np.sort(rng.choice(SITES, n, p=weight))
    return np.clip(at[near] + rng.normal(size=(n, 2)) * spread, 0, SIDE - 1).astype(np.int32)


def people(n: int = PEOPLE, seed: int = MEASURED_ON) -> People:
    """Volunteers: one to three skills, weekly slots by personal availability, a bias 0–1500 m."""
    rng = np.random.default_rng([seed, 1])
    at = homes(n, rng, seed)
    skills = np.zeros(n, np.uint64)
    for turn in range(3):
        one = np.uint64(1) << rng.choice(SKILLS, n, p=zipf(SKILLS, 1.0)).astype(np.uint64)
        skills |= np.where((turn == 0) | (rng.random(n) < 0.5), one, np.uint64(0))
    free = rng.beta(1.2, 4, n).astype(np.float32)
    slots = np.zeros(n, np.uint64)
    for slot in range(SLOTS):
        slots |= (rng.random(n, dtype=np.float32) < free).astype(np.uint64) << np.uint64(slot)
    slots[rng.random(n) < IDLE] = 0
    bias = rng.integers(0, 1500, n).astype(np.int32)
    x, y = np.ascontiguousarray(at[:, 0]), np.ascontiguousarray(at[:, 1])
    return People(x, y, skills, slots, np.ones(n, np.int32), bias)


def jobs(n: int, seed: int = MEASURED_ON) -> Jobs:
    """Open jobs of the next two days: one skill, a window of 1–3 slots, 1–4 heads."""
    rng = np.random.default_rng([seed, 2])
    at = homes(n, rng, seed)
    skill = rng.choice(SKILLS, n, p=zipf(SKILLS, 0.7)).astype(np.int32)
    first, width = rng.integers(0, 12, n).astype(np.uint64), rng.integers(1, 4, n).astype(np.uint64)
    slots = ((np.uint64(1) << width) - np.uint64(1)) << first
    need = rng.choice([1, 2, 3, 4], n, p=[0.80, 0.12, 0.05, 0.03]).astype(np.int32)
    price = 12_000 + 4_000 * rng.integers(0, 4, n) + rng.integers(0, 4_000, n)
    x, y = np.ascontiguousarray(at[:, 0]), np.ascontiguousarray(at[:, 1])
    return Jobs(x, y, skill, slots, need, price.astype(np.int32))


def regime(name: str, everyone: People, heads: int, seed: int = MEASURED_ON) -> People:
    """Supply for a regime: all people, just enough, too few, or teams with capacities."""
    rng = np.random.default_rng([seed, 3])
    if name == "surplus":
        return everyone
    able = np.flatnonzero(everyone.slots & np.uint64((1 << 14) - 1))
    if name == "teams":
        # four teams a site: a leader's place, pooled skills and slots of twelve members, capacity 1–16
        count = min(SITES * 4, len(able))
        lead = np.sort(rng.choice(able, count, replace=False))
        member = rng.choice(able, (count, 12))
        cap = rng.integers(1, 17, count)
        cap = np.maximum(cap * heads * 1.1 / cap.sum(), 1).astype(np.int32)
        team = take_people(everyone, lead.astype(np.int32))
        return team._replace(
            skills=np.bitwise_or.reduce(everyone.skills[member], axis=1),
            slots=np.bitwise_or.reduce(everyone.slots[member], axis=1),
            cap=cap,
        )
    share = {"tight": 1.1, "short": 0.7}[name]
    count = min(len(able), int(heads * share))
    return take_people(everyone, np.sort(rng.choice(able, count, replace=False)).astype(np.int32))
