"""派单: order the teams that may be asked, each with its reasons. Pure arithmetic.

A simple, exact rule for now (the engine of a later issue replaces it behind the same rows):
ruled out by a rule, or scored in points of *cost*, lower asked first:

    travel      1 point a 100 m, 80 when a position is unknown
    load        25 points for each living job this week
    turn        1 point a day less since last asked, up to 30 (the longest unasked goes first)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

UNKNOWN_TRAVEL = 80
LOAD_COST = 25
TURN_DAYS = 30
# Nobody is asked across the district for a light bulb; by hand, with a reason, she may be.
URGENT_REACH_M = 20_000
NORMAL_REACH_M = 60_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """One team as the ranking sees it. `distance_m` None: a position is unknown."""

    team_id: UUID
    name: str
    skills: frozenset[str]
    distance_m: int | None
    load: int
    week_cap: int
    days_since_asked: int
    members: int
    was_asked: bool = False
    has_taken_item: bool = True
    has_failed: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """What the job asks of a team."""

    skills: frozenset[str]
    headcount: int
    takers_only: bool = False
    reach_m: int | None = None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate's place in the list. `ruled_out` is a rule's code, empty when it may be asked."""

    candidate: Candidate
    cost: int
    parts: dict[str, int] = field(default_factory=dict)
    ruled_out: str = ""


def rank(need: Need, candidates: Iterable[Candidate]) -> list[Ranked]:
    """All candidates, those that may be asked first and cheapest first, ties by name."""
    rows = [_judge(need, c) for c in candidates]
    return sorted(
        rows, key=lambda r: (bool(r.ruled_out), r.cost, r.candidate.name, r.candidate.team_id)
    )


def _judge(need: Need, c: Candidate) -> Ranked:
    parts = {
        "travel": UNKNOWN_TRAVEL if c.distance_m is None else c.distance_m // 100,
        "load": c.load * LOAD_COST,
        "turn": max(0, TURN_DAYS - c.days_since_asked),
    }
    return Ranked(c, sum(parts.values()), parts, _rule_against(need, c))


def _rule_against(need: Need, c: Candidate) -> str:
    """The first hard rule that speaks against asking this team, or an empty string."""
    if c.was_asked:
        return "asked_before"
    if c.has_failed:
        return "failed_before"
    if need.takers_only and not c.has_taken_item:
        return "not_taken"
    if not need.skills <= c.skills:
        return "skills"
    if c.members < need.headcount:
        return "headcount"
    if c.load >= c.week_cap:
        return "week_cap"
    if need.reach_m is not None and c.distance_m is not None and c.distance_m > need.reach_m:
        return "too_far"
    return ""
