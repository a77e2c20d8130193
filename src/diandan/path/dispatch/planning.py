"""派单计划: all waiting jobs of a centre solved together, kept with the problem they answered.

The engine compiles machine code when it is loaded: only the dispatch process and commands import
this module, never a page.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from diandan.engine import aims, rules
from diandan.engine.many import Crew
from diandan.engine.plan import Plan, digest
from diandan.engine.plan import write as write_plan
from diandan.engine.problem import Problem
from diandan.engine.round import Round
from diandan.engine.staffing.timed import Timed, solve_timed
from diandan.engine.writing import write as write_problem
from diandan.ground.places.models import Place
from diandan.path.bundle.models import Job

from .core import Scene, as_problem
from .models import DispatchRound
from .rounds import latest
from .scene import scene_of
from .weights import weights_of

#: So many teams a job are kept in the order in which they would be asked.
KEPT = 8
#: The problem's clock moves in steps: a quiet quarter of an hour is one and the same problem.
STEP_MINUTES = 15
TICK = timedelta(microseconds=1)
#: Rounds from which nobody was asked need not be kept for long.
UNUSED_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The jobs of one centre that wait together; `takers_only`: those only known takers may do.

    `away`: how many of a team's members cannot be sent now.
    """

    centre: Place
    jobs: Sequence[Job]
    takers_only: Sequence[UUID] = ()
    away: Mapping[UUID, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Posed:
    """A centre's jobs as a problem, and the round that was planned last."""

    waiting: Waiting
    at: datetime
    scene: Scene
    problem: Problem
    document: dict[str, Any]
    mark: str
    last: DispatchRound | None

    @property
    def is_new(self) -> bool:
        """Whether the last round answered another problem."""
        return self.last is None or self.last.digest != self.mark


def plan_round(
    centre: Place, jobs: Iterable[Job], at: datetime, *, takers_only: Iterable[UUID] = ()
) -> tuple[DispatchRound, bool]:
    """The optimal plan for these jobs; the last round itself (and False) if nothing has changed."""
    posed = pose(Waiting(centre, tuple(jobs), tuple(takers_only)), at)
    if posed.last is not None and not posed.is_new:
        return posed.last, False
    return keep(posed, solve_timed(posed.problem)), True


def plan_rounds(
    all_waiting: Iterable[Waiting], at: datetime, crew: Crew
) -> Iterator[tuple[Waiting, DispatchRound]]:
    """The new rounds of many centres, in their order. Only solving is the crew's; tables are ours.

    A crew that works here solves a centre's problem only when the round before has been used.
    """
    begun: deque[Posed] = deque()

    def problems() -> Iterator[Problem]:
        for waiting in all_waiting:
            posed = pose(waiting, at)
            if posed.is_new:
                begun.append(posed)
                yield posed.problem

    for solved in crew.map(solve_timed, problems()):
        posed = begun.popleft()
        yield posed.waiting, keep(posed, solved)


def pose(waiting: Waiting, at: datetime) -> Posed:
    """Read the tables into a problem."""
    step = at - timedelta(minutes=int(at.timestamp()) // 60 % STEP_MINUTES)
    step = step.replace(second=0, microsecond=0)
    scene = scene_of(
        waiting.centre, waiting.jobs, step, takers_only=waiting.takers_only, away=waiting.away
    )
    problem = as_problem(scene, weights_of(waiting.centre))
    document = write_problem(problem)
    last = latest(waiting.centre)
    return Posed(waiting, at, scene, problem, document, digest(document), last)


def keep(posed: Posed, solved: Timed) -> DispatchRound:
    """Write the plan down with the problem it answers."""
    plan, last = solved.plan, posed.last
    return DispatchRound.objects.create(
        centre=posed.waiting.centre,
        # A clock that was set back must not hide this round behind an older one.
        made_at=max(posed.at, last.made_at + TICK) if last else posed.at,
        digest=posed.mark,
        jobs=len(posed.scene.jobs),
        matched=plan.matched,
        cost=plan.cost,
        optimal=plan.optimal,
        micros=solved.micros,
        problem=posed.document,
        plan=write_plan(plan),
        order=asking_order(posed.problem, plan),
        reasons={"barred": barred_in(posed.scene)},
    )


def barred_in(scene: Scene) -> dict[str, dict[str, list[str]]]:
    """Job → this house's own code → the teams it kept out: the problem only says "refused"."""
    found: dict[str, dict[str, list[str]]] = {}
    for (job, team), code in sorted(scene.barred.items()):
        found.setdefault(str(job), {}).setdefault(code, []).append(str(team))
    return found


def asking_order(problem: Problem, plan: Plan, kept: int = KEPT) -> dict[str, list[str]]:
    """Job → teams in the order of asking: whom the plan chose, then by cost and the team's price.

    A team's price (dual) is what the other jobs would lose: one that is needed elsewhere is asked
    later here, though it may be near.
    """
    round_ = Round(problem)
    price = {who: min(bands, default=0) for who, bands in plan.person_prices}
    chosen = {(pair.job, pair.person) for pair in plan.pairs}
    found: dict[str, list[str]] = {}
    for job in problem.jobs:
        rows = [
            (
                (job.id, who.id) not in chosen,
                aims.cost(round_, job, who) + price.get(who.id, 0),
                who.id,
            )
            for who in problem.people
            if rules.may(round_, job, who)
        ]
        found[job.id] = [team for _, _, team in sorted(rows)[:kept]]
    return found


def forget_unused(at: datetime) -> int:
    """Delete old rounds from which nobody was asked; each centre keeps its newest."""
    old = DispatchRound.objects.filter(made_at__lt=at - UNUSED_FOR, offers=None)
    newest = set(
        DispatchRound.objects.order_by("centre_id", "-made_at", "-id")
        .distinct("centre_id")
        .values_list("id", flat=True)
    )
    return old.exclude(id__in=newest).delete()[0]
