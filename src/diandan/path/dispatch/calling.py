"""问到个人: one round over all jobs whose volunteers are asked themselves, solved together.

Loads the engine's compiled half: only the dispatch process and commands import this module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from diandan.engine.staffing.solve import solve
from diandan.ground.places.models import Place
from diandan.path.bundle.models import Job

from .core import Ranked, rank
from .folk import Folk, folk_problem, folk_scene
from .planning import asking_order
from .weights import weights_of

#: So many a job are kept in the order in which they would be asked.
KEPT = 60


def plan_people(
    centre: Place, jobs: Sequence[Job], needs: Mapping[UUID, int], folk: Folk, at: datetime
) -> dict[UUID, list[Ranked]]:
    """Job → its volunteers in the order of asking, then those ruled out, each with its reasons.

    Who is wanted more elsewhere is asked later here, though she may be near: the order is by cost
    and by her price in the optimal plan of all these jobs.
    """
    scene = folk_scene(centre, jobs, folk, at)
    weights = weights_of(centre)
    problem = folk_problem(scene, needs, weights)
    order = asking_order(problem, solve(problem), KEPT)
    found = {}
    for row in scene.jobs:
        ranked = {str(one.candidate.team_id): one for one in rank(scene, row, weights)}
        able = [ranked[i] for i in order[str(row.id)] if not ranked[i].ruled_out]
        found[row.id] = able + [one for one in ranked.values() if one.ruled_out]
    return found
