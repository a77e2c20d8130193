"""记单: from minutes of presence to minutes and points on the books. No database, no clock.

Every step that changed a figure is kept with what went in and what came out, so that the
volunteer can be shown the arithmetic and an auditor can do it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

HOUR = 60
PERCENT = 100


@dataclass(frozen=True, slots=True)
class Rules:
    """One place's rules for hours. Minutes throughout; nought or empty means: no such rule.

    `bands` are (up to so many minutes, count so many), the last one repeating by the hour:
    ((15, 0), (45, 30), (60, 60)) counts 70 minutes as 60 + 0. `factors` are percentages of the
    points for hardship (夜间, 难度); they never touch the minutes, which say what was given.
    `kinds` say which kind of service is how hard; `night` is from which hour to which it is night.
    `no_shows_max` unexcused no-shows in a year take her off the list until somebody looked.
    """

    name: str
    title: str
    source: str = ""
    places: tuple[str, ...] = ()
    bands: tuple[tuple[int, int], ...] = ()
    presence_percent_min: int = 0
    planned_percent_max: int = 0
    event_minutes_max: int = 0
    day_minutes_max: int = 0
    year_minutes_max: int = 0
    points_per_hour: int = 0
    factors: Mapping[str, int] | None = None
    notice: str = "3wd"
    kinds: Mapping[str, str] | None = None
    night: tuple[int, ...] = ()
    leader_percent: int = 0
    minor_day_minutes_max: int = 0
    points_months: int = 0
    no_shows_max: int = 0


@dataclass(frozen=True, slots=True)
class Presence:
    """What is known of one session of one volunteer; travel is not in it."""

    minutes: int
    planned: int
    today: int = 0
    year: int = 0
    factor: str = ""
    is_leader: bool = False
    is_minor: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One rule that was looked at: its code, what went in, what came out, and its figure."""

    rule: str
    before: int
    after: int
    figure: int = 0


@dataclass(frozen=True, slots=True)
class Count:
    """What is counted, and how it came about."""

    minutes: int
    points: int
    steps: tuple[Step, ...]

    def as_data(self) -> list[dict[str, Any]]:
        """The steps as plain JSON."""
        return [asdict(step) for step in self.steps]


def count(rules: Rules, given: Presence) -> Count:
    """Apply the rules in one order: presence, plan, rounding, event, day, year, then points."""
    steps = [Step("present", given.minutes, given.minutes, given.planned)]

    def then(rule: str, after: int, figure: int) -> None:
        before = steps[-1].after
        if after != before:
            steps.append(Step(rule, before, after, figure))

    longest = given.planned * rules.planned_percent_max // PERCENT
    for rule, after, figure in (
        ("presence_min", _enough(rules, given), rules.presence_percent_min),
        ("planned_max", min(given.minutes, longest) if longest else given.minutes, longest),
    ):
        then(rule, min(steps[-1].after, after), figure)
    if rules.bands:
        then("rounding", in_bands(steps[-1].after, rules.bands), rules.bands[-1][0])
    for rule, most, had in (
        ("event_max", rules.event_minutes_max, 0),
        ("day_max", rules.day_minutes_max, given.today),
        ("minor_day_max", rules.minor_day_minutes_max if given.is_minor else 0, given.today),
        ("year_max", rules.year_minutes_max, given.year),
    ):
        if most:
            then(rule, min(steps[-1].after, max(0, most - had)), most)
    minutes = steps[-1].after
    return Count(minutes, _points(rules, given, minutes, steps), tuple(steps))


def _enough(rules: Rules, given: Presence) -> int:
    """All of it, or nothing when she was there for too small a share of the session."""
    too_short = given.minutes * PERCENT < given.planned * rules.presence_percent_min
    return 0 if too_short else given.minutes


def _points(rules: Rules, given: Presence, minutes: int, steps: list[Step]) -> int:
    """What the minutes bring, raised for hardship and for leading; the steps are added."""
    points = minutes * rules.points_per_hour // HOUR
    if rules.points_per_hour:
        steps.append(Step("points", minutes, points, rules.points_per_hour))
    raises = (
        ("factor", (rules.factors or {}).get(given.factor, PERCENT)),
        ("leader", rules.leader_percent if given.is_leader and rules.leader_percent else PERCENT),
    )
    for rule, percent in raises:
        if percent != PERCENT and rules.points_per_hour:
            raised = points * percent // PERCENT
            steps.append(Step(rule, points, raised, percent))
            points = raised
    return points


def factor_of(rules: Rules, kind: str, hour: int) -> str:
    """The hardship of a session: by its kind of service, else by the hour at which it began."""
    named = (rules.kinds or {}).get(kind, "")
    if named:
        return named
    if len(rules.night) == 2:
        begins, ends = rules.night
        is_night = begins <= hour or hour < ends if begins > ends else begins <= hour < ends
        return "night" if is_night else ""
    return ""


def in_bands(minutes: int, bands: tuple[tuple[int, int], ...]) -> int:
    """Minutes rounded by bands; past the last band each whole one counts, then the rest anew."""
    last, worth = bands[-1]
    whole, rest = divmod(minutes, last)
    if rest == 0:
        return whole * worth
    return whole * worth + next(counted for most, counted in bands if rest <= most)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Who vouches for one volunteer's session. Verified only when nothing is missing."""

    has_order: bool
    is_accepted: bool
    came_by_code: bool
    left_by_code: bool
    is_confirmed: bool
    is_within_plan: bool = True
    is_alone_in_time: bool = True
    is_undoubted: bool = True

    @property
    def missing(self) -> tuple[str, ...]:
        """Codes of what keeps the minutes from being verified."""
        held = (
            ("order", self.has_order),
            ("acceptance", self.is_accepted),
            ("check_in_code", self.came_by_code),
            ("check_out_code", self.left_by_code),
            ("confirmation", self.is_confirmed),
            ("longer_than_planned", self.is_within_plan),
            ("two_places_at_once", self.is_alone_in_time),
            ("doubt", self.is_undoubted),
        )
        return tuple(code for code, holds in held if not holds)

    @property
    def is_verified(self) -> bool:
        """Proved from every side."""
        return not self.missing
