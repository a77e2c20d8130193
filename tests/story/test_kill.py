"""Web workers and the background worker killed while people order: a small round of the proof."""

from __future__ import annotations

import json

import pytest

from diandan.ops.killing import kill

pytestmark = pytest.mark.story


def test_the_same_seed_gives_the_same_kills() -> None:
    assert kill.blows(12, 7) == kill.blows(12, 7)
    assert {b.what for b in kill.blows(24, 7)} == {"web", "worker", "both", "all"}


def test_nothing_is_lost_or_doubled_whoever_is_killed() -> None:
    found = kill.run(rounds=4, orders=3, seed=11)
    assert found["ok"], json.dumps(found, ensure_ascii=False, indent=1)
    assert found["acknowledged"] == found["accepted"] == found["allocated"] == 12
    assert found["sent_twice"] == 0
    assert all(blow["processes"] for blow in found["kills"])
