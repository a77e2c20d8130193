"""出行题: a day of visits as a document, read into values, told in words when it is not one.

Every number in the document is an integer. `scale` says how many of them make one unit of the
source (a minute, a kilometre), so that a value can be handed back in the unit it came in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from diandan.kit.refusal import Refusal

FORMAT = "diandan.problem"
VERSION = 1
KIND = "routes"

# What keeps every sum of a day within 64 bits.
LARGEST = 10**9
LARGEST_WEIGHT = 10**6
LARGEST_PRICE = 10**12

Matrix = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Carer:
    """Who walks: from one place to another, not before `since`, back by `until` (None: any)."""

    key: str
    skills: frozenset[str]
    leaves: int
    returns: int
    since: int
    until: int | None


@dataclass(frozen=True, slots=True)
class Task:
    """What one carer does at a visit."""

    skill: str
    duration: int


@dataclass(frozen=True, slots=True)
class Visit:
    """One or two tasks at a place; with two, the second starts `gap` after the first."""

    key: str
    place: int
    opens: int
    shuts: int
    tasks: tuple[Task, ...]
    gap: tuple[int, int]
    barred: frozenset[str]
    unmet_price: int


@dataclass(frozen=True, slots=True)
class Weights:
    """What a unit costs; the objective is the sum of the four."""

    distance: int
    total_tardiness: int
    max_tardiness: int
    unmet: int


@dataclass(frozen=True, slots=True)
class Problem:
    """A whole day. `strict`: a window's end is a rule, not an aim."""

    name: str
    value_scale: int
    time_scale: int
    strict: bool
    travel: Matrix
    distance: Matrix
    carers: tuple[Carer, ...]
    visits: tuple[Visit, ...]
    weights: Weights

    @property
    def in_step(self) -> bool:
        """Whether some visit binds two carers to each other."""
        return any(len(visit.tasks) == 2 for visit in self.visits)


