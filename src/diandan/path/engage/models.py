"""接单·配单: engagements of teams and tasks of volunteers."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diandan.ground.people.models import Person, Team
from diandan.kit.ids import new_id
from diandan.path.bundle.models import Job
from diandan.path.dispatch.models import Offer


class Engagement(models.Model):
    """A team has the job. `ended_at` is set when it gives the job back, or the job ends."""

    id = models.UUIDField(primary_key=True, default=new_id)
    job = models.ForeignKey(Job, models.PROTECT, related_name="engagements")
    team = models.ForeignKey(Team, models.PROTECT, related_name="engagements")
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="+")
    accepted_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        db_table = "engagement"
        constraints = [
            models.UniqueConstraint(
                fields=["job"],
                condition=models.Q(ended_at=None),
                name="engagement_one_living",
            ),
        ]


class Task(models.Model):
    """配单: one volunteer's part in an engagement, from proposal to the end of the visit."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("等队员确认")
        CONFIRMED = "confirmed", _("已确认")
        ON_WAY = "on_way", _("在路上")
        CHECKED_IN = "checked_in", _("已到场")
        CHECKED_OUT = "checked_out", _("已离场")
        DECLINED = "declined", _("这次不行")
        DROPPED = "dropped", _("来不了")
        HANDED_ON = "handed_on", _("已转给队友")
        RELEASED = "released", _("已解除")

    id = models.UUIDField(primary_key=True, default=new_id)
    engagement = models.ForeignKey(Engagement, models.PROTECT, related_name="tasks")
    person = models.ForeignKey(Person, models.PROTECT, related_name="tasks")
    state = models.CharField(max_length=12, choices=State.choices, default=State.PROPOSED)
    allocated_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    allocated_at = models.DateTimeField()
    state_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True, default="")
    wrong_codes = models.IntegerField(default=0)
    wrong_since = models.DateTimeField(null=True, blank=True)
    handed_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "task"
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "person"],
                condition=models.Q(
                    state__in=[
                        "proposed",
                        "confirmed",
                        "on_way",
                        "checked_in",
                        "checked_out",
                    ]
                ),
                name="task_once",
            ),
        ]
        indexes = [models.Index(fields=["person", "state"], name="task_person")]


LIVING_TASKS = (
    Task.State.PROPOSED,
    Task.State.CONFIRMED,
    Task.State.ON_WAY,
    Task.State.CHECKED_IN,
    Task.State.CHECKED_OUT,
)
