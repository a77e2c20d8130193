"""派法: ways of filling jobs, side by side. A new policy is a class here and a line in `ALL`."""

from collections.abc import Callable

from ..job import Policy
from ..truth import Truth
from ..world import World
from .by_hand import ByHand
from .oracle import Oracle
from .ordered import Ordered
from .ours import Ours
from .planner import planner, told
from .steady import Steady
from .waves_of_five import WavesOfFive

Made = Callable[[World, Truth], Policy]

#: Name, how it is made, and whether it only serves to compare: it is told what nobody can know.
ALL: dict[str, tuple[Made, bool]] = {
    "by_hand": (lambda world, _truth: ByHand(world), False),
    "ordered": (lambda world, _truth: Ordered(world), False),
    "ask_7": (lambda world, _truth: Steady(world), False),
    "waves_of_5": (lambda world, _truth: WavesOfFive(world), False),
    "ours": (lambda world, _truth: Ours(world), False),
    "told": (told, True),
    "planner": (planner, True),
    "oracle": (Oracle, True),
}

__all__ = ["ALL", "Made", "Ours"]
