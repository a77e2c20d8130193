"""开演: sets the stage of a place and lets it act; what needs Django is imported once it is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from .stage import Stage

SEED = 7
# Whose seed counts a team for every community.
EVERY_TEAM = ("jiangning",)
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One row id with what was observed."""

    row: str
    ok: bool
    observed: str


def play(slug: str, wanted: tuple[str, ...], tell: Tell) -> list[Row]:
    """All rows of the place, or those wanted."""
    with Stage(slug) as stage:
        stage.serve()
        from diandan.ops.demo.furnish import STORY_SIZE, add_clubs, furnish

        from .acting import act

        size = replace(STORY_SIZE, every_station_team=slug in EVERY_TEAM)
        house = furnish(slug, at=stage.now(), seed=SEED, size=size, tell=tell)
        add_clubs(house)
        stage.await_server()
        return [Row(name, ok, observed) for name, ok, observed in act(stage, house, wanted, tell)]
