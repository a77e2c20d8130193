"""换算: home health care instances (Mankowska, Kummer, Italian, toy) as our own documents.

All three sets share one shape and one aim, (distance + total tardiness + largest tardiness) / 3;
they differ in units (decimals or whole minutes) and, in newer files, in names. Decimals become
integers by the smallest power of ten that loses nothing, and the third stays in `scale.value`.
Read as well: names that are numbers, services that are bare names, a patient without a window
(any time will do), and a matrix that ends with the office once more. What is missing otherwise
is refused, never guessed.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from diandan.engine.routes.problem import FORMAT, KIND, LARGEST_PRICE, VERSION, BadProblem

DECIMALS = 6  # beyond these a source's digits are noise of its own arithmetic
THIRDS = 3


def from_hhcrsp(data: dict[str, Any]) -> dict[str, Any]:
    """The source's instance as a problem document of kind "routes"."""
    if not isinstance(data, dict):
        raise BadProblem("instance", "应为对象")
    for name in ("patients", "caregivers", "distances"):
        if not isinstance(data.get(name), list):
            raise BadProblem(name, "应为列表")
    try:
        return _document(data)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, ArithmeticError) as wrong:
        raise BadProblem("instance", f"读不懂这份算例({wrong!r})") from wrong


def _document(data: dict[str, Any]) -> dict[str, Any]:
    data = {**data, "distances": _without_end(data)}
    depots, patients = _places(data)
    usual = {
        str(one["id"]): one.get("default_duration")
        for one in data.get("services") or []
        if isinstance(one, dict)
    }
    scale = 10 ** _decimals(data, usual)
    any_time = _any_time(data, usual)
    travel = [[_scaled(one, scale) for one in row] for row in data["distances"]]
    visits = [
        _visit(patient, place, usual, scale, any_time)
        for patient, place in zip(data["patients"], patients, strict=True)
    ]
    return {
        "format": FORMAT,
        "version": VERSION,
        "kind": KIND,
        "name": str(data.get("name", "")),
        "source": "hhcrsp",
        "scale": {"time": scale, "distance": scale, "value": THIRDS * scale},
        "windows": "soft",
        "travel": travel,
        "carers": [_carer(one, depots, scale) for one in data["caregivers"]],
        "visits": visits,
        "weights": {
            "distance": 1,
            "total_tardiness": 1,
            "max_tardiness": 1,
            "unmet": _dearer_than_any_day(travel, visits),
        },
    }


def _dearer_than_any_day(travel: list[list[int]], visits: list[dict[str, Any]]) -> int:
    """A price no saving on the road can repay: the source wants every visit served."""
    legs = sum(max(row) for row in travel) * 4
    work = sum(task["duration"] for visit in visits for task in visit["tasks"])
    late = max((visit["window"][1] for visit in visits), default=0)
    dear: int = min(LARGEST_PRICE, (legs + work + late) * (len(visits) + 1))
    return dear


def _without_end(data: dict[str, Any]) -> list[list[Any]]:
    """The matrix without a last row and column that repeat the only office."""
    rows: list[list[Any]] = data["distances"]
    offices = data.get("central_offices") or data.get("departing_points") or [None]
    repeats = len(rows) == len(data["patients"]) + 2 and len(offices) == 1
    if repeats and rows[0] == rows[-1] and all(row[0] == row[-1] for row in rows):
        return [row[:-1] for row in rows[:-1]]
    return rows


def _any_time(data: dict[str, Any], usual: dict[str, Any]) -> list[Any]:
    """A window which no sensible day can miss: all ways and all work of the day, one after another."""
    ways = sum(max(Decimal(str(one)) for one in row) for row in data["distances"])
    work = sum(
        Decimal(str(_lasts(need, usual))) for one in data["patients"] for need in _needs(one)
    )
    last = max(
        (Decimal(str(one["time_window"][1])) for one in data["patients"] if one.get("time_window")),
        default=Decimal(0),
    )
    return [0, int(2 * ways + work + last) + 1]


def _needs(one: dict[str, Any]) -> list[dict[str, Any]]:
    needs: list[dict[str, Any]] = one.get("required_caregivers") or one["required_services"]
    return needs


def _places(data: dict[str, Any]) -> tuple[dict[str, int], list[int]]:
    """Rows of the matrix: the offices first and then the patients, unless the file says."""
    offices = data.get("central_offices") or data.get("departing_points") or [{"id": "d"}]
    depots = {
        str(one["id"]): one.get("distance_matrix_index", at) for at, one in enumerate(offices)
    }
    if len(data["distances"]) != len(offices) + len(data["patients"]):
        raise BadProblem("distances", "行数应为出发点数与患者数之和")
    patients = [
        one.get("distance_matrix_index", len(offices) + at)
        for at, one in enumerate(data["patients"])
    ]
    return depots, patients


def _carer(one: dict[str, Any], depots: dict[str, int], scale: int) -> dict[str, Any]:
    named = one.get("departing_point") or one.get("starting_point_id") or next(iter(depots))
    shift = one.get("working_shift")  # the source counts staying longer, but does not charge it
    place = depots[str(named)]
    return {
        "id": str(one["id"]),
        "skills": sorted(str(skill) for skill in one["abilities"]),
        "from": place,
        "to": place,
        "shift": [_scaled(shift[0], scale) if shift else 0, None],
    }


def _visit(
    one: dict[str, Any], place: int, usual: dict[str, Any], scale: int, any_time: list[Any]
) -> dict[str, Any]:
    needs = _needs(one)
    opens, shuts = one.get("time_window") or any_time
    visit: dict[str, Any] = {
        "id": str(one["id"]),
        "place": place,
        "window": [_scaled(opens, scale), _scaled(shuts, scale)],
        "tasks": [
            {"skill": str(need["service"]), "duration": _scaled(_lasts(need, usual), scale)}
            for need in needs
        ],
    }
    if len(needs) > 1:
        sync = one["synchronization"]
        least, most = (0, 0) if sync["type"] == "simultaneous" else sync["distance"]
        visit["sync"] = {"min": _scaled(least, scale), "max": _scaled(most, scale)}
    if one.get("incompatible_caregivers"):
        visit["not_carers"] = sorted(map(str, one["incompatible_caregivers"]))
    return visit


def _lasts(need: dict[str, Any], usual: dict[str, Any]) -> Any:
    given = need.get("duration")
    return usual[str(need["service"])] if given is None else given


def _scaled(given: Any, scale: int) -> int:
    return int(round(Decimal(str(given)), DECIMALS) * scale)


def _decimals(data: dict[str, Any], usual: dict[str, Any]) -> int:
    """How many decimals the file's numbers really bear."""
    numbers: list[Any] = [one for row in data["distances"] for one in row]
    for patient in data["patients"]:
        numbers += patient.get("time_window") or []
        numbers += (patient.get("synchronization") or {}).get("distance") or []
        numbers += [_lasts(need, usual) for need in _needs(patient)]
    most = 0
    for one in numbers:
        bare = round(Decimal(str(one)), DECIMALS).normalize()
        exponent = bare.as_tuple().exponent
        most = max(most, -exponent if isinstance(exponent, int) else 0)
    return most
