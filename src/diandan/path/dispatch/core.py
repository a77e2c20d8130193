"""派单: one round's jobs and teams as the engine's problem, and each team's place for a job.

Pure arithmetic over plain rows. The engine (`diandan.engine`) knows rules and aims that hold
anywhere; what only this house knows (asked before, failed before, not on the menu's list, has
enough work or enough questions this week) is put to it as refused pairs, each with its code.

Costs are the engine's: thousandths of a kilometre's worth, lower asked first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from diandan.engine import aims, problem, rules
from diandan.engine.round import Round
from diandan.engine.weights import Weights

from .learning import FIRST_CHANCE

#: Nobody is asked across the district for a light bulb; by hand, with a reason, she may be.
URGENT_REACH_M = 20_000
NORMAL_REACH_M = 60_000
#: Fatigue budget: a team is asked so often in seven days and no more, whatever it answers.
ASKS_A_WEEK = 20
#: What leaving a job without a team costs: far above any team's cost, more when it presses.
UNMET, UNMET_URGENT, UNMET_A_HOUR, UNMET_WAIT_MAX = 120_000, 120_000, 200, 60_000
#: A team's further jobs of one round get dearer step by step, so that work spreads.
STEPS_MAX = 5
DAY = 24 * 60

NEVER_ASKED_DAYS = 365
GRAVEST_FIRST = (
    "asked_before", "skills", "failed_before", "not_taken", "headcount", "week_cap", "asked_enough",
)  # fmt: skip
#: The engine's rule codes as this house has always called them.
OWN_WORDS = {"skill": "skills", "headcount": "headcount", "reach": "too_far"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One team as one job's ranking sees it. `distance_m` None: a position is unknown.

    `chance` is the predicted thousandth of a yes, `asks_week` how often it was asked in 7 days.
    """

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
    asks_week: int = 0
    chance: int = FIRST_CHANCE
    is_familiar: bool = False


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate's place in the list. `ruled_out` is a rule's code, empty when it may be asked."""

    candidate: Candidate
    cost: int
    parts: dict[str, int] = field(default_factory=dict)
    ruled_out: str = ""


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A living team with what the tables tell of it. `at`: microdegrees, longitude first."""

    id: UUID
    name: str
    skills: frozenset[str]
    at: tuple[int, int] | None
    members: int
    load: int
    week_cap: int
    days_since_asked: int | None
    asks_week: int
    # Every member is away for now: a team without any listed counts as one, this one as none.
    all_away: bool = False


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job that waits for a team. Moments are minutes since 1970."""

    id: UUID
    kind: str
    skills: frozenset[str]
    at: tuple[int, int] | None
    headcount: int
    minutes: int
    window: tuple[int, int]
    promise_by: int
    made: int
    is_urgent: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything one round looks at. `barred`: (job, team) → why this house does not ask."""

    now: int
    jobs: tuple[JobRow, ...]
    teams: tuple[TeamRow, ...]
    barred: Mapping[tuple[UUID, UUID], str]
    familiar: frozenset[tuple[UUID, UUID]]
    chances: Mapping[tuple[UUID, str], int]


def as_problem(scene: Scene, weights: Weights) -> problem.Problem:
    """The round as the engine's problem: a team is a taker, a job needs one team."""
    return problem.Problem(
        people=tuple(_taker(scene, team, weights) for team in scene.teams),
        jobs=tuple(_job(row, scene.now) for row in scene.jobs),
        now=scene.now,
        coordinates="microdegrees",
        refused=tuple((str(job), str(team)) for job, team in sorted(scene.barred)),
        weights=weights,
    )


def _taker(scene: Scene, team: TeamRow, weights: Weights) -> problem.Person:
    room = 0 if team.all_away else max(0, team.week_cap - team.load)
    asked = team.days_since_asked
    known = [scene.chances.get((team.id, job.kind), FIRST_CHANCE) for job in scene.jobs]
    return problem.Person(
        id=str(team.id),
        at=team.at,
        skills=team.skills,
        capacity=room,
        load_bands=_bands(room, weights.load),
        members=max(team.members, 1),
        tasks_this_week=team.load,
        last_asked=None if asked is None else scene.now - asked * DAY,
        familiar=frozenset(str(job) for job, known in scene.familiar if known == team.id),
        acceptance=sum(known) // len(known) if known else FIRST_CHANCE,
    )


