"""安静时段: minutes of the day in which nobody is asked, and time counted without them.

A moment is a count of minutes from some midnight, so that the arithmetic needs no calendar.
"""

from __future__ import annotations

from dataclasses import dataclass

DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Daily:
    """The part of every day in which something may happen: from `opens` until `closes`."""

    opens: int = 8 * 60
    closes: int = 21 * 60

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= DAY:
            raise ValueError("a daily span opens before it closes, on the same day")

    @property
    def length(self) -> int:
        """Open minutes of one day."""
        return self.closes - self.opens

    def is_open(self, at: int) -> bool:
        """Whether `at` lies in the open part of its day."""
        return self.opens <= at % DAY < self.closes

    def next_open(self, at: int) -> int:
        """`at` itself when open, else the next opening."""
        day, minute = divmod(at, DAY)
        if minute < self.opens:
            return day * DAY + self.opens
        return at if minute < self.closes else (day + 1) * DAY + self.opens

    def minutes_between(self, at: int, until: int) -> int:
        """Open minutes from `at` to `until`; 0 when `until` is past."""
        return max(0, self._since_zero(until) - self._since_zero(at))

    def after(self, at: int, minutes: int) -> int:
        """The moment at which `minutes` open minutes have passed since `at`."""
        total = self._since_zero(at) + minutes
        day, rest = divmod(total, self.length)
        if rest == 0 and minutes > 0:
            day, rest = day - 1, self.length
        return day * DAY + self.opens + rest

    def _since_zero(self, at: int) -> int:
        day, minute = divmod(at, DAY)
        return day * self.length + min(max(minute - self.opens, 0), self.length)
