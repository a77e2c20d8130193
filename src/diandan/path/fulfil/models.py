"""送单: check-ins and check-outs with how each was proved, doubts about them, and incidents."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diandan.ground.people.models import Person
from diandan.ground.presence.doubts import Kind as DoubtKind
from diandan.kit.ids import new_id
from diandan.path.ask.models import Request
from diandan.path.bundle.models import Job
from diandan.path.engage.models import Engagement, Task


class Attendance(models.Model):
    """One volunteer's time on site: when, how each end was proved, who entered it and when."""

    class Proof(models.TextChoices):
        SITE_CODE = "site_code", _("场地码")
        JOB_CODE = "job_code", _("队长手机上的码")
        SERVED_CODE = "served_code", _("服务对象的码")
        SCANNED = "scanned", _("出示的码被扫")
        ROLL_CALL = "roll_call", _("点名,有第二人见证")
        OWN_CODE = "own_code", _("自己看得到的码")
        OFFLINE = "offline", _("离线记录,后来补传")
        PAPER = "paper", _("纸质签到表补录")
        HAND = "hand", _("人工记录")

    class Fence(models.TextChoices):
        INSIDE = "inside", _("手机说在场地附近")
        OUTSIDE = "outside", _("手机说不在场地附近")
        NONE = "", _("没有核对位置")

    id = models.UUIDField(primary_key=True, default=new_id)
    task = models.OneToOneField(Task, models.PROTECT, related_name="attendance")
    request = models.ForeignKey(Request, models.PROTECT, null=True, related_name="+")
    in_at = models.DateTimeField()
    in_proof = models.CharField(max_length=12, choices=Proof.choices)
    in_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    in_heard_at = models.DateTimeField(null=True)
    in_fence = models.CharField(max_length=8, choices=Fence.choices, blank=True, default="")
    out_at = models.DateTimeField(null=True, blank=True)
    out_proof = models.CharField(max_length=12, choices=Proof.choices, blank=True, default="")
    out_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    out_heard_at = models.DateTimeField(null=True)
    out_fence = models.CharField(max_length=8, choices=Fence.choices, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        db_table = "attendance"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(out_at=None) | models.Q(out_at__gte=models.F("in_at")),
                name="attendance_forward",
            ),
        ]


class RollCall(models.Model):
    """点名: a leader says who is there; it becomes proof by a second person's word."""

    class End(models.TextChoices):
        IN = "in", _("到场")
        OUT = "out", _("离场")

    id = models.UUIDField(primary_key=True, default=new_id)
    engagement = models.ForeignKey(Engagement, models.PROTECT, related_name="+")
    end = models.CharField(max_length=3, choices=End.choices)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "roll_call"
        indexes = [models.Index(fields=["engagement"], name="roll_call_engagement")]


class RollLine(models.Model):
    """One name of a roll call, and who besides the leader saw her."""

    roll_call = models.ForeignKey(RollCall, models.CASCADE, related_name="lines")
    task = models.ForeignKey(Task, models.PROTECT, related_name="+")
    witness = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    witnessed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "roll_line"
        constraints = [
            models.UniqueConstraint(fields=["roll_call", "task"], name="roll_line_once"),
            models.CheckConstraint(
                condition=models.Q(witness=None, witnessed_at=None)
                | models.Q(witness__isnull=False, witnessed_at__isnull=False),
                name="roll_line_witness",
            ),
        ]


class LateRecord(models.Model):
    """离线记录: what a phone without a signal wrote down, as it was taken or not, under its own id.

    `skew_s` is how far the phone's clock was from the server's when it was sent.
    """

    id = models.UUIDField(primary_key=True)
    task = models.ForeignKey(Task, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    end = models.CharField(max_length=3, choices=RollCall.End.choices)
    phone_at = models.DateTimeField()
    meant_at = models.DateTimeField()
    skew_s = models.BigIntegerField()
    heard_at = models.DateTimeField()
    was_taken = models.BooleanField()
    code = models.CharField(max_length=30, blank=True, default="")
    sentence = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        db_table = "late_record"
        indexes = [models.Index(fields=["task"], name="late_record_task")]


class SheetLine(models.Model):
    """纸质签到表的一行: the short code under its QR leads an officer to the one task it is for."""

    code = models.CharField(max_length=10, primary_key=True)
    task = models.OneToOneField(Task, models.PROTECT, related_name="+")
    printed_at = models.DateTimeField()
    printed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "sheet_line"


class Doubt(models.Model):
    """疑点: something about a session that a person not party to it must look at. Never deleted."""

    KINDS = (
        (DoubtKind.TWO_PLACES.value, _("同一时间在两个地方")),
        (DoubtKind.TOO_FAST.value, _("两处之间赶不过来")),
        (DoubtKind.SAME_MINUTE.value, _("全队同一分钟人工签到或签退")),
        (DoubtKind.LONG.value, _("比计划长很多")),
        (DoubtKind.ENTERED_LATER.value, _("事后人工补记")),
        (DoubtKind.LONG_DAY.value, _("一天超过 12 小时")),
        (DoubtKind.NO_SITE_CODE.value, _("人多却没有一个现场的码")),
        (DoubtKind.RATER_RING.value, _("总是同一个人确认")),
        (DoubtKind.MUTUAL.value, _("互相确认")),
    )

    class Outcome(models.TextChoices):
        OPEN = "", _("等人核查")
        CLEARED = "cleared", _("没有问题")
        DECLARED = "declared", _("只算申报时长")
        VOIDED = "voided", _("不计时长")

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=16, choices=KINDS)
    task = models.ForeignKey(Task, models.PROTECT, related_name="doubts")
    key = models.CharField(max_length=40, blank=True, default="")
    evidence = models.JSONField(default=list)
    figures = models.JSONField(default=dict)
    found_at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "doubt"
        constraints = [
            models.UniqueConstraint(fields=["kind", "task", "key"], name="doubt_once"),
            models.CheckConstraint(
                condition=models.Q(outcome="", settled_at=None, settled_by=None, reason="")
                | (
                    models.Q(settled_at__isnull=False, settled_by__isnull=False)
                    & ~models.Q(outcome="")
                    & ~models.Q(reason="")
                ),
                name="doubt_settled",
            ),
        ]
        indexes = [
            models.Index(fields=["task"], condition=models.Q(settled_at=None), name="doubt_open"),
            models.Index(fields=["found_at"], name="doubt_found"),
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