def _bands(room: int, step: int) -> tuple[tuple[int, int], ...]:
    """One job at the plain cost, each further one a step dearer."""
    if room <= 1:
        return ()
    singles = min(room - 1, STEPS_MAX)
    bands = [(1, step * nth) for nth in range(singles)]
    return (*bands, (room - singles, step * singles))


def reweighed(round_: problem.Problem, weights: Weights) -> problem.Problem:
    """A kept problem as it would have been put with these weights."""
    people = tuple(
        replace(one, load_bands=_bands(one.capacity, weights.load)) for one in round_.people
    )
    return replace(round_, people=people, weights=weights)


def _job(row: JobRow, now: int) -> problem.Job:
    start, end = row.window
    waited = min(max(0, now - row.made) // 60 * UNMET_A_HOUR, UNMET_WAIT_MAX)
    return problem.Job(
        id=str(row.id),
        window=(start, max(end, start + row.minutes)),
        minutes=row.minutes,
        unmet_price=UNMET + (UNMET_URGENT if row.is_urgent else 0) + waited,
        at=row.at,
        skills=row.skills,
        members=row.headcount,
        promise_by=row.promise_by,
        requester=str(row.id),
        reach_metres=URGENT_REACH_M if row.is_urgent else NORMAL_REACH_M,
    )


def rank(scene: Scene, job: JobRow, weights: Weights) -> list[Ranked]:
    """All teams for one job: those that may be asked first and cheapest first, ties by name."""
    round_ = Round(as_problem(scene, weights))
    need = round_.problem.jobs[scene.jobs.index(job)]
    rows = [
        _judge(scene, job, team, round_, need, taker)
        for team, taker in zip(scene.teams, round_.problem.people, strict=True)
    ]
    return sorted(
        rows, key=lambda r: (bool(r.ruled_out), r.cost, r.candidate.name, r.candidate.team_id)
    )


def why_of(row: Ranked) -> dict[str, Any]:
    """What the why-card keeps of a ranked candidate: figures, never words."""
    c = row.candidate
    return {
        "cost": row.cost,
        "parts": row.parts,
        "distance_m": c.distance_m,
        "load": c.load,
        "days_since_asked": c.days_since_asked,
        "chance": c.chance,
        "familiar": c.is_familiar,
        "ruled_out": row.ruled_out,
    }


def _judge(
    scene: Scene,
    job: JobRow,
    team: TeamRow,
    round_: Round,
    need: problem.Job,
    taker: problem.Person,
) -> Ranked:
    parts = {code: cost for code, cost in aims.parts(round_, need, taker).items() if cost}
    barred = scene.barred.get((job.id, team.id), "")
    codes = {OWN_WORDS.get(rule.code, rule.code) for rule in rules.against(round_, need, taker)}
    if team.members >= job.headcount:
        codes.discard("headcount")  # the engine's word for a full week, which is said as such
    asked = NEVER_ASKED_DAYS if team.days_since_asked is None else team.days_since_asked
    candidate = Candidate(
        team_id=team.id,
        name=team.name,
        skills=team.skills,
        distance_m=round_.metres(need, taker),
        load=team.load,
        week_cap=team.week_cap,
        days_since_asked=asked,
        members=team.members,
        was_asked=barred == "asked_before",
        has_taken_item=barred != "not_taken",
        has_failed=barred == "failed_before",
        asks_week=team.asks_week,
        chance=scene.chances.get((team.id, job.kind), FIRST_CHANCE),
        is_familiar=(job.id, team.id) in scene.familiar,
    )
    return Ranked(candidate, sum(parts.values()), parts, _gravest({barred, *codes}))


def _gravest(codes: set[str]) -> str:
    """The rule that is said: first those that nobody may overrule."""
    against = codes - {"", "refused"}
    known = [code for code in GRAVEST_FIRST if code in against]
    # What the team itself asked for stands last: a person may set it aside without a reason.
    rest = sorted(against - set(known), key=lambda code: (code == "by_hand_only", code))
    return next(iter([*known, *rest]), "")
