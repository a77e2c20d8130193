"""演: the rows of one place, each told with what was seen; one that fails does not hide others."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from diandan.kit.refusal import Refusal
from diandan.ops.demo.furnish import House

from .lives import live_all
from .rows import FLOW_LOOKS, FLOW_ROW, ROWS_OF, Look
from .stage import Stage
from .told import tell
from .walker import StoryTrouble
from .world import World


def act(
    stage: Stage, house: House, wanted: tuple[str, ...], say: Callable[[str], None]
) -> Iterator[tuple[str, bool, str]]:
    """Row id, whether it holds, and what was observed."""
    world = World(stage, house)
    flow_row = FLOW_ROW.get(house.slug, "W1")
    if not wanted or flow_row in wanted:
        say(f"正在走 {flow_row}")
        yield _lives(world, flow_row)
    own = FLOW_LOOKS.get(house.slug)
    if own is not None and "own" in wanted:
        yield _row(world, flow_row, own)
    for name, look in ROWS_OF.get(house.slug, ()):
        if not wanted or name in wanted:
            say(f"正在走 {name}")
            yield _row(world, name, look)


def _lives(world: World, row: str) -> tuple[str, bool, str]:
    told = live_all(world)
    own = FLOW_LOOKS.get(world.house.slug)
    if own is not None:
        told.append(tell("本地特有", own, world))
    words = ";".join(f"【{t.name}】{'' if t.ok else '没走通:'}{t.observed}" for t in told)
    return row, all(t.ok for t in told), words


def _row(world: World, name: str, look: Look) -> tuple[str, bool, str]:
    try:
        return name, True, look(world)
    except (StoryTrouble, Refusal) as trouble:
        return name, False, f"没走通:{trouble}"
