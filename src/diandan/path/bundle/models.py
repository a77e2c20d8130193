"""制单: jobs and the requests each one serves."""

from __future__ import annotations

from django.db import models

from diandan.ground.catalogue.models import Item, ServiceKind
from diandan.ground.people.models import Person
from diandan.ground.places.models import Place
from diandan.kit.ids import new_id
from diandan.path.ask.models import Request, Urgency

from .states import JobState


class Job(models.Model):
    """服务单: what will be done, where and when, by how many, for whom."""

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.CharField(max_length=24, unique=True)
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, models.PROTECT, related_name="jobs")
    owner_place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    kind = models.ForeignKey(ServiceKind, models.PROTECT)
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True)
    flow = models.CharField(max_length=40)
    state = models.CharField(max_length=12, choices=JobState.choices)
    review_level = models.CharField(max_length=12, blank=True, default="")
    title = models.CharField(max_length=80)
    plan = models.TextField(blank=True, default="")
    urgency = models.CharField(max_length=8, choices=Urgency.choices)
    headcount = models.IntegerField(default=1)
    minutes = models.IntegerField(default=60)
    skills = models.JSONField(default=list)
    risk_notice = models.CharField(max_length=300, blank=True, default="")
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    is_private = models.BooleanField(default=False)
    is_project = models.BooleanField(default=False)
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    state_at = models.DateTimeField()
    promise_at = models.DateTimeField()
    escalated_to = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        db_table = "job"
        indexes = [
            models.Index(fields=["centre", "state", "promise_at"], name="job_queue"),
            models.Index(fields=["place", "kind"], name="job_place_kind"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(headcount__gte=1) & models.Q(headcount__lte=200),
                name="job_headcount",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Bond(models.Model):
    """A request's membership in a job. `left_at` set means it was split off or ended there."""

    id = models.UUIDField(primary_key=True, default=new_id)
    job = models.ForeignKey(Job, models.PROTECT, related_name="bonds")
    request = models.ForeignKey(Request, models.PROTECT, related_name="bonds")
    joined_at = models.DateTimeField()
    joined_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    was_state = models.CharField(max_length=12)
    left_at = models.DateTimeField(null=True, blank=True)
    left_why = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        db_table = "bond"
        constraints = [
            models.UniqueConstraint(
                fields=["request"],
                condition=models.Q(left_at=None),
                name="bond_one_living_job",
            ),
        ]
        indexes = [models.Index(fields=["job", "left_at"], name="bond_job")]
