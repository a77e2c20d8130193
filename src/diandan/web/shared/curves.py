"""曲线: points as what a template draws into an inline SVG; nothing is fetched, nothing runs.

A line is told apart by its dash and its end's number as well as by colour.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDE, HIGH, LEFT, BELOW, TOP, RIGHT = 560, 300, 48, 40, 12, 30
DASHES = ("8 4", "3 3", "10 3 3 3", "12 6", "", "2 3 8 3")
GRID = 5

Points = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Axes:
    """What runs along the two axes, and their ends; `ticks` are (place, word)."""

    across: str
    up: str
    x: tuple[float, float]
    y: tuple[float, float] = (0.0, 1.0)
    ticks: tuple[tuple[float, str], ...] = ()


def chart(title: str, axes: Axes, series: Mapping[str, Points], order: Sequence[str]) -> Any:
    """Plain rows for `parts/curve.html`. `order` gives every name its number and dash."""
    lines = [
        {
            "name": name,
            "number": number + 1,
            "dash": DASHES[number % len(DASHES)],
            "points": " ".join(f"{_x(axes, x):.1f},{_y(axes, y):.1f}" for x, y in series[name]),
            "end_y": round(_y(axes, series[name][-1][1]) + 4, 1),
        }
        for number, name in enumerate(order)
        if series.get(name)
    ]
    steps = [axes.y[0] + (axes.y[1] - axes.y[0]) * n / GRID for n in range(GRID + 1)]
    return {
        "title": title,
        "across": axes.across,
        "up": axes.up,
        "wide": WIDE,
        "high": HIGH,
        "left": LEFT,
        "right": WIDE - RIGHT,
        "base": HIGH - BELOW + 16,
        "foot": HIGH - 6,
        "middle": (LEFT + WIDE) // 2,
        "end_x": WIDE - RIGHT + 6,
        "rows": [{"y": round(_y(axes, s), 1), "word": f"{s:.3g}"} for s in steps],
        "ticks": [{"x": round(_x(axes, at), 1), "word": word} for at, word in axes.ticks],
        "lines": lines,
    }


def logarithmic(points: Points) -> list[tuple[float, float]]:
    """Waits from minutes to days, side by side."""
    return [(math.log10(x), y) for x, y in points if x > 0]


def _x(axes: Axes, value: float) -> float:
    low, high = axes.x
    share = (value - low) / ((high - low) or 1)
    return LEFT + min(max(share, 0.0), 1.0) * (WIDE - RIGHT - LEFT)


def _y(axes: Axes, value: float) -> float:
    low, high = axes.y
    share = (value - low) / ((high - low) or 1)
    return HIGH - BELOW - min(max(share, 0.0), 1.0) * (HIGH - BELOW - TOP)
