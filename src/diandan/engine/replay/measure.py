"""数字: what a month under one policy came to, in the units of the brief."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from diandan.engine.waves.acceptance import Floats, Whole
from diandan.engine.waves.calibration import calibration

from .job import SAID_NO, UNASKED, WAITING, Job
from .policies import Ours
from .simulator import Lived, Month

NO_ONE, ALL_SAID_NO, DID_NOT_COME, AT_LIMIT, NO_TIME = (
    "no_one_able_free_and_near",
    "all_said_no",
    "did_not_come",
    "busy_or_at_limit",
    "time_ran_out",
)


def gini(values: Sequence[float] | Floats | Whole) -> float:
    """0: all the same; 1: one has everything. 0 when there is nothing."""
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    total = ordered.sum()
    if total <= 0:
        return 0.0
    count = len(ordered)
    ranks = np.arange(1, count + 1)
    return float(2 * (ranks * ordered).sum() / (count * total) - (count + 1) / count)


def why_unmet(job: Job) -> str:
    """The first reason that holds."""
    if not len(job.people):
        return NO_ONE
    if job.filled_at >= 0:
        return DID_NOT_COME
    unasked = int(np.sum(job.asked == UNASKED))
    if unasked == 0:
        return NO_TIME if np.any(job.asked == WAITING) else ALL_SAID_NO
    return AT_LIMIT if job.alerts == 0 or np.any(job.asked == SAID_NO) else NO_TIME


def figures(month: Month, lived: Lived) -> dict[str, float]:
    """One row a policy and seed."""
    jobs, desk, crowd = lived.jobs, lived.desk, month.crowd
    served = [j for j in jobs if j.begun_at >= 0]
    in_time = [j for j in served if j.begun_at <= j.request.promise]
    filled = np.array([j.filled_at - j.request.placed for j in jobs if j.filled_at >= 0] or [0])
    within = np.unique(month.reach.people)  # those a request of this month could have used
    able = crowd.able > 0
    asks, hours = desk.asks, desk.minutes / 60
    travel = [2 * j.metres[e.place] / 1000 for j in served for e in j.engaged]
    made = {
        "requests": len(jobs),
        "served_in_promise": len(in_time) / max(1, len(jobs)),
        "served_late": (len(served) - len(in_time)) / max(1, len(jobs)),
        "unmet": 1 - len(served) / max(1, len(jobs)),
        "wait_p50": float(np.percentile(filled, 50)),
        "wait_p90": float(np.percentile(filled, 90)),
        "alerts": float(asks.sum()),
        "alerts_per_filled": float(asks.sum()) / max(1, sum(j.filled_at >= 0 for j in jobs)),
        "idle": float(np.mean(asks[able] == 0)),
        "idle_feasible": float(np.mean(asks[within] == 0)) if len(within) else 0.0,
        "gini_asks": gini(asks[able]),
        "gini_hours": gini(hours[able]),
        "most_asks_a_person": float(asks.max(initial=0)),
        "travel_km": float(np.mean(travel)) if travel else 0.0,
        "yes_not_needed": float(sum(j.surplus for j in jobs)) / max(1, len(jobs)),
        "dropped": float(sum(j.dropped for j in jobs)) / max(1, len(jobs)),
    }
    reasons = Counter(why_unmet(j) for j in jobs if j.begun_at < 0)
    made |= {f"unmet_{why}": n / max(1, len(jobs)) for why, n in sorted(reasons.items())}
    if isinstance(lived.policy, Ours) and lived.policy.predicted:
        said = calibration(np.array(lived.policy.predicted), np.array(lived.policy.came_true))
        made |= {"brier": said.brier, "brier_of_mean": said.brier_of_mean, "off": said.off}
    return made
