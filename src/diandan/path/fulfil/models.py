"""送单: check-ins and check-outs by code, and incidents."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diandan.ground.people.models import Person
from diandan.kit.ids import new_id
from diandan.path.ask.models import Request
from diandan.path.bundle.models import Job
from diandan.path.engage.models import Task


class Attendance(models.Model):
    """One volunteer's time on site, with how each end was proved."""

    class Proof(models.TextChoices):
        SITE_CODE = "site_code", _("场地码")
        SERVED_CODE = "served_code", _("服务对象的码")

    id = models.UUIDField(primary_key=True, default=new_id)
    task = models.OneToOneField(Task, models.PROTECT, related_name="attendance")
    request = models.ForeignKey(Request, models.PROTECT, null=True, related_name="+")
    in_at = models.DateTimeField()
    in_proof = models.CharField(max_length=12, choices=Proof.choices)
    out_at = models.DateTimeField(null=True, blank=True)
    out_proof = models.CharField(max_length=12, choices=Proof.choices, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        db_table = "attendance"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(out_at=None) | models.Q(out_at__gte=models.F("in_at")),
                name="attendance_forward",
            ),
        ]


class Incident(models.Model):
    """Something went wrong on a job: told by a volunteer, seen by her team and the centre."""

    id = models.UUIDField(primary_key=True, default=new_id)
    job = models.ForeignKey(Job, models.PROTECT, related_name="incidents")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    is_urgent = models.BooleanField(default=False)
    text = models.TextField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    settlement = models.TextField(blank=True, default="")

    class Meta:
        db_table = "incident"
