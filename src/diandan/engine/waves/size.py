"""波次大小: the smallest set to ask so that enough say yes in the time that is left."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import chain


def chance_of_enough(chances: Iterable[float], need: int) -> float:
    """The probability that at least `need` of these independent people say yes."""
    if need <= 0:
        return 1.0
    fewer = [1.0] + [0.0] * (need - 1)
    for chance in chances:
        _add(fewer, chance)
    return 1.0 - sum(fewer)


def asks_needed(asked: Sequence[float], next_ones: Sequence[float], need: int, to: float) -> int:
    """How many of `next_ones`, in order, beside those already `asked`, reach probability `to`.

    All of them when even all do not reach it.
    """
    if need <= 0:
        return 0
    fewer = [1.0] + [0.0] * (need - 1)
    for chance in asked:
        _add(fewer, chance)
    for count, chance in enumerate(chain(next_ones, (0.0,))):
        if 1.0 - sum(fewer) >= to:
            return count
        _add(fewer, chance)
    return len(next_ones)


def wave_size(
    asked: Sequence[float], next_ones: Sequence[float], need: int, *, rounds: int, target: float
) -> int:
    """How many of `next_ones` to ask now.

    `asked` are the chances of those who have not answered yet. With `rounds` answer times left,
    the people needed in all are spread over them; a refuser is replaced at once because there
    are always at least `need` people asked.
    """
    if need <= 0:
        return 0
    in_all = len(asked) + asks_needed(asked, next_ones, need, target)
    at_once = max(need, math.ceil(in_all / max(1, rounds)))
    return min(max(0, at_once - len(asked)), len(next_ones))


def _add(fewer: list[float], chance: float) -> None:
    """Fold one more person into the distribution of 0 .. need-1 yeses."""
    for yes in range(len(fewer) - 1, 0, -1):
        fewer[yes] += (fewer[yes - 1] - fewer[yes]) * chance
    fewer[0] *= 1.0 - chance
