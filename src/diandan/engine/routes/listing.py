"""名表文字: home care instances as their authors first published them, one name and then numbers.

Mankowska's and Kummer's sets came as text: `nbNodes`, `nbVehi`, `nbServi`, then `r` (what each
node needs), `a` (what each carer can), `d` (distances), `p` (minutes), `mind`/`maxd` (how long
after the first of two services the second may begin), `e`/`l` (windows). The first and the last
node are the office. Later archives write the same as JSON; here the text becomes that JSON.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from diandan.engine.routes.problem import BadProblem

Numbers = list[Decimal]

NAME = re.compile(r"[A-Za-z]\w*")
#: Written in some files and not needed: who needs two services is seen in `r`, places in `d`.
WANTED = ("nbnodes", "nbvehi", "nbservi", "r", "a", "d", "p", "e", "l")


def from_listing(text: str) -> dict[str, Any]:
    """The instance in the shape of the later archives."""
    parts = _parts(text)
    for name in WANTED:
        if name not in parts:
            raise BadProblem(name, "文件里没有这一段")
    nodes, carers, kinds = (_count(parts, name) for name in WANTED[:3])
    needs = _rows(parts, "r", nodes, kinds)
    travel = _rows(parts, "d", nodes, nodes)
    if nodes > 1 and not _is_back_home(travel):
        raise BadProblem("d", "首尾两个点应是同一个出发点")
    lasts = _minutes(parts, nodes, carers, kinds)
    opens, shuts = _row(parts, "e", nodes), _row(parts, "l", nodes)
    least, most = _row(parts, "mind", nodes), _row(parts, "maxd", nodes)
    return {
        "services": [{"id": f"s{kind + 1}"} for kind in range(kinds)],
        "central_offices": [{"id": "d"}],
        "caregivers": [
            {"id": f"c{at + 1}", "abilities": [f"s{kind + 1}" for kind in _true(row)]}
            for at, row in enumerate(_rows(parts, "a", carers, kinds))
        ],
        "patients": [
            _patient(
                at,
                {kind: lasts[at][kind] for kind in _true(needs[at])},
                (opens[at], shuts[at]),
                (least[at], most[at]),
            )
            for at in range(1, nodes - 1)
        ],
        "distances": [row[:-1] for row in travel[:-1]],
    }


def _patient(
    at: int,
    lasts: dict[int, Decimal],
    window: tuple[Decimal, Decimal],
    apart: tuple[Decimal, Decimal],
) -> dict[str, Any]:
    needs = [{"service": f"s{kind + 1}", "duration": lasts[kind]} for kind in lasts]
    made: dict[str, Any] = {
        "id": f"p{at}",
        "time_window": list(window),
        "required_caregivers": needs,
    }
    if not needs:
        raise BadProblem("r", f"第 {at} 个点什么服务都不要")
    if len(needs) > 1 and any(apart):
        made["synchronization"] = {"type": "sequential", "distance": list(apart)}
    elif len(needs) > 1:
        made["synchronization"] = {"type": "simultaneous"}
    return made


def _parts(text: str) -> dict[str, Numbers]:
    """Name → its numbers, whatever the line breaks; names in any case, `:` and `=` let be."""
    found: dict[str, Numbers] = {}
    name = ""
    for word in re.split(r"[\s,;:=\[\]]+", text.strip()):
        if NAME.fullmatch(word):
            name = word.lower()
            found[name] = []
        elif word and name:
            found[name].append(_number(name, word))
        elif word:
            raise BadProblem(word[:40], "应以 nbNodes 开头,或是 JSON")
    return found


def _number(name: str, word: str) -> Decimal:
    try:
        value = Decimal(word)
    except InvalidOperation:
        raise BadProblem(name, f"{word[:40]} 不是数字") from None
    if not value.is_finite():
        raise BadProblem(name, f"{word[:40]} 不是数字")
    return value


def _count(parts: dict[str, Numbers], name: str) -> int:
    given = parts[name]
    if len(given) != 1 or given[0] != int(given[0]) or given[0] < 1:
        raise BadProblem(name, "应为一个正整数")
    return int(given[0])


def _rows(parts: dict[str, Numbers], name: str, high: int, wide: int) -> list[Numbers]:
    given = parts[name]
    if len(given) != high * wide:
        raise BadProblem(name, f"应有 {high}×{wide} 个数,现有 {len(given)} 个")
    return [given[at * wide : (at + 1) * wide] for at in range(high)]


def _row(parts: dict[str, Numbers], name: str, nodes: int) -> Numbers:
    """One number a node; some files leave the closing office out."""
    given = parts.get(name, [])
    if given and len(given) not in (nodes - 1, nodes):
        raise BadProblem(name, f"应有 {nodes} 个数,现有 {len(given)} 个")
    return [*given, *[Decimal(0)] * (nodes - len(given))]


def _minutes(parts: dict[str, Numbers], nodes: int, carers: int, kinds: int) -> list[Numbers]:
    """Minutes by node and kind; the files repeat them for every carer."""
    if len(parts["p"]) == nodes * kinds:
        return _rows(parts, "p", nodes, kinds)
    rows = _rows(parts, "p", nodes * carers, kinds)
    of_nodes = [rows[at * carers : (at + 1) * carers] for at in range(nodes)]
    for at, same in enumerate(of_nodes):
        if any(row != same[0] for row in same):
            raise BadProblem("p", f"第 {at} 个点的时长因人而异,这里不支持")
    return [same[0] for same in of_nodes]


def _is_back_home(travel: list[Numbers]) -> bool:
    """The last node is the first once more: nobody ends elsewhere than she began."""
    return travel[0] == travel[-1] and all(row[0] == row[-1] for row in travel)


def _true(row: Numbers) -> list[int]:
    return [kind for kind, given in enumerate(row) if given]
