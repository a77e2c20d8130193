"""换算: other people's instances as our own problems.

`spatial`: EverySender and its kin (one arrival a line). A worker may serve a task when it lies in
her radius and both are there at the same time; the aim is the largest sum of payoff × rate.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from diandan.engine.problem import Job, Person, Problem, Source
from diandan.engine.reading import ProblemFault
from diandan.engine.weights import Weights
from diandan.engine.writing import write

WORKER_FIELDS, TASK_FIELDS = 8, 6
DECIMALS_MAX = 9

Row = list[Decimal]


@dataclass(slots=True)
class _Lines:
    workers: list[Row]
    tasks: list[Row]


def convert(kind: str, text: str) -> dict[str, Any]:
    """The problem document of a file's text."""
    if kind == "spatial":
        return from_spatial(text)
    if kind == "hhcrsp":
        return _hhcrsp(text)
    raise ProblemFault("--from", kind, "应为 spatial 或 hhcrsp")


def _hhcrsp(text: str) -> dict[str, Any]:
    """Home care: JSON as the archives have it now, or the text in which the sets first came."""
    from diandan.engine.routes import from_hhcrsp
    from diandan.engine.routes.listing import from_listing

    bare = text.lstrip("\ufeff \t\r\n")
    if bare[:1].isalpha():
        data: Any = from_listing(bare)
    else:
        try:
            data = json.loads(bare)
        except json.JSONDecodeError as wrong:
            raise ProblemFault("文件", text[:40], f"不是 JSON(第 {wrong.lineno} 行)") from None
    found: dict[str, Any] = from_hhcrsp(data)
    return found


def from_spatial(text: str) -> dict[str, Any]:
    """EverySender's lines; every decimal becomes an integer, so nothing is rounded."""
    lines = _lines(text)
    place = _scale([row[at] for row in lines.workers for at in (1, 2, 3)])
    place = max(place, _scale([row[at] for row in lines.tasks for at in (1, 2)]))
    clock = _scale([row[at] for row in lines.workers for at in (0, 5)])
    clock = max(clock, _scale([row[at] for row in lines.tasks for at in (0, 3)]))
    pay, rate = _scale([row[4] for row in lines.tasks]), _scale([row[6] for row in lines.workers])
    early = min((row[0] for row in (*lines.workers, *lines.tasks)), default=Decimal(0))
    problem = Problem(
        people=tuple(
            Person(
                id=f"w{at}",
                at=(_whole(x, place), _whole(y, place)),
                free=(_window(begin - early, stays, clock),),
                capacity=int(capacity),
                members=max(1, int(capacity)),
                reach_metres=_whole(radius, place),
                rate=_whole(worth, rate),
            )
            for at, (begin, x, y, radius, capacity, stays, worth) in enumerate(lines.workers)
        ),
        jobs=tuple(
            Job(
                id=f"t{at}",
                at=(_whole(x, place), _whole(y, place)),
                window=_window(begin - early, stays, clock),
                minutes=1,
                unmet_price=0,
                worth=_whole(payoff, pay),
            )
            for at, (begin, x, y, stays, payoff) in enumerate(lines.tasks)
        ),
        weights=ONLY_WORTH,
        source=Source("spatial", 10 ** (pay + rate), "max", pay + rate),
    )
    return write(problem)


#: The source knows no aim but payoff × rate.
ONLY_WORTH = Weights(
    travel=0, late=0, turn=0, stranger=0, dissatisfied=0, doubt=0, tired=0, load=0, worth=1
)


def _lines(text: str) -> _Lines:
    found = _Lines([], [])
    rows = [(at, line.split()) for at, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not rows:
        raise ProblemFault("文件", "", "是空的")
    at, head = rows[0]
    if len(head) < 2 or not (head[0].isdigit() and head[1].isdigit()):
        raise ProblemFault(f"第 {at} 行", " ".join(head), "应以工人数和任务数开头")
    for at, words in rows[1:]:
        if len(words) == WORKER_FIELDS and words[1] == "w":
            found.workers.append(_numbers(at, words))
        elif len(words) == TASK_FIELDS and words[1] == "t":
            found.tasks.append(_numbers(at, words))
        else:
            raise ProblemFault(
                f"第 {at} 行",
                " ".join(words),
                "应为 “时刻 w x y 半径 容量 时限 成功率” 或 “时刻 t x y 时限 报酬”",
            )
    # Some files count tasks first; what matters is that no line is missing.
    if sorted((len(found.workers), len(found.tasks))) != sorted((int(head[0]), int(head[1]))):
        said = f"{len(found.workers)} 工人 {len(found.tasks)} 任务"
        raise ProblemFault("第 1 行", " ".join(head[:2]), f"与后面的 {said} 不符")
    return found


def _numbers(at: int, words: list[str]) -> Row:
    found = []
    for word in (words[0], *words[2:]):
        try:
            value = Decimal(word)
        except InvalidOperation:
            raise ProblemFault(f"第 {at} 行", word, "应为数字") from None
        if not value.is_finite():
            raise ProblemFault(f"第 {at} 行", word, "应为数字")
        found.append(value)
    return found


def _scale(values: list[Decimal]) -> int:
    """How many decimals lose nothing (noise beyond the ninth is not kept)."""
    places = [-int(value.normalize().as_tuple().exponent) for value in values]
    return max(0, min(DECIMALS_MAX, max(places, default=0)))


def _whole(value: Decimal, decimals: int) -> int:
    return int((value * 10**decimals).to_integral_value())


def _window(begin: Decimal, stays: Decimal, clock: int) -> tuple[int, int]:
    since = _whole(begin, clock)
    return since, since + max(1, _whole(stays, clock))
