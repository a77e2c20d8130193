"""星级: from hours and points to the star that is reached. No database, no clock."""

from __future__ import annotations

from dataclasses import dataclass

HOUR = 60


@dataclass(frozen=True, slots=True)
class StarRules:
    """One place's rules for stars. `hours` are the thresholds of stars one to five.

    `counts` are the grades of minutes that count; `approvals` say, star by star, which levels
    decide one after the other; `notice` is a promise in working days.
    """

    name: str
    title: str
    hours: tuple[int, ...]
    source: str = ""
    places: tuple[str, ...] = ()
    counts: tuple[str, ...] = ("verified",)
    points_per_hour_min: int = 0
    approvals: tuple[tuple[str, ...], ...] = ()
    notice: str = "3wd"

    def deciders(self, level: int) -> tuple[str, ...]:
        """Which levels decide on a star; the centre alone where nothing is said."""
        return self.approvals[level - 1] if level <= len(self.approvals) else ("county",)


@dataclass(frozen=True, slots=True)
class Stand:
    """Where she stands: what counts, the star it is enough for, and what the next one needs."""

    minutes: int
    points: int
    reached: int
    next_level: int
    minutes_needed: int
    points_needed: int


def stand(rules: StarRules, minutes: int, points: int) -> Stand:
    """The highest star whose hours, and points where the rules want them, are there."""
    reached = 0
    for level, hours in enumerate(rules.hours, 1):
        if minutes >= hours * HOUR and points >= _points_for(rules, minutes):
            reached = level
    if reached >= len(rules.hours):
        return Stand(minutes, points, reached, 0, 0, 0)
    target = rules.hours[reached] * HOUR
    lacking = max(0, _points_for(rules, max(minutes, target)) - points)
    return Stand(minutes, points, reached, reached + 1, max(0, target - minutes), lacking)


def _points_for(rules: StarRules, minutes: int) -> int:
    """龙泉驿: so many points for every hour she gave."""
    return minutes // HOUR * rules.points_per_hour_min
