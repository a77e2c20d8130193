"""换算: home care instances in the shapes in which their authors published them."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from diandan.engine.convert import convert
from diandan.engine.routes.listing import from_listing
from diandan.kit.refusal import Refusal

#: Three patients, one of whom needs two carers one after the other; two carers; one office.
DAY: dict[str, Any] = {
    "services": [{"id": "s1"}, {"id": "s2"}],
    "central_offices": [{"id": "d"}],
    "caregivers": [
        {"id": "c1", "abilities": ["s1"]},
        {"id": "c2", "abilities": ["s1", "s2"]},
    ],
    "patients": [
        {
            "id": "p1",
            "time_window": [10, 60],
            "required_caregivers": [{"service": "s1", "duration": 15}],
        },
        {
            "id": "p2",
            "time_window": [30, 90],
            "required_caregivers": [
                {"service": "s1", "duration": 12.5},
                {"service": "s2", "duration": 20},
            ],
            "synchronization": {"type": "sequential", "distance": [5, 30]},
        },
        {
            "id": "p3",
            "time_window": [0, 120],
            "required_caregivers": [
                {"service": "s1", "duration": 10},
                {"service": "s2", "duration": 10},
            ],
            "synchronization": {"type": "simultaneous"},
        },
    ],
    "distances": [[0, 4.25, 9, 3], [4.25, 0, 6, 5], [8, 6, 0, 7], [3, 5, 7, 0]],
}


def listing() -> str:
    """The same day as its authors would have written it."""
    return """nbNodes
5
nbVehi
2
nbServi
2
r
1 1
1 0
1 1
1 1
1 1
DS
3 4
a
1 0
1 1
x
0 0 0 0 0
y
0 0 0 0 0
d
0 4.25 9 3 0
4.25 0 6 5 4.25
8 6 0 7 8
3 5 7 0 3
0 4.25 9 3 0
p
0 0
0 0
15 0
15 0
12.5 20
12.5 20
10.0 10
10.0 10
0.0 0.0
0.0 0.0
mind
0 7 5 0
maxd
0 9 30 0
e
0 10 30 0 0
l
1000 60 90 120 1000
"""


def test_the_authors_text_and_the_archives_json_are_one_problem() -> None:
    assert convert("hhcrsp", listing()) == convert("hhcrsp", json.dumps(DAY))


def test_a_mark_before_the_text_and_other_line_breaks_change_nothing() -> None:
    told = "\ufeff" + listing().replace("\n", "\r\n").replace("nbNodes", "NBNODES:")
    assert convert("hhcrsp", told) == convert("hhcrsp", json.dumps(DAY))


def test_numbers_as_names_and_bare_services_are_read() -> None:
    other = copy.deepcopy(DAY)
    other["services"] = ["s1", "s2"]
    for at, one in enumerate(other["patients"]):
        one["id"] = at
    made = convert("hhcrsp", json.dumps(other))
    assert [visit["id"] for visit in made["visits"]] == ["0", "1", "2"]
    assert made["travel"] == convert("hhcrsp", json.dumps(DAY))["travel"]


def test_a_matrix_that_ends_with_the_office_once_more_is_cut() -> None:
    other = copy.deepcopy(DAY)
    other["distances"] = [[*row, row[0]] for row in [*DAY["distances"], DAY["distances"][0]]]
    assert convert("hhcrsp", json.dumps(other)) == convert("hhcrsp", json.dumps(DAY))


def test_who_has_no_window_may_be_visited_at_any_time() -> None:
    other = copy.deepcopy(DAY)
    del other["patients"][0]["time_window"]
    made = convert("hhcrsp", json.dumps(other))
    opens, shuts = made["visits"][0]["window"]
    whole_day = sum(max(row) for row in made["travel"]) + sum(
        task["duration"] for visit in made["visits"] for task in visit["tasks"]
    )
    assert opens == 0
    assert shuts > whole_day


@pytest.mark.parametrize(
    ("was", "becomes", "field"),
    [
        ("nbVehi\n2", "nbVehi\n0", "nbvehi"),
        ("nbVehi\n2", "", "nbvehi"),
        ("a\n1 0\n1 1", "a\n1 0\n1", "a"),
        ("0 4.25 9 3 0\np", "0 4.25 9 3 1\np", "d"),
        ("15 0\n15 0", "15 0\n16 0", "p"),
        ("r\n1 1\n1 0", "r\n1 1\n0 0", "r"),
        ("e\n0 10", "e\n0 ten1 10", "e"),
    ],
)
def test_what_is_wrong_in_the_text_is_named(was: str, becomes: str, field: str) -> None:
    assert was in listing()
    with pytest.raises(Refusal) as no:
        from_listing(listing().replace(was, becomes))
    assert field in no.value.sentence


def test_two_services_without_how_they_meet_are_refused_not_guessed() -> None:
    other = copy.deepcopy(DAY)
    del other["patients"][2]["synchronization"]
    with pytest.raises(Refusal):
        convert("hhcrsp", json.dumps(other))