class BadProblem(Refusal):
    """The document is not a problem; the sentence names the field at fault."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__("bad_problem", f"题目有误:{where}:{what}", field=where)


def read(document: Any) -> Problem:
    """The document as values, or a BadProblem that names the field at fault."""
    body = _mapping(document, "problem")
    for name, want in (("format", FORMAT), ("version", VERSION), ("kind", KIND)):
        if body.get(name) != want:
            raise BadProblem(name, f"应为 {want!r}")
    scale = _mapping(body.get("scale", {}), "scale")
    travel = _matrix(body.get("travel"), "travel")
    size = len(travel)
    given = body.get("distance")
    distance = travel if given is None else _matrix(given, "distance")
    if len(distance) != size:
        raise BadProblem("distance", f"应与 travel 同为 {size} 行")
    weights = _weights(_mapping(body.get("weights", {}), "weights"))
    if body.get("windows", "soft") not in ("soft", "hard"):
        raise BadProblem("windows", "应为 soft 或 hard")
    carers = tuple(_carer(one, at, size) for at, one in enumerate(_items(body, "carers")))
    visits = tuple(_visit(one, at, size, weights) for at, one in enumerate(_items(body, "visits")))
    _distinct([carer.key for carer in carers], "carers")
    _distinct([visit.key for visit in visits], "visits")
    return Problem(
        name=str(body.get("name", "")),
        value_scale=_whole(scale.get("value", 1), "scale.value", least=1),
        time_scale=_whole(scale.get("time", 1), "scale.time", least=1),
        strict=body.get("windows", "soft") == "hard",
        travel=travel,
        distance=distance,
        carers=carers,
        visits=visits,
        weights=weights,
    )


def _weights(body: dict[str, Any]) -> Weights:
    def one(name: str, default: int, most: int = LARGEST_WEIGHT) -> int:
        return _whole(body.get(name, default), f"weights.{name}", most=most)

    return Weights(
        distance=one("distance", 1),
        total_tardiness=one("total_tardiness", 1),
        max_tardiness=one("max_tardiness", 1),
        unmet=one("unmet", 1_000_000, LARGEST_PRICE),
    )


def _carer(given: Any, at: int, size: int) -> Carer:
    where = f"carers[{at}]"
    body = _mapping(given, where)
    leaves = _place(body.get("from", 0), f"{where}.from", size)
    shift = body.get("shift", [0, None])
    if not isinstance(shift, list) or len(shift) != 2:
        raise BadProblem(f"{where}.shift", "应为 [起, 止],止可为 null")
    since = _whole(shift[0], f"{where}.shift[0]")
    until = None if shift[1] is None else _whole(shift[1], f"{where}.shift[1]", least=since)
    return Carer(
        key=_key(body, where),
        skills=_names(body.get("skills", []), f"{where}.skills"),
        leaves=leaves,
        returns=_place(body.get("to", leaves), f"{where}.to", size),
        since=since,
        until=until,
    )


def _visit(given: Any, at: int, size: int, weights: Weights) -> Visit:
    where = f"visits[{at}]"
    body = _mapping(given, where)
    tasks = tuple(
        _task(one, f"{where}.tasks[{index}]") for index, one in enumerate(_items(body, "tasks"))
    )
    if len(tasks) not in (1, 2):
        raise BadProblem(f"{where}.tasks", "一次上门须有一项或两项任务")
    opens, shuts = _pair(body.get("window"), f"{where}.window")
    gap = (0, 0)
    if len(tasks) == 2:
        sync = _mapping(body.get("sync", {}), f"{where}.sync")
        gap = _pair([sync.get("min", 0), sync.get("max", 0)], f"{where}.sync")
    return Visit(
        key=_key(body, where),
        place=_place(body.get("place"), f"{where}.place", size),
        opens=opens,
        shuts=shuts,
        tasks=tasks,
        gap=gap,
        barred=_names(body.get("not_carers", []), f"{where}.not_carers"),
        unmet_price=_whole(body.get("unmet", weights.unmet), f"{where}.unmet", most=LARGEST_PRICE),
    )


def _task(given: Any, where: str) -> Task:
    body = _mapping(given, where)
    skill = body.get("skill")
    if not isinstance(skill, str):
        raise BadProblem(f"{where}.skill", "应为文字")
    return Task(skill, _whole(body.get("duration"), f"{where}.duration"))


def _mapping(given: Any, where: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise BadProblem(where, "应为对象")
    return given


def _items(body: dict[str, Any], name: str) -> list[Any]:
    given = body.get(name)
    if not isinstance(given, list):
        raise BadProblem(name, "应为列表")
    return given


def _key(body: dict[str, Any], where: str) -> str:
    given = body.get("id")
    if not isinstance(given, str) or not given:
        raise BadProblem(f"{where}.id", "应为非空文字")
    return given


def _names(given: Any, where: str) -> frozenset[str]:
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise BadProblem(where, "应为文字列表")
    return frozenset(given)


def _whole(given: Any, where: str, *, least: int = 0, most: int = LARGEST) -> int:
    if not isinstance(given, int) or isinstance(given, bool):
        raise BadProblem(where, "应为整数")
    if not least <= given <= most:
        raise BadProblem(where, f"应在 {least} 与 {most} 之间")
    return given


def _pair(given: Any, where: str) -> tuple[int, int]:
    if not isinstance(given, list) or len(given) != 2:
        raise BadProblem(where, "应为 [起, 止]")
    first, last = _whole(given[0], where), _whole(given[1], where)
    if last < first:
        raise BadProblem(where, "止在起之前")
    return first, last


def _place(given: Any, where: str, size: int) -> int:
    place = _whole(given, where)
    if place >= size:
        raise BadProblem(where, f"地点编号应小于 {size}")
    return place


def _matrix(given: Any, where: str) -> Matrix:
    if not isinstance(given, list) or not given:
        raise BadProblem(where, "应为方阵")
    rows = []
    for at, row in enumerate(given):
        if not isinstance(row, list) or len(row) != len(given):
            raise BadProblem(f"{where}[{at}]", f"应有 {len(given)} 个数")
        rows.append(tuple(_whole(one, f"{where}[{at}]") for one in row))
    return tuple(rows)


def _distinct(keys: list[str], where: str) -> None:
    if len(set(keys)) != len(keys):
        raise BadProblem(where, "id 有重复")
