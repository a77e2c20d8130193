"""接单·配单: engagements and tasks a page or an action needs."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from diandan.kit.refusal import missing
from diandan.path.bundle.models import Job

from .models import LIVING_TASKS, Engagement, Task


def living(job: Job) -> Engagement | None:
    """The team that has the job now, if any."""
    return Engagement.objects.filter(job=job, ended_at=None).select_related("team", "job").first()


def task_for_change(task_id: UUID) -> Task:
    """The task with its job, the job's row locked so that two steps never cross."""
    task = Task.objects.filter(id=task_id).select_related("engagement").first()
    if task is None:
        raise missing(_("没有找到这项任务。"))
    Job.objects.select_for_update().filter(id=task.engagement.job_id).first()
    return Task.objects.select_related(
        "engagement",
        "engagement__team",
        "engagement__job",
        "engagement__job__place",
        "engagement__job__centre",
        "engagement__job__kind",
        "engagement__job__owner_place",
        "person",
    ).get(id=task_id)


def living_tasks(engagement: Engagement) -> list[Task]:
    """The tasks of those who are still coming, came, or have been."""
    return list(
        engagement.tasks.filter(state__in=LIVING_TASKS).select_related("person").order_by("id")
    )
