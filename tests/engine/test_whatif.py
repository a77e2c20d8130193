"""推演一段: a slice is the same whoever lives it, and a process of its own answers as this one."""

from __future__ import annotations

import io
import json
import sys
import threading
from typing import Any

import pytest

from diandan.engine.replay.policies import ALL
from diandan.engine.whatif import ORACLE, POLICIES, __main__
from diandan.engine.whatif.__main__ import answer
from diandan.flow.months import apart


def lines() -> list[str]:
    """Four teams in a village, twelve errands over four days, and a few answers."""
    spot = {"lon": 118.84, "lat": 31.95}
    told: list[dict[str, Any]] = [
        {"what": "person", "person": f"t{n}", **spot, "kinds": ["errand"], "free": (1 << 21) - 1}
        for n in range(4)
    ]
    for n in range(12):
        day = f"2026-03-0{2 + n % 4}"
        told.append(
            {
                "what": "request",
                "kind": "errand",
                **spot,
                "heads": 1,
                "minutes": 45,
                "placed": f"{day}T09:{10 + n}",
                "start": f"{day}T09:{10 + n}",
                "promise": f"{day}T18:00",
                "booked": False,
            }
        )
    for n in range(4):
        at = "2026-03-02T10:00"
        told.append({"what": "answer", "person": f"t{n}", "kind": "errand", "at": at, "yes": n > 0})
    return [json.dumps(line) for line in told]


def test_the_policies_are_the_replays() -> None:
    assert set(POLICIES) == {name for name, (_made, is_told) in ALL.items() if not is_told}
    assert ALL[ORACLE][1]


@pytest.mark.parametrize("policy", [*POLICIES, ORACLE])
def test_every_policy_lives_a_small_month(policy: str) -> None:
    found = answer({"lines": lines(), "policy": policy, "seed": 1})
    assert found["figures"]["requests"] == 12
    assert 0 < found["figures"]["served_in_promise"] <= 1
    assert found["curves"]["filled"]
    assert found == answer({"lines": lines(), "policy": policy, "seed": 1})


def test_what_is_no_month_is_said() -> None:
    assert "trouble" in answer({"lines": ['{"what": "nothing"}'], "policy": "ours", "seed": 1})


def test_question_and_answer_go_through_pipes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = {"rows": [{"ask_7": {"unmet": 0.25}}, {"ask_7": {"unmet": 0.75}}]}
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(asked)))
    monkeypatch.setattr(__main__.os, "nice", lambda _by: 0)
    assert __main__.main() == 0
    told = json.loads(capsys.readouterr().out)
    assert told["means"]["ask_7"]["unmet"][0] == 0.5


def test_a_process_of_its_own_answers_and_is_ended_when_nobody_wants_it() -> None:
    """The worker's way: a real process, nice, by files; killed as soon as the trial is stopped."""
    ask = apart(threading.Event())
    question = {"lines": lines(), "policy": "ours", "seed": 1}
    found = ask(question, lambda: True)
    assert found == json.loads(json.dumps(answer(question)))
    assert ask(question, lambda: False) is None
    assert ask({"lines": [], "policy": "no such", "seed": 1}, lambda: True) is not None
