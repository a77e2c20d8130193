"""派单说明: why each team, who came next and what would help, worked out after the asking.

Exact differences need the round solved again with another team forced in, so they take longer
than the plan itself. They are worked out a slice at a time by the dispatch process, after it has
asked, and kept with the round; pages only read them. Loads the compiled engine: see README.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from diandan.engine import problem as problems
from diandan.engine.explain import each
from diandan.engine.plan import read as read_plan
from diandan.engine.reading import ProblemFault
from diandan.engine.round import Round

from .models import DispatchRound, Offer
from .rounds import latest, speaks_for

log = logging.getLogger(__name__)

#: So long explaining may hold up the next round, in seconds.
SLICE = 0.05
#: The jobs of a round that are explained exactly; beyond them the pages say the ranking's words.
JOBS_MAX = 300
#: Older rounds are left as they are: nobody waits for them.
SINCE = timedelta(days=1)

#: The round being explained in this process, between two slices; at most one.
_open: dict[UUID, Iterator[tuple[str, dict[str, Any]]]] = {}


def explain_some(at: datetime, *, seconds: float = SLICE) -> int:
    """Explain as many jobs of the newest unexplained round as fit; returns how many."""
    made = (
        DispatchRound.objects.filter(explained_at=None, made_at__gte=at - SINCE)
        .select_related("centre")
        .order_by("-made_at", "-id")
        .first()
    )
    if made is None:
        return 0
    reasons = made.reasons
    told = reasons.setdefault("jobs", {})
    left = [key for key in _wanted(made) if key not in told]
    until = time.monotonic() + seconds
    done = 0
    is_sound = True
    try:
        for key, row in _going_on(made, left) if left else ():
            told[key] = row
            done += 1
            if time.monotonic() >= until:
                break
    except ProblemFault:  # kept by an older release: its pages say the ranking's words
        log.exception("round %s cannot be explained", made.id)
        is_sound = False
    is_over = not is_sound or all(key in told for key in left)
    if is_over or not done:  # run dry before all was told: more is wanted now than when it began
        _open.clear()
    if is_over:
        made.explained_at = at
    made.save(update_fields=["reasons", "explained_at"])
    return max(done, 1)


def _going_on(made: DispatchRound, left: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rest of a round that was begun in an earlier slice: laying it out is the dear part."""
    if made.id not in _open:
        _open.clear()
        _open[made.id] = _rows(made, left)
    return _open[made.id]


def _rows(made: DispatchRound, left: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    kept, plan = problems.read(made.problem), read_plan(made.plan)
    round_ = Round(kept)
    for reason in each(kept, plan, left):
        row = reason.row()
        for one in row["chosen"]:
            one["said"] = speaks_for(round_, reason.job, one["person"])
        # Who was ruled out can be said at any time from the problem itself; it need not be kept.
        yield reason.job, {part: row[part] for part in ("chosen", "instead", "unmet")}


def _wanted(made: DispatchRound) -> list[str]:
    """The jobs whose reasons somebody may read: those that wait, and those that were asked."""
    newest = latest(made.centre)
    asked = {
        str(job_id)
        for job_id in Offer.objects.filter(round=made).values_list("job_id", flat=True).distinct()
    }
    current = newest is not None and newest.id == made.id
    return [key for key in made.order if current or key in asked][:JOBS_MAX]
