"""试算权重: what other weights would have changed, on the rounds as they really stood.

The newest round is tried whole; of the kept rounds of 30 days the jobs that were asked then. The
dispatch process does it a slice at a time, so that a trial holds nobody's asking up; a page only
reads how far it is. Loads the compiled engine: see README.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from diandan.engine import problem as problems
from diandan.engine.plan import Plan
from diandan.engine.plan import read as read_plan
from diandan.engine.reading import ProblemFault
from diandan.engine.round import Round
from diandan.engine.staffing.solve import solve
from diandan.engine.weights import Weights

from .core import reweighed
from .models import DispatchRound, Offer, WhatIf
from .rounds import latest
from .weights import weights_of, with_values

log = logging.getLogger(__name__)

SINCE = timedelta(days=30)
ROUNDS_MAX = 300
SLICE = 0.2


def try_some(at: datetime, *, seconds: float = SLICE) -> int:
    """Go on with the oldest trial that was asked for; returns how many rounds were tried."""
    row = (
        WhatIf.objects.filter(state=WhatIf.State.ASKED)
        .select_related("centre")
        .order_by("asked_at", "id")
        .first()
    )
    if row is None:
        return 0
    found = row.result or _begun(row)
    now = weights_of(row.centre)
    then = with_values(now, row.values)
    until = time.monotonic() + seconds
    done = 0
    row.result = found
    try:
        while found["left"] and (not done or time.monotonic() < until):
            _try(found, UUID(found["left"].pop(0)), now, then)
            done += 1
    except ProblemFault:
        log.exception("weights could not be tried on a kept round")
        row.state, row.done_at = WhatIf.State.FAILED, at
    else:
        if not found["left"]:
            row.state, row.done_at = WhatIf.State.DONE, at
    row.save(update_fields=["result", "state", "done_at"])
    return max(done, 1)


def _begun(row: WhatIf) -> dict[str, Any]:
    newest = latest(row.centre)
    asked = DispatchRound.objects.filter(
        centre=row.centre, made_at__gte=row.asked_at - SINCE, offers__isnull=False
    )
    ids = asked.order_by("-made_at", "-id").values_list("id", "made_at").distinct()[:ROUNDS_MAX]
    left = [str(one) for one, _made in ids]
    if newest is not None:
        left = [str(newest.id), *left]
    return {
        "newest": "" if newest is None else str(newest.id),
        "left": left,
        "moves": [],
        "latest": _empty(),
        "month": _empty(),
    }


def _empty() -> dict[str, Any]:
    """Each figure twice: with the weights that hold, and with those that are tried."""
    return {"rounds": 0, "jobs": 0, "other": 0, "metres": [0, 0], "unmet": [0, 0], "asks": [{}, {}]}


def _try(found: dict[str, Any], round_id: UUID, now: Weights, then: Weights) -> None:
    """One round with both weights, added to the sums. The newest comes first and counts alone."""
    made = DispatchRound.objects.filter(id=round_id).first()
    if made is None:  # thrown away meanwhile: nobody was asked from it
        return
    is_newest = str(round_id) == found["newest"] and not found["latest"]["rounds"]
    kept = problems.read(made.problem)
    if is_newest:
        wanted = {job.id for job in kept.jobs}
    else:
        ids = Offer.objects.filter(round=made).values_list("job_id", flat=True).distinct()
        wanted = {str(one) for one in ids}
    usual = read_plan(made.plan) if kept.weights == now else solve(reweighed(kept, now))
    tried = solve(reweighed(kept, then))
    sums = found["latest" if is_newest else "month"]
    before = _of(usual, wanted)
    after = _of(tried, wanted)
    round_ = Round(kept)
    moved = [job for job in sorted(wanted) if before.get(job) != after.get(job)]
    sums["rounds"] += 1
    sums["jobs"] += len(wanted)
    sums["other"] += len(moved)
    for side, pairs in enumerate((before, after)):
        sums["metres"][side] += _metres(round_, pairs)
        sums["unmet"][side] += len(wanted) - len(pairs)
        sums["asks"][side] = _plus(sums["asks"][side], pairs.values())
    if is_newest:
        found["moves"] = [[job, before.get(job, ""), after.get(job, "")] for job in moved]


def _of(plan: Plan, wanted: set[str]) -> dict[str, str]:
    """Job → team; here a job needs one team."""
    return {pair.job: pair.person for pair in plan.pairs if pair.job in wanted}


def _metres(round_: Round, pairs: dict[str, str]) -> int:
    jobs, people = round_.problem.jobs, round_.problem.people
    ways = (
        round_.metres(jobs[round_.job_at[job]], people[round_.person_at[team]])
        for job, team in pairs.items()
    )
    return sum(way or 0 for way in ways)


def _plus(counts: dict[str, int], more: Iterable[str]) -> dict[str, int]:
    return dict(Counter(counts) + Counter(more))
