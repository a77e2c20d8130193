"""抢单: however many leaders race for one job, one wins and every other is told what else there is.

The same proof with 200 racers is `make prove NAME=racers`.
"""

from __future__ import annotations

import pytest

from diandan.ops.racing import race

RACERS = 40


@pytest.fixture(scope="module")
def report() -> dict[str, object]:
    found = race.run(RACERS)
    assert "trouble" not in found, found["trouble"]
    return found


@pytest.mark.parametrize("name", ["plain", "killed"])
@pytest.mark.xdist_group("racers")
def test_one_team_wins_and_nobody_hears_yes_and_then_no(
    report: dict[str, dict[str, object]], name: str
) -> None:
    found = report[name]
    assert found["process_killed"] is (name == "killed")
    assert found["yes"] == 1
    assert found["no_with_what_else"] == RACERS - 1
    assert (found["other"], found["unanswered"], found["changed_answer"]) == ([], 0, 0)
    kept = ("living_engagements", "accepted_offers", "accepted_facts")
    assert [found[what] for what in kept] == [1, 1, 1]
    assert report["ok"]
