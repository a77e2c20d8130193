"""汇总: means over seeds with 95 % intervals, and whether the aims are met."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .policies import ALL

#: Student's t, two-sided 95 %, by degrees of freedom 1 .. 30; beyond, the normal value.
T_95 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip

#: Figures on which policies are compared, and whether more of it is better.
COMPARED = {
    "served_in_promise": True,
    "wait_p50": False,
    "wait_p90": False,
    "alerts_per_filled": False,
    "idle_feasible": False,
    "gini_asks": False,
    "gini_hours": False,
    "travel_km": False,
    "unmet": False,
}
OURS = "ours"


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over seeds, and half the width of its 95 % interval."""

    mean: float
    half: float


def mean(values: Sequence[float]) -> Mean:
    """Student's interval; one value has none."""
    count = len(values)
    middle = sum(values) / count
    if count < 2:
        return Mean(middle, 0.0)
    spread = math.sqrt(sum((v - middle) ** 2 for v in values) / (count - 1))
    times = T_95[count - 2] if count - 2 < len(T_95) else 1.96
    return Mean(middle, times * spread / math.sqrt(count))


def summary(rows: Sequence[Mapping[str, Mapping[str, float]]]) -> dict[str, dict[str, Mean]]:
    """By policy and figure, from one mapping of policies to figures a seed.

    A policy that was not lived through with every seed has its mean over those it was.
    """
    made: dict[str, dict[str, Mean]] = {}
    for name in dict.fromkeys(name for row in rows for name in row):
        lived = [row[name] for row in rows if name in row]
        keys = list(dict.fromkeys(key for one in lived for key in one))
        made[name] = {k: mean([one.get(k, 0.0) for one in lived]) for k in keys}
    return made


@dataclass(frozen=True, slots=True)
class Aim:
    """One aim of the brief, what was reached, and whether that meets it."""

    name: str
    reached: float
    wanted: float
    met: bool


def aims(
    rows: Sequence[Mapping[str, Mapping[str, float]]], name: str = OURS
) -> tuple[list[Aim], dict[str, str]]:
    """The brief's aims for one policy, and the figures in which a lawful rival is better.

    Ratios are taken seed by seed, so that common luck cancels. The second answer names, for each
    figure in which some policy beats it by more than both intervals, that policy.
    """
    rows = [row for row in rows if name in row]
    found = summary(rows)
    ours = found[name]
    made = [
        _aim("idle_feasible", ours["idle_feasible"].mean, 0.001, at_least=False),
    ]
    if "oracle" in found:
        ratio = mean([_ratio(r, name, "oracle", "served_in_promise") for r in rows]).mean
        made.insert(0, _aim("served_against_oracle", ratio, 0.99, at_least=True))
    for told in ("planner", "told"):
        if told in found:
            both = [r for r in rows if told in r]
            ratio = mean([_ratio(r, name, told, "alerts_per_filled") for r in both]).mean
            made.append(_aim(f"alerts_against_{told}", ratio, 1.2, at_least=False))
    rivals = [n for n, (_made, is_told) in ALL.items() if not is_told and n in found and n != OURS]
    if not rivals:
        return made, {}
    for key in ("gini_asks", "gini_hours"):
        least = min(found[n][key].mean for n in rivals)
        made.append(_aim(f"{key}_lowest", ours[key].mean, least, at_least=False))
    return made, _beaten(found, ours, rivals)


def _aim(name: str, reached: float, wanted: float, *, at_least: bool) -> Aim:
    return Aim(name, reached, wanted, reached >= wanted if at_least else reached <= wanted)


def _ratio(row: Mapping[str, Mapping[str, float]], name: str, other: str, key: str) -> float:
    return row[name][key] / row[other][key] if row[other][key] else 1.0


def _beaten(
    found: Mapping[str, Mapping[str, Mean]], ours: Mapping[str, Mean], rivals: Sequence[str]
) -> dict[str, str]:
    worse = {}
    for key, more_is_better in COMPARED.items():
        sign = 1 if more_is_better else -1
        best = _best(found, rivals, key, sign)
        gap = sign * (found[best][key].mean - ours[key].mean)
        if gap > found[best][key].half + ours[key].half:
            worse[key] = best
    return worse


def _best(
    found: Mapping[str, Mapping[str, Mean]], rivals: Sequence[str], key: str, sign: int
) -> str:
    return max(rivals, key=lambda name: sign * found[name][key].mean)
