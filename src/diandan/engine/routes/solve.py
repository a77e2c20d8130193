"""求解: a day's routes, by our own search, or by PyVRP where its aims are the problem's.

Two hands search side by side with different luck. A hand cools several times over: the first
time from hot, later from its best plan, warmed again. With a count of moves the answer depends on
the seed alone; with seconds, on the machine too.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from diandan.engine.routes.anneal import anneal, copy, price
from diandan.engine.routes.bound import lower_bound
from diandan.engine.routes.columns import Day, columns
from diandan.engine.routes.plan import write
from diandan.engine.routes.problem import Problem
from diandan.engine.routes.schedule import SUM_WAY, Tour, empty_tour
from diandan.engine.routes.start import build, opening_order
from diandan.engine.routes.visiting import by_pyvrp, fits

HANDS = 2
HOT, WARM, COLD = 1.0, 0.4, 0.03  # heats, as shares of the first plan's mean way between nodes
CHUNK = 20_000  # moves at one heat
ROUND = 500_000  # moves a node that one cooling is worth
ROUNDS = 6  # coolings at most
OWN = "own neighbourhood search"


@dataclass(slots=True)
class Pace:
    """How far a hand has come, by moves when they are counted, else by time."""

    seconds: float
    moves: int | None
    began: float
    done: int = 0

    def share(self) -> float:
        """From 0 to 1 and beyond."""
        spent = (time.monotonic() - self.began) / max(self.seconds, 1e-3)
        return spent if self.moves is None else max(self.done / max(self.moves, 1), int(spent))

    def expected(self) -> float:
        """How many moves there will have been in the end."""
        if self.moves is not None:
            return self.moves
        spent = time.monotonic() - self.began
        return self.done / max(spent, 1e-3) * self.seconds


def search(day: Day, seed: int, pace: Pace, floor: int) -> tuple[Tour, int]:
    """One hand: the best tour it met and how many moves it tried."""
    dice = np.array([(seed * 0x9E3779B97F4A7C15 + 0xD1B54A32D192ED03) % (1 << 64) or 1], np.uint64)
    tour, best, room = empty_tour(day), empty_tour(day), empty_tour(day)
    places = np.zeros(2, np.int64)
    build(day, tour, opening_order(day), places)
    copy(tour, best)
    mean_way = max(1.0, float(tour.sums[SUM_WAY]) / max(1, day.size + day.crew))
    rounds, current = 0, 0
    while day.size and price(best) > floor:
        share = pace.share()
        if share >= 1:
            break
        if rounds == 0 and pace.done:
            rounds = int(min(ROUNDS, max(1, pace.expected() / (ROUND * day.size))))
        current, last = int(share * max(rounds, 1)), current
        if current != last:
            copy(best, tour)
        within = share * max(rounds, 1) - current
        top = HOT if current == 0 else WARM
        heat = mean_way * top * (COLD / top) ** within
        anneal(day, tour, best, room, places, dice, heat, CHUNK)
        pace.done += CHUNK
    return best, pace.done


def solve(
    problem: Problem, seconds: float, seed: int, *, moves: int | None = None, hands: int = HANDS
) -> dict[str, Any]:
    """A plan for the problem; stops after `moves` tried by each hand, or `seconds`."""
    day = columns(problem)
    floor = lower_bound(day)
    search(day, 0, Pace(1, 1, time.monotonic()), floor)  # the kernels are loaded before time runs
    began = time.monotonic()
    if fits(problem) and moves is None:
        found = by_pyvrp(day, seconds, seed)
        if found is not None:
            return write(problem, day, found, floor, {"by": "pyvrp", "seed": seed})

    def hand(number: int) -> tuple[Tour, int]:
        return search(day, seed * hands + number, Pace(seconds, moves, began), floor)

    with ThreadPoolExecutor(hands) as pool:
        found_by = list(pool.map(hand, range(hands)))
    best = min(found_by, key=lambda found: int(price(found[0])))[0]
    tried = sum(done for _, done in found_by)
    return write(problem, day, best, floor, {"by": OWN, "seed": seed, "moves": tried})
