"""评单: what a pile of scores says, and how little few scores say. No database, no clock."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

BAD_MAX = 2
GOOD_MIN = 3  # 基本满意 and better (好差评, GB/T 39735)
Z_95 = 1.959963984540054


def is_bad(score: int) -> bool:
    """不满意 or 非常不满意: somebody must take it up."""
    return score <= BAD_MAX


def wilson_lower(good: int, n: int, z: float = Z_95) -> float | None:
    """The lower bound of the share of good among all, 95 % sure (Wilson 1927); None for n = 0.

    One 5-star rating gives 0.21, a hundred give 0.96: a unit cannot lead by asking one friend.
    """
    if not 0 <= good <= n:
        raise ValueError(f"{good} good of {n}")
    if n == 0:
        return None
    share = good / n
    middle = share + z * z / (2 * n)
    spread = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, (middle - spread) / (1 + z * z / n))


@dataclass(frozen=True, slots=True)
class Figures:
    """What one sort of raters said of `asked` served orders. Silence counts in `asked` alone."""

    asked: int
    answered: int
    n: int
    good: int
    by_score: dict[int, int]

    @property
    def silent(self) -> int:
        """Served orders nobody of this sort rated: neither good nor bad."""
        return self.asked - self.answered

    @property
    def response_rate(self) -> float | None:
        """The share of served orders that were rated; None when none was served."""
        return self.answered / self.asked if self.asked else None

    @property
    def share_good(self) -> float | None:
        """The share of good among the ratings given; None when there are none."""
        return self.good / self.n if self.n else None

    @property
    def lower(self) -> float | None:
        """The share of good that the ratings prove at least (Wilson, 95 %)."""
        return wilson_lower(self.good, self.n)


def figures(asked: int, answered: int, scores: Iterable[int]) -> Figures:
    """Count scores of one sort of raters."""
    counts = Counter(scores)
    return Figures(
        asked=asked,
        answered=answered,
        n=counts.total(),
        good=sum(n for score, n in counts.items() if score >= GOOD_MIN),
        by_score={score: counts.get(score, 0) for score in (5, 4, 3, 2, 1)},
    )
