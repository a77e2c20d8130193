"""换算: home health care instances (Mankowska, Kummer, Italian, toy) as our own documents.

All three sets share one shape and one aim, (distance + total tardiness + largest tardiness) / 3;
they differ in units (decimals or whole minutes) and, in newer files, in names. Decimals become
integers by the smallest power of ten that loses nothing, and the third stays in `scale.value`.
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
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as wrong:
        raise BadProblem("instance", f"读不懂这份算例({wrong!r})") from wrong


def _document(data: dict[str, Any]) -> dict[str, Any]:
    scale = 10 ** _decimals(data)
    depots, patients = _places(data)
    usual = {one["id"]: one.get("default_duration") for one in data.get("services") or []}
    travel = [[_scaled(one, scale) for one in row] for row in data["distances"]]
    visits = [
        _visit(patient, place, usual, scale)
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


def _places(data: dict[str, Any]) -> tuple[dict[str, int], list[int]]:
    """Rows of the matrix: the offices first and then the patients, unless the file says."""
    offices = data.get("central_offices") or data.get("departing_points") or [{"id": "d"}]
    depots = {one["id"]: one.get("distance_matrix_index", at) for at, one in enumerate(offices)}
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
    place = depots[named]
    return {
        "id": str(one["id"]),
        "skills": sorted(one["abilities"]),
        "from": place,
        "to": place,
        "shift": [_scaled(shift[0], scale) if shift else 0, None],
    }


def _visit(one: dict[str, Any], place: int, usual: dict[str, Any], scale: int) -> dict[str, Any]:
    needs = one.get("required_caregivers") or one["required_services"]
    opens, shuts = one["time_window"]
    visit: dict[str, Any] = {
        "id": str(one["id"]),
        "place": place,
        "window": [_scaled(opens, scale), _scaled(shuts, scale)],
        "tasks": [
            {"skill": need["service"], "duration": _scaled(_lasts(need, usual), scale)}
            for need in needs
        ],
    }
    if len(needs) > 1:
        sync = one["synchronization"]
        least, most = (0, 0) if sync["type"] == "simultaneous" else sync["distance"]
        visit["sync"] = {"min": _scaled(least, scale), "max": _scaled(most, scale)}
    if one.get("incompatible_caregivers"):
        visit["not_carers"] = sorted(one["incompatible_caregivers"])
    return visit


def _lasts(need: dict[str, Any], usual: dict[str, Any]) -> Any:
    given = need.get("duration")
    return usual[need["service"]] if given is None else given


def _scaled(given: Any, scale: int) -> int:
    return int(round(Decimal(str(given)), DECIMALS) * scale)


def _decimals(data: dict[str, Any]) -> int:
    """How many decimals the file's numbers really bear."""
    numbers: list[Any] = [one for row in data["distances"] for one in row]
    for patient in data["patients"]:
        numbers += patient["time_window"]
        numbers += (patient.get("synchronization") or {}).get("distance") or []
        needs = patient.get("required_caregivers") or patient["required_services"]
        numbers += [need["duration"] for need in needs if need.get("duration") is not None]
    most = 0
    for one in numbers:
        bare = round(Decimal(str(one)), DECIMALS).normalize()
        exponent = bare.as_tuple().exponent
        most = max(most, -exponent if isinstance(exponent, int) else 0)
    return most
