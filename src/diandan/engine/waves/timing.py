"""时机: how many times an answer can still be waited for, and how long for one person's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from .acceptance import Floats, Whole
from .hours import Daily


@dataclass(frozen=True, slots=True)
class Settings:
    """A centre's own settings; whole minutes."""

    asking: Daily = field(default_factory=Daily)
    asks_a_week_max: int = 3
    asks_a_week_more: int = 3  # beyond it, for a job due within a day that else stays unfilled
    due_soon: int = 24 * 60
    patience: int = 45  # after which silence is usually a no
    patience_most: int = 90
    answer: int = 30  # a refusal and its replacement take about so long, the silent ones included
    target: float = 0.98  # chance of enough yeses in the time left
    haste: int = 1  # so many rounds are asked at once; more is quicker, and more people are asked
    early: int = 120  # a booked job should be full so long before its start
    set_out: int = 35  # minutes from a yes to the door
    ready: int = 15  # minutes from a yes to setting out
    backup_below: int = 60  # slack between start and promise under which a drop-out is not mended
    backup_pool: int = (
        30  # people left to ask; with fewer a backup takes from others what they need
    )
    backup_risk: float = 0.03  # and the chance of a drop-out above which a backup is asked ahead


@dataclass(frozen=True, slots=True)
class Window:
    """When a job may start: not before `start`, by `promise`; `booked` for a certain hour."""

    start: int
    promise: int
    booked: bool


#: Edges, in minutes, between which times to an answer are counted.
ANSWER_EDGES = np.array([5, 10, 15, 20, 30, 45, 60, 90, 120, 240, 480, 1440], dtype=np.int64)


class AnswerTimes:
    """How soon people who say yes say it: counted by edges, with a first guess worth thirty."""

    def __init__(self, *, guess: int = 15) -> None:
        until = 0.5 ** (guess / ANSWER_EDGES)  # half of the yeses have come by then
        self._counts = 30 * np.diff(until, prepend=0.0)
        self._shares = np.cumsum(self._counts) / self._counts.sum()

    def learn(self, minutes: int) -> None:
        """One yes, so long after it was asked for."""
        self._counts[min(int(np.searchsorted(ANSWER_EDGES, minutes)), len(ANSWER_EDGES) - 1)] += 1
        self._shares = np.cumsum(self._counts) / self._counts.sum()

    def in_time(self, minutes: Whole) -> Floats:
        """The share of yeses that come within so many minutes; never quite none."""
        share = np.interp(minutes, ANSWER_EDGES, self._shares, left=0.0)
        return np.asarray(np.maximum(share, 0.02), dtype=np.float64)


def answer_left(window: Window, settings: Settings, at: int, minutes_away: Whole) -> Whole:
    """Minutes in which each one's yes still lets her be there by the promise."""
    return np.asarray(window.promise - at - settings.ready - minutes_away, dtype=np.int64)


#: With more rounds than this left, silence is waited for longer.
ROUNDS_KEPT = 8


def rounds_left(window: Window, settings: Settings, at: int) -> int:
    """Rounds of asking that fit in the time left, counted in waking hours; at least one."""
    if window.booked and at < window.start:
        until = max(window.start - settings.early, at)
    else:
        until = window.promise - settings.set_out
    answers = settings.asking.minutes_between(at, until) // settings.answer
    return max(1, answers // settings.haste)


def patience(rounds: int, settings: Settings) -> int:
    """Minutes to wait for one person before somebody else is asked in her stead."""
    return max(
        settings.patience, min(settings.patience_most, rounds * settings.answer // ROUNDS_KEPT)
    )


def miss_chance(missed: int, engaged: int, *, usual: float = 0.08, strength: float = 12.0) -> float:
    """How likely a person who said yes does not come: her own record, drawn to the usual rate."""
    return (missed + usual * strength) / (engaged + strength)


def backups_wanted(
    misses: Sequence[float], window: Window, settings: Settings, *, others: int
) -> int:
    """Backups to ask ahead: for a booked job without time to mend a drop-out, if one is likely.

    One as a rule, a second where more than half a head is expected to be missing. None where few
    `others` could be asked: in replays such backups cost other jobs more than they saved.
    """
    if not window.booked or window.promise - window.start >= settings.backup_below:
        return 0
    if others < settings.backup_pool:
        return 0
    nobody = 1.0
    for miss in misses:
        nobody *= 1.0 - miss
    if 1.0 - nobody < settings.backup_risk:
        return 0
    return 2 if sum(misses) > 0.5 else 1
