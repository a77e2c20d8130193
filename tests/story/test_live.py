"""The stream of the live proof: the same orders at the same moments, and all kinds known."""

from __future__ import annotations

from diandan.engine.replay.demand import requests
from diandan.ops.living.stream import DISTRICT, FROM, KINDS, MINUTE, PRESET, SEED, SPEED, orders
from diandan.ops.replaying.presets import preset


def test_the_stream_is_the_month_at_a_hundred_times_its_speed() -> None:
    world = preset(PRESET, DISTRICT)
    made = orders(60.0)
    span = [r for r in requests(world, SEED) if FROM <= r.placed < FROM + 60 * SPEED / MINUTE]
    assert len(made) == len(span) > 20
    assert [row.after for row in made] == sorted(row.after for row in made)
    assert all(0 <= row.after < 60 for row in made)
    assert made == orders(60.0)


def test_every_kind_of_the_month_is_a_kind_of_the_catalogue() -> None:
    world = preset(PRESET, DISTRICT)
    assert {kind.code for kind in world.demand.kinds} == set(KINDS)
