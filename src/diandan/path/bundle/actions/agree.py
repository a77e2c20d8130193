"""约定时间: the hour a team and who asked agreed on, kept on the job."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, conflict
from diandan.path.ask.core import check_window

from ..facts import job_fact
from ..models import Job
from ..states import JobState

BEFORE_VISIT = (JobState.ENGAGED, JobState.ALLOCATED)


@transaction.atomic
def agree_time(
    job: Job,
    *,
    starts_at: datetime | None,
    ends_at: datetime | None,
    team_id: UUID,
    by: Actor,
    at: datetime,
) -> None:
    """Set when the team comes, as long as nobody is there yet; everybody concerned is told."""
    if job.state not in BEFORE_VISIT:
        raise conflict("not_now", _("这张服务单现在不能改时间。"))
    if starts_at is None or ends_at is None:
        raise Refusal("window_half", _("请把开始和结束时间都选上。"), field="starts_at")
    try:
        check_window(starts_at, ends_at, at)
    except Refusal as no:  # the same words, at this form's own fields
        field = {"wanted_from": "starts_at", "wanted_until": "ends_at"}[no.field]
        raise Refusal(no.code, no.sentence, field=field) from None
    if (job.starts_at, job.ends_at) == (starts_at, ends_at):
        return
    job.starts_at, job.ends_at = starts_at, ends_at
    job.save(update_fields=["starts_at", "ends_at"])
    announce(job_fact(job, "agree_time", by, at, team_id=team_id))
