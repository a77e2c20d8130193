"""星级: a star that was reached, applied for, checked, put on notice and granted.

A star is a dated row of its own. Nothing lowers it by itself: when hours are corrected later the
star stays, and only a named officer's act with a reason ends one, of which she is told.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diandan.ground.people.models import Person
from diandan.ground.places.models import Place
from diandan.kit.ids import new_id

MOST = 5


class StarCase(models.Model):
    """One person on her way to one star."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("可以申请")
        DECLINED = "declined", _("暂不申请")
        APPLIED = "applied", _("等审核")
        ON_NOTICE = "on_notice", _("公示中")
        GRANTED = "granted", _("已评定")
        REFUSED = "refused", _("未评定")
        SUPERSEDED = "superseded", _("已达更高星级")

    id = models.UUIDField(primary_key=True, default=new_id)
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=12, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    rules = models.CharField(max_length=40)
    minutes = models.PositiveIntegerField()
    points = models.PositiveIntegerField()
    proposed_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)
    may_show_name = models.BooleanField(default=False)
    notice_from = models.DateTimeField(null=True, blank=True)
    notice_until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    ended_why = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        db_table = "star_case"
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "person", "level"],
                condition=models.Q(state__in=("proposed", "declined", "applied", "on_notice")),
                name="star_case_one_living",
            ),
            models.CheckConstraint(
                condition=models.Q(level__gte=1, level__lte=MOST), name="star_case_level"
            ),
            # Nobody comes on notice who did not apply herself (志愿服务条例: 自愿).
            models.CheckConstraint(
                condition=~models.Q(state__in=("on_notice", "granted"))
                | models.Q(applied_at__isnull=False, notice_until__isnull=False),
                name="star_case_applied",
            ),
        ]
        indexes = [models.Index(fields=["centre", "state"], name="star_case_queue")]


class StarApproval(models.Model):
    """审批: the centre's own check, or what a level above decided, with its document number."""

    class Level(models.TextChoices):
        COUNTY = "county", _("县(市、区)")
        CITY = "city", _("设区市")
        PROVINCE = "province", _("省")

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey(StarCase, models.PROTECT, related_name="approvals")
    level = models.CharField(max_length=10, choices=Level.choices)
    body = models.CharField(max_length=60, blank=True, default="")
    document = models.CharField(max_length=60, blank=True, default="")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        db_table = "star_approval"
        constraints = [
            models.UniqueConstraint(fields=["case", "level"], name="star_approval_once"),
            models.CheckConstraint(
                condition=models.Q(level="county") | ~models.Q(document=""),
                name="star_approval_document",
            ),
        ]


class StarObjection(models.Model):
    """异议: said against a star while it is on notice; while open, it is not granted."""

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey(StarCase, models.PROTECT, related_name="objections")
    text = models.TextField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    is_upheld = models.BooleanField(null=True)
    settlement = models.TextField(blank=True, default="")

    class Meta:
        db_table = "star_objection"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(settled_by=None) | ~models.Q(settled_by=models.F("by")),
                name="star_objection_second",
            ),
        ]


class Star(models.Model):
    """星级: granted on a day, for a case; ended only by a named act with its reason."""

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.OneToOneField(StarCase, models.PROTECT, related_name="star")
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField()
    granted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    ended_why = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        db_table = "star"
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "person", "level"],
                condition=models.Q(ended_at=None),
                name="star_once",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None)
                | (models.Q(ended_by__isnull=False) & ~models.Q(ended_why="")),
                name="star_ended_by_name",
            ),
        ]
        indexes = [models.Index(fields=["person", "centre"], name="star_hers")]
