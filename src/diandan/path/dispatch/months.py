"""推演: how far a month's trial is, slice by slice. A slice is one policy and one seed.

The lines are written once, when the work begins, so that every policy lives the same month. What a
slice found is kept at once: killed at any moment, the next worker goes on with the slice that was
cut short. Reads and writes rows only; the slices themselves are lived in a process of their own
(`flow/months.py`).
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from diandan.ground.places.models import Place

from .models import MonthTrial
from .own_facts import facts_of

SHOWN = 20
NOTHING = "nothing"
TROUBLE_MAX = 200


@dataclass(frozen=True, slots=True)
class Slice:
    """What is lived through next."""

    trial_id: UUID
    policy: str
    seed: int
    lines: list[str]


def trials_of(centre: Place) -> list[MonthTrial]:
    """The newest trials of a centre, without their lines."""
    rows = MonthTrial.objects.filter(centre=centre).defer("lines").select_related("asked_by")
    return list(rows.order_by("-asked_at", "-id")[:SHOWN])


def trial_of(centre: Place, trial_id: UUID) -> MonthTrial | None:
    """One of the centre's own."""
    rows = MonthTrial.objects.filter(centre=centre, id=trial_id).defer("lines")
    return rows.select_related("asked_by").first()


def next_slice(at: datetime) -> Slice | None:
    """The next slice of the oldest trial that is wanted; a new trial's facts are written first."""
    while True:
        row = (
            MonthTrial.objects.filter(state=MonthTrial.State.ASKED)
            .select_related("centre")
            .order_by("asked_at", "id")
            .first()
        )
        if row is None:
            return None
        if not row.result:
            _begin(row, at)
        if row.state == MonthTrial.State.ASKED and row.result["left"]:
            policy, seed = row.result["left"][0]
            return Slice(row.id, policy, seed, row.lines)
        if row.state == MonthTrial.State.ASKED:
            return Slice(row.id, "", 0, [])


def rows_of(trial_id: UUID) -> list[dict[str, dict[str, float]]]:
    """One mapping of policies to figures for each seed."""
    found = MonthTrial.objects.values_list("result", flat=True).get(id=trial_id)
    return [found["rows"][seed] for seed in sorted(found["rows"], key=int)]


def is_wanted(trial_id: UUID) -> bool:
    """Whether it still goes on: a clerk may have stopped it."""
    return MonthTrial.objects.filter(id=trial_id, state=MonthTrial.State.ASKED).exists()


@transaction.atomic
def keep_slice(done: Slice, made: dict[str, Any]) -> bool:
    """What one slice found; False when the trial was stopped meanwhile."""
    row = _open(done.trial_id)
    if row is None:
        return False
    found = row.result
    found["left"] = [one for one in found["left"] if one != [done.policy, done.seed]]
    found["rows"].setdefault(str(done.seed), {})[done.policy] = made["figures"]
    # Curves are drawn of the first seed alone; the figures are means over all.
    found["curves"].setdefault(done.policy, made["curves"])
    row.save(update_fields=["result"])
    return True


@transaction.atomic
def end(trial_id: UUID, at: datetime, *, sums: dict[str, Any]) -> None:
    """All slices are lived: the means over the seeds, and the lines are let go."""
    row = _open(trial_id)
    if row is not None:
        row.result = row.result | sums
        _close(row, MonthTrial.State.DONE, at)


@transaction.atomic
def fail(trial_id: UUID, at: datetime, trouble: str) -> None:
    """It cannot be worked out; the page says why, and another may be asked for."""
    row = _open(trial_id)
    if row is not None:
        row.trouble = trouble[:TROUBLE_MAX]
        _close(row, MonthTrial.State.FAILED, at)


def _begin(row: MonthTrial, at: datetime) -> None:
    lines, left = facts_of(row.centre, row.since, row.until)
    counts = Counter(line["what"] for line in lines)
    if not counts["person"] or not counts["request"]:
        row.trouble = NOTHING
        _close(row, MonthTrial.State.FAILED, at)
        return
    seeds = range(1, row.seeds + 1)
    row.lines = [json.dumps(line, ensure_ascii=False) for line in lines]
    row.result = {
        # Seed by seed: a trial cut short has compared what it did compare.
        "left": [[policy, seed] for seed in seeds for policy in row.policies],
        "slices": row.seeds * len(row.policies),
        "rows": {},
        "curves": {},
        "counts": {
            "teams": counts["person"],
            "requests": counts["request"],
            "answers": counts["answer"],
            "no_place": left.no_place,
            "private": left.private,
        },
    }
    MonthTrial.objects.filter(id=row.id, state=MonthTrial.State.ASKED).update(
        lines=row.lines, result=row.result
    )


def _open(trial_id: UUID) -> MonthTrial | None:
    rows = MonthTrial.objects.select_for_update().filter(id=trial_id)
    return rows.filter(state=MonthTrial.State.ASKED).defer("lines").first()


def _close(row: MonthTrial, state: MonthTrial.State, at: datetime) -> None:
    row.state, row.done_at, row.lines = state, at, []
    row.save(update_fields=["state", "done_at", "lines", "result", "trouble"])
