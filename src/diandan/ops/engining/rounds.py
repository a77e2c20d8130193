"""随机一轮: small problems in which every rule, aim and tie has a say; same seed, same problem."""

from __future__ import annotations

import random

from diandan.engine.problem import Job, Person, Pin, Problem, Travel
from diandan.engine.weights import Weights

DAY = 1440
SKILLS = ("电工", "陪诊", "驾驶", "手语")
PAPERS = ("护士证", "电工证")
ELDERS = ("王奶奶", "李爷爷", "赵阿姨")


def draw(
    seed: int, jobs: int = 5, people: int = 6, *, ties: bool = True, rules: bool = True
) -> Problem:
    """A round of up to so many jobs and people. `ties`: with lots that must stay whole."""
    chance = random.Random(seed)  # noqa: S311 - not a secret: the same numbers for the same seed
    staff = tuple(_person(chance, f"p{at}", rules) for at in range(chance.randint(1, people)))
    work = tuple(_job(chance, f"j{at}", ties, rules) for at in range(chance.randint(1, jobs)))
    every = [(job.id, person.id) for job in work for person in staff]
    pinned = _pins(chance, every) if rules else ()
    refused = tuple(pair for pair in every if rules and chance.random() < 0.05)
    apart = _two(chance, [one.id for one in staff], 0.4 if ties else 0)
    return Problem(
        staff,
        work,
        now=20 * DAY,
        coordinates="microdegrees" if chance.random() < 0.3 else "metres",
        travel=_travel(chance, len(work), len(staff)),
        refused=refused,
        pinned=pinned,
        people_together=_two(chance, [one.id for one in staff], 0.3 if ties else 0),
        people_apart=apart,
        jobs_together=_two(chance, [one.id for one in work], 0.2 if ties else 0),
        jobs_apart=_two(chance, [one.id for one in work], 0.3 if ties else 0),
        weights=Weights(late=chance.choice((0, 5, 20)), load=chance.choice((0, 2500))),
    )


def _travel(chance: random.Random, jobs: int, people: int) -> Travel:
    if chance.random() < 0.2:
        row = [
            [chance.choice((None, chance.randint(0, 9000))) for _ in range(people)]
            for _ in range(jobs)
        ]
        return Travel("table", 1000, tuple(tuple(one) for one in row))
    return Travel("straight", chance.choice((1000, 1300)))


def _pins(chance: random.Random, every: list[tuple[str, str]]) -> tuple[Pin, ...]:
    kept = [pair for pair in every if chance.random() < 0.04]
    return tuple(Pin(job, who, chance.choice((None, 20 * DAY + 540))) for job, who in kept)


def _two(chance: random.Random, ids: list[str], odds: float) -> tuple[tuple[str, str], ...]:
    if len(ids) < 2 or chance.random() >= odds:
        return ()
    a, b = chance.sample(ids, 2)
    return ((a, b),)


def _person(chance: random.Random, key: str, rules: bool) -> Person:
    def rarely(odds: float) -> bool:
        return rules and chance.random() < odds

    capacity = 0 if rarely(0.05) else chance.choice((1, 1, 1, 2, 3))
    bands = ((1, 0), (capacity - 1, chance.randint(0, 4000))) if capacity > 1 else ()
    morning = 20 * DAY + chance.choice((480, 540, 600))
    return Person(
        id=key,
        at=None if chance.random() < 0.1 else _point(chance),
        skills=frozenset(code for code in SKILLS if not rarely(0.25)),
        qualifications=tuple(
            (code, chance.choice((None, 20 * DAY, 40 * DAY))) for code in PAPERS if not rarely(0.2)
        ),
        free=((morning, morning + chance.choice((120, 300))),) if rarely(0.5) else None,
        capacity=capacity,
        load_bands=bands if chance.random() < 0.6 else (),
        members=2 if capacity > 1 or not rules else chance.choice((1, 2)),
        reach_metres=chance.choice((3000, 6000)) if rarely(0.3) else None,
        load_minutes=chance.choice((0, 60, 200)),
        tasks_this_week=chance.randint(0, 3),
        last_asked=chance.choice((None, 20 * DAY - chance.randint(0, 40) * DAY)),
        week_minutes_left=chance.choice((30, 90)) if capacity == 1 and rarely(0.2) else None,
        familiar=frozenset(name for name in ELDERS if chance.random() < 0.2),
        blocked=frozenset(name for name in ELDERS if rarely(0.08)),
        age=chance.choice((15, 17, 30, 70)) if rarely(0.4) else None,
        guardian_agrees=chance.random() < 0.6,
        consents=frozenset({"入户"} if not rarely(0.15) else ()),
        acceptance=chance.randint(200, 1000),
        satisfaction=chance.randint(700, 1000),
    )


def _point(chance: random.Random) -> tuple[int, int]:
    return chance.randint(0, 8000), chance.randint(0, 8000)


def _job(chance: random.Random, key: str, ties: bool, rules: bool) -> Job:
    heads = chance.choice((1, 1, 2, 3))
    opens = 20 * DAY + chance.choice((480, 540, 600, 660))
    members = chance.choice((1, 1, 2)) if rules else 1
    return Job(
        id=key,
        window=(opens, opens + chance.choice((60, 120))),
        minutes=chance.choice((30, 60)),
        unmet_price=chance.choice((3000, 8000, 20_000, 60_000)),
        at=None if chance.random() < 0.1 else _point(chance),
        skills=frozenset(code for code in SKILLS if rules and chance.random() < 0.2),
        qualifications=frozenset(code for code in PAPERS if rules and chance.random() < 0.1),
        heads=heads,
        members=members,
        all_or_nothing=ties and chance.random() < 0.4,
        two_person=ties and (heads > 1 or members > 1) and chance.random() < 0.4,
        promise_by=opens + chance.choice((0, 40, 90)) if chance.random() < 0.5 else None,
        requester=chance.choice(("", *ELDERS)),
        reach_metres=chance.choice((4000, 7000)) if rules and chance.random() < 0.3 else None,
        min_age=chance.choice((0, 16, 18)) if rules else 0,
        consents=frozenset({"入户"} if rules and chance.random() < 0.3 else ()),
    )
