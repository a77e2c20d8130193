"""派单轮次的查阅: what a page reads of kept rounds; nothing here solves or loads the engine's half."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from diandan.engine import aims, problem, rules
from diandan.engine.round import Round
from diandan.ground.places.models import Place

from .models import DispatchRound, Offer

ALWAYS_SAID = frozenset({"travel", "turn", "load", "acceptance"})
#: That nobody in particular is a stranger to the house speaks neither for nor against.
SELDOM_SAID = frozenset({"continuity"})


@dataclass(frozen=True, slots=True)
class Judged:
    """One team of a round, as it stood for one job: a code of this house, rules, or a cost."""

    team_id: UUID
    barred: str
    rules: tuple[dict[str, Any], ...]
    cost: int
    parts: dict[str, int]
    is_planned: bool

    @property
    def could(self) -> bool:
        """Whether it might have been asked."""
        return not self.barred and not self.rules


@dataclass(frozen=True, slots=True)
class Since:
    """What changed since the plan before: jobs that are new, planned otherwise, or gone."""

    new: frozenset[str]
    moved: dict[str, str]
    gone: int


def latest(centre: Place) -> DispatchRound | None:
    """The centre's newest round."""
    return DispatchRound.objects.filter(centre=centre).order_by("-made_at", "-id").first()


def planned(made: DispatchRound) -> dict[str, str]:
    """Job → the team the plan chose; a job without one is not among them."""
    return {pair["job"]: pair["person"] for pair in made.plan.get("pairs", ())}


def asked_first(made: DispatchRound, job_id: UUID) -> list[UUID]:
    """The teams in the order in which this round would ask them about the job."""
    return [UUID(team) for team in made.order.get(str(job_id), ())]


def since_before(made: DispatchRound) -> Since | None:
    """How this plan differs from the one before it; None when there was none."""
    old = (
        DispatchRound.objects.filter(centre_id=made.centre_id, made_at__lte=made.made_at)
        .exclude(id=made.id)
        .defer("problem", "reasons")
        .order_by("-made_at", "-id")
        .first()
    )
    if old is None:
        return None
    before, now = planned(old), planned(made)
    both = [job for job in made.order if job in old.order]
    return Since(
        new=frozenset(job for job in made.order if job not in old.order),
        moved={job: before.get(job, "") for job in both if before.get(job) != now.get(job)},
        gone=sum(job not in made.order for job in old.order),
    )


def rounds_of(job_id: UUID) -> list[DispatchRound]:
    """Every round from which somebody was asked about this job, the first first."""
    ids = Offer.objects.filter(job_id=job_id, round__isnull=False).values_list("round_id")
    return list(DispatchRound.objects.filter(id__in=ids).order_by("made_at", "id"))


def judged(made: DispatchRound, job_id: UUID) -> list[Judged]:
    """Every team of the round for one job: who could be asked by cost, then who was kept out."""
    kept = problem.read(made.problem)
    round_ = Round(kept)
    if str(job_id) not in round_.job_at:
        return []
    job = kept.jobs[round_.job_at[str(job_id)]]
    codes = {
        team: code
        for code, teams in made.reasons.get("barred", {}).get(str(job_id), {}).items()
        for team in teams
    }
    chosen = planned(made).get(str(job_id))
    rows = []
    for team in kept.people:
        against = [rule for rule in rules.against(round_, job, team) if rule.code != "refused"]
        said = tuple(rule.says(round_, job, team).row() for rule in against)
        parts = {code: cost for code, cost in aims.parts(round_, job, team).items() if cost}
        barred = codes.get(team.id, "")
        is_planned = team.id == chosen
        cost = sum(parts.values())
        rows.append(Judged(UUID(team.id), barred, said, cost, parts, is_planned))
    return sorted(rows, key=lambda r: (not r.is_planned, not r.could, r.cost, str(r.team_id)))


def own_reasons(made: DispatchRound, job_id: UUID, team_id: UUID) -> list[dict[str, Any]]:
    """What spoke for this one team, and nothing of any other."""
    round_ = Round(problem.read(made.problem))
    if str(job_id) not in round_.job_at or str(team_id) not in round_.person_at:
        return []
    return speaks_for(round_, str(job_id), str(team_id))


def speaks_for(round_: Round, job_id: str, team: str) -> list[dict[str, Any]]:
    """What speaks for a team as well as what it costs."""
    job = round_.problem.jobs[round_.job_at[job_id]]
    who = round_.problem.people[round_.person_at[team]]
    said = [(aim.says(round_, job, who), aim.cost(round_, job, who), aim.code) for aim in aims.AIMS]
    return [
        one.row()
        for one, cost, code in said
        if code in ALWAYS_SAID
        or one.code == "continuity_known"
        or (cost and code not in SELDOM_SAID)
    ]
