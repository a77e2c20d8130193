"""一次推演: a world, a seed and policies in; figures and curves out. The same seed, the same numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from .curves import Curves, curves
from .demand import Request, requests
from .job import Policy
from .measure import figures
from .people import Population, population
from .policies import ALL
from .policies.ours import Ours
from .reach import reach
from .simulator import Lived, Month, Simulator
from .truth import Truth
from .world import World

SETTLED = "ours_settled"  # ours after a month in which it learnt how people answer
NAMES = (*ALL, SETTLED)
ELSEWHERE = 1_000_003  # the seed of the month before differs by so much


@dataclass(frozen=True, slots=True)
class Outcome:
    """One policy's month."""

    figures: dict[str, float]
    curves: Curves


def month(
    world: World,
    seed: int,
    crowd: Population | None = None,
    asked_for: list[Request] | None = None,
) -> Month:
    """What all policies of a seed are given alike; a centre's own people and requests if given."""
    people = population(world, seed) if crowd is None else crowd
    wanted = requests(world, seed) if asked_for is None else asked_for
    return Month(world, seed, people, wanted, reach(world, people, wanted))


def live(given: Month, name: str) -> Outcome:
    """One policy through the month."""
    truth = Truth(given.world, given.crowd, given.seed)
    if name == SETTLED:
        return _settled(given, truth)
    return outcome(given, ALL[name][0](given.world, truth), truth)


def _settled(given: Month, truth: Truth) -> Outcome:
    """The month before is lived through first, with other requests; only what it learnt is kept."""
    policy = Ours(given.world, keeps_learnt=True)
    before = requests(given.world, given.seed + ELSEWHERE)
    earlier = replace(
        given,
        seed=given.seed + ELSEWHERE,
        requests=before,
        reach=reach(given.world, given.crowd, before),
    )
    Simulator(earlier, policy, Truth(given.world, given.crowd, earlier.seed)).run()
    return outcome(given, policy, truth)


def outcome(given: Month, policy: Policy, truth: Truth) -> Outcome:
    """Any policy through the month."""
    lived: Lived = Simulator(given, policy, truth).run()
    return Outcome(figures(given, lived), curves(given, lived))


def compare(
    world: World,
    seed: int,
    names: Iterable[str] = NAMES,
    tell: Callable[[str], None] = lambda _said: None,
) -> dict[str, Outcome]:
    """All policies on one seed's month."""
    given = month(world, seed)
    made = {}
    for name in names:
        made[name] = live(given, name)
        tell(name)
    return made
