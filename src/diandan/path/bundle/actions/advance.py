"""The only writer of a job's state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import conflict

from ..facts import job_fact
from ..models import Job
from ..states import JOB_MOVES, JobState


def advance_job(
    job: Job,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    team_id: UUID | None = None,
    person_id: UUID | None = None,
) -> None:
    """Move a locked `job` by `verb`, keep why, and announce it.

    Raises Refusal `not_now` when the state machine has no such move from here.
    """
    starts, leads_to = JOB_MOVES[verb]
    was = JobState(job.state)
    if was not in starts:
        raise conflict(
            "not_now",
            _("这张服务单现在是「%(state)s」,不能这样操作。请刷新看看最新进展。")
            % {"state": was.label},
        )
    job.state = leads_to
    job.state_at = at
    job.reason = reason
    job.save(update_fields=["state", "state_at", "reason"])
    announce(
        job_fact(
            job,
            verb,
            by,
            at,
            {"from": was.value, "to": leads_to.value, **(data or {})},
            team_id=team_id,
            person_id=person_id,
        )
    )
