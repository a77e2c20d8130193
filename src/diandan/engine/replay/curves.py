"""曲线: what a page draws of one month: waits, people never asked, shares of asks, reliability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diandan.engine.waves.calibration import calibration

from .people import DAY
from .policies import Ours
from .simulator import Lived, Month

WAITS = (5, 10, 15, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1440, 2880)
SHARES = 20

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Curves:
    """`filled`: share of requests full after so many minutes; `unasked`: share of willing people
    not asked by the end of each day; `asks`: Lorenz curve; `reliability`: predicted and true."""

    filled: Points
    unasked: Points
    asks: Points
    reliability: Points


def curves(month: Month, lived: Lived) -> Curves:
    """Of one policy and seed."""
    jobs, desk = lived.jobs, lived.desk
    waits = np.array([j.filled_at - j.request.placed for j in jobs if j.filled_at >= 0])
    days = range(1, month.world.month.days + 1)
    first = desk.first_asked_at
    counted = np.cumsum(np.sort(desk.asks))
    total = max(1, int(counted[-1])) if len(counted) else 1
    at = [round(len(counted) * k / SHARES) for k in range(SHARES + 1)]
    reliability: Points = ()
    if isinstance(lived.policy, Ours):
        said = calibration(np.array(lived.policy.predicted), np.array(lived.policy.came_true))
        reliability = tuple((b.predicted, b.said_yes) for b in said.bins if b.asks >= 30)
    return Curves(
        filled=tuple((w, float(np.sum(waits <= w)) / max(1, len(jobs))) for w in WAITS),
        unasked=tuple((d, float(np.mean((first < 0) | (first >= d * DAY)))) for d in days),
        asks=tuple((k / SHARES, counted[n - 1] / total if n else 0.0) for k, n in enumerate(at)),
        reliability=reliability,
    )
