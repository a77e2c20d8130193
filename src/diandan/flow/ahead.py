"""提前几天问: about a visit that is far ahead nobody is asked yet; who is asked today forgets it.

The job stays planned, its clock waits with it, and a person may always ask sooner.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from diandan.path.bundle.models import Job
from diandan.path.bundle.states import JobState

from .choice import flow_of


def ask_from(job: Job) -> datetime | None:
    """From when teams are asked about a job that waits; None: at once."""
    if job.starts_at is None or job.state != JobState.READY:
        return None
    moment = job.starts_at - timedelta(days=flow_of(job.flow).ask_ahead_days)
    return moment if moment > job.state_at else None


def is_too_early(job: Job, at: datetime) -> bool:
    """Whether the house asks nobody yet by itself."""
    moment = ask_from(job)
    return moment is not None and moment > at
