"""说法: what every life and row of a story uses to live, to check and to tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from diandan.flow.choice import chosen, flow_of
from diandan.ground.catalogue.models import Item
from diandan.path.ask.models import Request
from diandan.path.engage.models import Task

from .walker import StoryTrouble
from .world import World

NEED, NEED_WORDS = "haircut", "我爸八十二了,腿脚不方便,想请人上门理个发"
Life = Callable[[World], str]


@dataclass(frozen=True, slots=True)
class Told:
    """One life: its name and what was seen, or what went wrong."""

    name: str
    ok: bool
    observed: str


def tell(name: str, life: Life, world: World) -> Told:
    """Live it; an anticipated trouble is told instead of the observation."""
    try:
        return Told(name, True, life(world))
    except StoryTrouble as trouble:
        return Told(name, False, str(trouble))


def check(holds: bool, sentence: str) -> None:
    """What must be so; else the life fails with the sentence."""
    if not holds:
        raise StoryTrouble(sentence)


def menu_item(world: World) -> Item | None:
    """Where the menu comes first, the item of the shared need."""
    if flow_of(chosen(world.house.centre)).menu != "required":
        return None
    return next(i for i in world.house.items if i.kind.code == NEED)


def need(world: World, words: str = NEED_WORDS) -> Request:
    """The shared need, ordered by a resident of the street on her own page."""
    return world.order(world.resident(), words, item=menu_item(world), kind=NEED)


def served_by(world: World, row: Request) -> list[UUID]:
    """Who came to this order and left again."""
    rows = Task.objects.filter(engagement__job=world.job(row), attendance__out_at__isnull=False)
    return list(rows.order_by("id").values_list("person_id", flat=True))


def is_automatic(world: World) -> bool:
    """Whether the platform takes up and designs by itself, so that no hand comes between."""
    flow = flow_of(chosen(world.house.centre))
    return bool(flow.request["placed"].auto)
