"""审单: reviews, whistles and hotline cases."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diandan.ground.people.models import Person
from diandan.ground.places.models import Level, Place
from diandan.kit.ids import new_id
from diandan.path.ask.models import Request


class Review(models.Model):
    """One level's word on a menu item or a job (三级审核)."""

    class Subject(models.TextChoices):
        ITEM = "item", _("服务项目")
        JOB = "job", _("服务单")

    class Verdict(models.TextChoices):
        APPROVED = "approved", _("通过")
        RETURNED = "returned", _("退回")

    id = models.UUIDField(primary_key=True, default=new_id)
    subject = models.CharField(max_length=8, choices=Subject.choices)
    subject_id = models.UUIDField()
    level = models.CharField(max_length=12, choices=Level.choices)
    place = models.ForeignKey(Place, models.PROTECT)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    reason = models.CharField(max_length=300, blank=True, default="")
    by = models.ForeignKey(Person, models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        db_table = "review"
        indexes = [models.Index(fields=["subject", "subject_id", "at"], name="review_subject")]


class Whistle(models.Model):
    """吹哨报到: one unit asked about a request; asked units are rows, each with a clock."""

    id = models.UUIDField(primary_key=True, default=new_id)
    request = models.ForeignKey(Request, models.PROTECT, related_name="whistles")
    unit = models.ForeignKey(Place, models.PROTECT, related_name="+")
    question = models.CharField(max_length=300)
    asked_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answer = models.TextField(blank=True, default="")

    class Meta:
        db_table = "whistle"
        constraints = [
            models.UniqueConstraint(
                fields=["request", "unit"],
                condition=models.Q(answered_at=None),
                name="whistle_once",
            ),
        ]


class Partner(models.Model):
    """合作单位的钥匙: an outside system, not a person, that may bring and answer hotline cases.

    It acts for one centre alone, holds no role, and opens nothing after its day or once revoked.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    name = models.CharField(max_length=60)
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "partner"


class HotlineCase(models.Model):
    """接诉即办: a request handed to (or taken from) an outside hotline, with its own number."""

    class State(models.TextChoices):
        QUEUED = "queued", _("待送出")
        SENT = "sent", _("已送出")
        RETURNED = "returned", _("已收回")
        RECEIVED = "received", _("热线转来")

    id = models.UUIDField(primary_key=True, default=new_id)
    request = models.ForeignKey(Request, models.PROTECT, related_name="hotline_cases")
    partner = models.ForeignKey(Partner, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices)
    outside_number = models.CharField(max_length=60, blank=True, default="")
    tries = models.IntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True, default="")
    again_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        db_table = "hotline_case"
        indexes = [models.Index(fields=["state", "again_at"], name="hotline_queue")]
        constraints = [
            models.UniqueConstraint(
                fields=["outside_number"],
                condition=models.Q(state="received"),
                name="hotline_received_once",
            ),
            models.UniqueConstraint(
                fields=["request"],
                condition=models.Q(state__in=["queued", "sent"]),
                name="hotline_out_once",
            ),
        ]


class HotlineReport(models.Model):
    """结果回报: how a request that is also a case of the hotline ended, on its way to the hotline.

    One row for each end, made from the fact of that end, so that nothing is reported twice; a
    stopped outside system leaves it waiting here, with what went wrong.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey(HotlineCase, models.PROTECT, related_name="reports")
    fact_id = models.BigIntegerField()
    state = models.CharField(max_length=12)
    score = models.SmallIntegerField(null=True, blank=True)
    ended_at = models.DateTimeField()
    made_at = models.DateTimeField()
    tries = models.IntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True, default="")
    again_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "hotline_report"
        indexes = [models.Index(fields=["sent_at", "again_at"], name="hotline_report_queue")]
        constraints = [
            models.UniqueConstraint(fields=["case", "fact_id"], name="hotline_report_once"),
        ]
