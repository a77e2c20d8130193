"""The dispatch bench runs, and every judge agrees on a small city; repairs keep the proof."""

from __future__ import annotations

from bench.dispatch import repairs, run


def test_every_judge_finds_the_same_cost() -> None:
    told: list[str] = []
    held, figures = run.run(told.append, (200,), 5_000, 1, 300, ("tight",))
    assert held, told
    judged = [case["judges"] for case in figures["cases"]]
    assert {said["or_tools_folded"]["gap"] for said in judged} == {0}
    assert {said["highs"]["gap"] for said in judged} == {0}


def test_a_run_of_changes_keeps_the_proof() -> None:
    told = repairs.fuzz(4_000, 7, print)
    assert told == {"events": 4_000, "broken": 0, "compared": 4, "differing": 0}
