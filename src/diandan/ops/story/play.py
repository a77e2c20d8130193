"""开演: sets the stage of a place, lives its lives, and folds them into its rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from diandan.kit.refusal import Refusal

from .stage import Stage
from .walker import StoryTrouble

SEED = 7
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
        from diandan.ops.demo.furnish import STORY_SIZE, furnish

        from .rows import ROWS_OF, FLOW_ROW
        from .world import World

        house = furnish(slug, at=stage.now(), seed=SEED, size=STORY_SIZE, tell=tell)
        stage.await_server()
        world = World(stage, house)
        rows: list[Row] = []
        flow_row = FLOW_ROW.get(slug, "W1")
        if not wanted or flow_row in wanted:
            tell(f"正在走 {flow_row}")
            rows.append(_lives(world, flow_row))
        for name, look in ROWS_OF.get(slug, ()):
            if not wanted or name in wanted:
                tell(f"正在走 {name}")
                rows.append(_row(name, lambda look=look: look(world)))
        return rows


def _lives(world: object, row: str) -> Row:
    from .lives import live_all
    from .world import World

    assert isinstance(world, World)
    told = live_all(world)
    words = ";".join(f"【{t.name}】{'' if t.ok else '没走通:'}{t.observed}" for t in told)
    return Row(row, all(t.ok for t in told), words)


def _row(name: str, look: Callable[[], str]) -> Row:
    try:
        return Row(name, True, look())
    except (StoryTrouble, Refusal) as trouble:
        return Row(name, False, f"没走通:{trouble}")
