"""小世界: a village of a world, so that a test's month takes a moment."""

from __future__ import annotations

from dataclasses import replace

from diandan.engine.replay.world import World
from diandan.ops.replaying.presets import preset


def village(*, volunteers: int = 260, requests: int = 90, accept: float = 0.35) -> World:
    """The middle preset, much smaller: few people, short month."""
    made = preset("middle", "gusu")
    return replace(
        made,
        accept=accept,
        month=replace(made.month, days=9),
        district=replace(
            made.district,
            volunteers=volunteers,
            requests=requests,
            streets=2,
            communities=6,
            side=2500,
        ),
    )
