"""派单题: one round of open jobs and the people who could take them, as frozen values.

Documented field by field in docs/engine.md. All numbers are integers: minutes on one clock,
metres, thousandths. `read` checks everything it is given; what is read can be solved.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from diandan.engine.reading import LARGEST, ProblemFault, Reader, text, two, whole
from diandan.engine.weights import Weights

FORMAT = "diandan.problem"
VERSION = 1
KIND = "assign"
#: "microdegrees": longitude and latitude × 1,000,000, WGS-84. "metres": a plane.
COORDINATES = ("metres", "microdegrees")
TRAVEL = ("straight", "table")

Point = tuple[int, int]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Person:
    """A volunteer, or a team (a taker whose capacity is above one)."""

    id: str
    at: Point | None = None
    skills: frozenset[str] = frozenset()
    qualifications: tuple[tuple[str, int | None], ...] = ()
    free: tuple[Span, ...] | None = None
    capacity: int = 1
    load_bands: tuple[tuple[int, int], ...] = ()
    members: int = 1
    reach_metres: int | None = None
    load_minutes: int = 0
    tasks_this_week: int = 0
    last_asked: int | None = None
    week_minutes_left: int | None = None
    familiar: frozenset[str] = frozenset()
    blocked: frozenset[str] = frozenset()
    age: int | None = None
    guardian_agrees: bool = False
    consents: frozenset[str] = frozenset()
    acceptance: int = 1000
    satisfaction: int = 1000
    rate: int = 0

    @property
    def bands(self) -> tuple[tuple[int, int], ...]:
        """[how many jobs, extra cost of each], cheapest first; whole capacity without bands."""
        return self.load_bands or ((self.capacity, 0),)


@dataclass(frozen=True, slots=True)
class Job:
    """An open job with its headcount."""

    id: str
    window: Span
    minutes: int
    unmet_price: int
    at: Point | None = None
    skills: frozenset[str] = frozenset()
    qualifications: frozenset[str] = frozenset()
    heads: int = 1
    members: int = 1
    all_or_nothing: bool = False
    two_person: bool = False
    promise_by: int | None = None
    requester: str = ""
    reach_metres: int | None = None
    min_age: int = 0
    consents: frozenset[str] = frozenset()
    worth: int = 0

    @property
    def span(self) -> int:
        """Minutes a taker must be free in the window: all of it when several serve together."""
        return self.window[1] - self.window[0] if self.heads > 1 else self.minutes

    @property
    def fewest(self) -> int:
        """The least heads that are of use."""
        if self.all_or_nothing:
            return self.heads
        return 2 if self.two_person and self.members < 2 else 1


@dataclass(frozen=True, slots=True)
class Travel:
    """How far it is: straight line × detour, or a table of metres (jobs down, people across)."""

    mode: str = "straight"
    detour_permille: int = 1000
    metres: tuple[tuple[int | None, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Pin:
    """An accepted engagement: stays whatever the round finds."""

    job: str
    person: str
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where an imported problem came from, and how its own objective is read from our cost."""

    name: str
    scale: int = 1
    sense: str = "min"
    decimals: int = 0


Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One round."""

    people: tuple[Person, ...] = ()
    jobs: tuple[Job, ...] = ()
    now: int = 0
    coordinates: str = "metres"
    travel: Travel = field(default_factory=Travel)
    refused: Pairs = ()
    pinned: tuple[Pin, ...] = ()
    people_together: Pairs = ()
    people_apart: Pairs = ()
    jobs_together: Pairs = ()
    jobs_apart: Pairs = ()
    weights: Weights = field(default_factory=Weights)
    source: Source | None = None


def read(value: object) -> Problem:
    """A problem from its JSON; a `ProblemFault` says what is wrong with it."""
    reader = Reader(value, "")
    reader.word("format", among=(FORMAT,))
    reader.whole("version", None, VERSION, VERSION)
    reader.word("kind", among=(KIND,))
    people = tuple(_person(row, f"people[{at}]") for at, row in enumerate(reader.rows("people")))
    jobs = tuple(_job(row, f"jobs[{at}]") for at, row in enumerate(reader.rows("jobs")))
    who = _unique([person.id for person in people], "people")
    what = _unique([job.id for job in jobs], "jobs")
    source = reader.get("source")
    problem = Problem(
        people,
        jobs,
        reader.whole("now", 0),
        reader.word("coordinates", COORDINATES[0], COORDINATES),
        _travel(reader.get("travel"), len(jobs), len(people)),
        _pairs(reader, "refused", what, who),
        _pins(reader, what, who),
        _pairs(reader, "people_together", who, who),
        _pairs(reader, "people_apart", who, who),
        _pairs(reader, "jobs_together", what, what),
        _pairs(reader, "jobs_apart", what, what),
        Weights.read(reader.get("weights")),
        None if source is None else _source(source),
    )
    reader.end()
    return problem


def _person(value: Any, path: str) -> Person:
    reader = Reader(value, path)
    person = Person(
        id=reader.word("id"),
        at=_point(reader),
        skills=reader.words("skills"),
        qualifications=_qualifications(reader),
        free=reader.spans("free"),
        capacity=reader.whole("capacity", 1, 0, 100_000),
        load_bands=_bands(reader),
        members=reader.whole("members", 1, 1, 10**6),
        reach_metres=reader.maybe("reach_metres"),
        load_minutes=reader.whole("load_minutes", 0, 0, 10**6),
        tasks_this_week=reader.whole("tasks_this_week", 0, 0, 10**4),
        last_asked=reader.maybe("last_asked", -LARGEST),
        week_minutes_left=reader.maybe("week_minutes_left"),
        familiar=reader.words("familiar"),
        blocked=reader.words("blocked"),
        age=reader.maybe("age", 0, 150),
        guardian_agrees=reader.flag("guardian_agrees"),
        consents=reader.words("consents"),
        acceptance=reader.whole("acceptance", 1000, 0, 1000),
        satisfaction=reader.whole("satisfaction", 1000, 0, 1000),
        rate=reader.whole("rate", 0, -LARGEST),
    )
    reader.end()
    if person.load_bands and sum(count for count, _ in person.load_bands) != person.capacity:
        raise ProblemFault(f"{path}.load_bands", value["load_bands"], "各档数量之和应等于 capacity")
    if person.week_minutes_left is not None and person.capacity > 1:
        raise ProblemFault(
            f"{path}.week_minutes_left", person.week_minutes_left, "只用于 capacity 为 1 的人"
        )
    return person


def _job(value: Any, path: str) -> Job:
    reader = Reader(value, path)
    window = two(reader.get("window"), f"{path}.window")
    job = Job(
        id=reader.word("id"),
        window=window,
        minutes=reader.whole("minutes", window[1] - window[0], 1),
        unmet_price=reader.whole("unmet_price", None),
        at=_point(reader),
        skills=reader.words("skills"),
        qualifications=reader.words("qualifications"),
        heads=reader.whole("heads", 1, 1, 10_000),
        members=reader.whole("members", 1, 1, 10**6),
        all_or_nothing=reader.flag("all_or_nothing"),
        two_person=reader.flag("two_person"),
        promise_by=reader.maybe("promise_by", -LARGEST),
        requester=reader.word("requester", "") if reader.get("requester") else "",
        reach_metres=reader.maybe("reach_metres"),
        min_age=reader.whole("min_age", 0, 0, 150),
        consents=reader.words("consents"),
        worth=reader.whole("worth", 0, -LARGEST),
    )
    reader.end()
    if job.minutes > window[1] - window[0]:
        raise ProblemFault(f"{path}.minutes", job.minutes, "比 window 还长")
    if job.two_person and job.heads < 2 and job.members < 2:
        raise ProblemFault(f"{path}.two_person", True, "两人同去需要 heads ≥ 2,或 members ≥ 2")
    return job


def _point(reader: Reader) -> Point | None:
    value = reader.get("at")
    if value is None:
        return None
    name = reader.name("at")
    if not isinstance(value, list) or len(value) != 2:
        raise ProblemFault(name, value, "应为 [x, y] 两个整数")
    return whole(value[0], name, -(10**9), 10**9), whole(value[1], name, -(10**9), 10**9)


def _qualifications(reader: Reader) -> tuple[tuple[str, int | None], ...]:
    value = reader.get("qualifications")
    if value is None:
        return ()
    inner = Reader(value, reader.name("qualifications"))
    return tuple(sorted((code, inner.maybe(code, -LARGEST)) for code in inner.values))


def _bands(reader: Reader) -> tuple[tuple[int, int], ...]:
    name = reader.name("load_bands")
    found: list[tuple[int, int]] = []
    for at, row in enumerate(reader.rows("load_bands")):
        if not isinstance(row, list) or len(row) != 2:
            raise ProblemFault(f"{name}[{at}]", row, "应为 [数量, 每单另加] 两个整数")
        count, extra = whole(row[0], f"{name}[{at}]", 1), whole(row[1], f"{name}[{at}]", 0)
        if found and extra < found[-1][1]:
            raise ProblemFault(f"{name}[{at}]", row, "越往后应越贵")
        found.append((count, extra))
    return tuple(found)


def _travel(value: object, jobs: int, people: int) -> Travel:
    reader = Reader(value if value is not None else {}, "travel")
    mode = reader.word("mode", TRAVEL[0], TRAVEL)
    detour = reader.whole("detour_permille", 1000, 1000, 10_000)
    rows = reader.rows("metres")
    reader.end()
    if mode == "straight":
        return Travel(mode, detour)
    if len(rows) != jobs:
        raise ProblemFault("travel.metres", len(rows), f"应有 {jobs} 行,每单一行")
    table = []
    for at, row in enumerate(rows):
        name = f"travel.metres[{at}]"
        if not isinstance(row, list) or len(row) != people:
            raise ProblemFault(name, row, f"应为 {people} 个数,每人一个")
        table.append(tuple(None if one is None else whole(one, name, 0) for one in row))
    return Travel(mode, detour, tuple(table))


def _unique(ids: list[str], name: str) -> frozenset[str]:
    seen: set[str] = set()
    for at, one in enumerate(ids):
        if one in seen:
            raise ProblemFault(f"{name}[{at}].id", one, "重复了")
        seen.add(one)
    return frozenset(seen)


def _pairs(reader: Reader, field: str, one: frozenset[str], other: frozenset[str]) -> Pairs:
    found = []
    for at, row in enumerate(reader.rows(field)):
        name = f"{reader.name(field)}[{at}]"
        if not isinstance(row, list) or len(row) != 2:
            raise ProblemFault(name, row, "应为两个编号")
        left, right = _known(row[0], name, one), _known(row[1], name, other)
        if left == right and one is other:
            raise ProblemFault(name, row, "两个编号应不同")
        found.append((left, right))
    return tuple(found)


def _known(value: object, name: str, among: frozenset[str]) -> str:
    said = text(value, name)
    if said not in among:
        raise ProblemFault(name, said, "题目里没有这个编号")
    return said


def _pins(reader: Reader, jobs: frozenset[str], people: frozenset[str]) -> tuple[Pin, ...]:
    found: list[Pin] = []
    for at, row in enumerate(reader.rows("pinned")):
        inner = Reader(row, f"pinned[{at}]")
        pin = Pin(
            _known(inner.get("job"), inner.name("job"), jobs),
            _known(inner.get("person"), inner.name("person"), people),
            inner.maybe("start", -LARGEST),
        )
        inner.end()
        if any((other.job, other.person) == (pin.job, pin.person) for other in found):
            raise ProblemFault(f"pinned[{at}]", [pin.job, pin.person], "重复了")
        found.append(pin)
    return tuple(found)


def _source(value: object) -> Source:
    reader = Reader(value, "source")
    found = Source(
        reader.word("name"),
        reader.whole("scale", 1, 1),
        reader.word("sense", "min", ("min", "max")),
        reader.whole("decimals", 0, 0, 30),
    )
    reader.end()
    return found
