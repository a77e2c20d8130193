"""画图: a line chart and bars as inline SVG, drawn here so that the page needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

COLOURS = (
    "#8c564b", "#7f7f7f", "#e08214", "#b2182b", "#1b7837", "#0b4f6c", "#762a83", "#2166ac", "#000",
)  # fmt: skip
DASHES = ("", "6 3", "2 2", "8 3 2 3", "", "6 3", "2 2", "8 3 2 3", "4 4")
WIDE, HIGH, LEFT, BELOW, TOP = 560, 300, 52, 40, 12

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Axes:
    """What runs along the two axes, and their ends."""

    across: str
    up: str
    x: tuple[float, float]
    y: tuple[float, float]
    ticks: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()


def colour(number: int) -> str:
    """The same policy has the same colour and dash on every chart."""
    return COLOURS[number % len(COLOURS)]


def lines(axes: Axes, series: Mapping[str, Points], order: Sequence[str]) -> str:
    """Curves with a legend below; colour is never the only sign, each has its dash."""
    parts = [_frame(axes)]
    for name, points in series.items():
        number = order.index(name) if name in order else 0
        path = " ".join(f"{_x(axes, x):.1f},{_y(axes, y):.1f}" for x, y in points)
        parts.append(
            f'<polyline fill="none" stroke="{colour(number)}" stroke-width="2" '
            f'stroke-dasharray="{DASHES[number % len(DASHES)]}" points="{path}">'
            f"<title>{escape(name)}</title></polyline>"
        )
    return _svg(axes, parts) + legend([n for n in order if n in series], order)


def legend(names: Sequence[str], order: Sequence[str]) -> str:
    """Which line is whose."""
    items = "".join(
        f'<li><svg width="34" height="10" aria-hidden="true"><line x1="0" x2="34" y1="5" y2="5" '
        f'stroke-width="3" stroke="{colour(order.index(name))}" '
        f'stroke-dasharray="{DASHES[order.index(name) % len(DASHES)]}"/></svg> {escape(name)}</li>'
        for name in names
    )
    return f'<ul class="legend">{items}</ul>'


def path(axes: Axes, points: Points, labels: Sequence[str], marks: Mapping[str, Points]) -> str:
    """One labelled curve (a frontier), and single points to compare it with."""
    parts = [_frame(axes)]
    way = " ".join(f"{_x(axes, x):.1f},{_y(axes, y):.1f}" for x, y in points)
    parts.append(f'<polyline fill="none" stroke="#1b7837" stroke-width="2" points="{way}"/>')
    for number, ((x, y), label) in enumerate(zip(points, labels, strict=True)):
        parts.append(_dot(axes, x, y, label, "#1b7837", lower=14 * (number % 3)))
    for name, spots in marks.items():
        parts.extend(_dot(axes, x, y, name, "#762a83") for x, y in spots)
    return _svg(axes, parts)


def _dot(axes: Axes, x: float, y: float, label: str, fill: str, lower: int = 0) -> str:
    at_x, at_y = _x(axes, x), _y(axes, y)
    side = "end" if at_x > WIDE - 120 else "start"
    shift = -7 if side == "end" else 7
    return (
        f'<circle cx="{at_x:.1f}" cy="{at_y:.1f}" r="4" fill="{fill}"/>'
        f'<text x="{at_x + shift:.1f}" y="{at_y - 5 - lower:.1f}" text-anchor="{side}">'
        f"{escape(label)}</text>"
    )


def _svg(axes: Axes, parts: Sequence[str]) -> str:
    said = escape(f"{axes.up} / {axes.across}")
    return f'<svg viewBox="0 0 {WIDE} {HIGH}" role="img" aria-label="{said}">{"".join(parts)}</svg>'


def _x(axes: Axes, value: float) -> float:
    low, high = axes.x
    share = (value - low) / ((high - low) or 1)
    return LEFT + min(max(share, 0.0), 1.0) * (WIDE - LEFT - 16)


def _y(axes: Axes, value: float) -> float:
    low, high = axes.y
    share = (value - low) / ((high - low) or 1)
    return HIGH - BELOW - min(max(share, 0.0), 1.0) * (HIGH - BELOW - TOP)


def _frame(axes: Axes) -> str:
    made = []
    for step in range(6):
        value = axes.y[0] + (axes.y[1] - axes.y[0]) * step / 5
        at = _y(axes, value)
        made.append(
            f'<line class="grid" x1="{LEFT}" x2="{WIDE - 16}" y1="{at:.1f}" y2="{at:.1f}"/>'
            f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{value:.3g}</text>'
        )
    ticks = axes.ticks or tuple(axes.x[0] + (axes.x[1] - axes.x[0]) * k / 5 for k in range(6))
    labels = axes.labels or tuple(f"{tick:.3g}" for tick in ticks)
    for tick, label in zip(ticks, labels, strict=True):
        made.append(
            f'<text x="{_x(axes, tick):.1f}" y="{HIGH - BELOW + 16}" text-anchor="middle">'
            f"{escape(label)}</text>"
        )
    made.append(
        f'<text x="{(LEFT + WIDE) / 2}" y="{HIGH - 6}" text-anchor="middle">'
        f"{escape(axes.across)}</text>"
    )
    return "".join(made)
