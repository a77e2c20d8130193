"""校准: whether predicted chances come true: Brier score and reliability by tenths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .acceptance import Floats

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Asks whose predicted chance lay in one tenth."""

    asks: int
    predicted: float
    said_yes: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """`brier` of the predictions, of always saying the mean (`brier_of_mean`), and the bins.

    `off` is the mean distance between predicted and true rate, weighted by asks.
    """

    asks: int
    brier: float
    brier_of_mean: float
    off: float
    bins: tuple[Bin, ...]


def calibration(predicted: Floats, said_yes: Floats) -> Calibration:
    """Judge predictions made before their answers; with none, all is 0."""
    count = len(predicted)
    if count == 0:
        return Calibration(0, 0.0, 0.0, 0.0, ())
    brier = float(np.mean((predicted - said_yes) ** 2))
    mean = float(np.mean(said_yes))
    tenth = np.minimum((predicted * BINS).astype(np.int64), BINS - 1)
    bins = tuple(
        Bin(
            int(np.sum(tenth == k)),
            float(np.mean(predicted[tenth == k])),
            float(np.mean(said_yes[tenth == k])),
        )
        for k in range(BINS)
        if np.any(tenth == k)
    )
    off = sum(b.asks * abs(b.predicted - b.said_yes) for b in bins) / count
    return Calibration(count, brier, mean * (1 - mean), off, bins)
