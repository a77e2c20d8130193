"""评单: ratings, call-backs and follow-ups."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diandan.ground.people.models import Person
from diandan.kit.ids import new_id
from diandan.path.ask.models import Request


class RaterRole(models.TextChoices):
    """Whose judgement it is; the two are never averaged together (江宁 专家+群众评单)."""

    RESIDENT = "resident", _("群众")
    EXPERT = "expert", _("专家")


class Rating(models.Model):
    """One rater role's word on one request: five levels (好差评, GB/T 39735), words optional."""

    class Score(models.IntegerChoices):
        VERY_GOOD = 5, _("非常满意")
        GOOD = 4, _("满意")
        FAIR = 3, _("基本满意")
        BAD = 2, _("不满意")
        VERY_BAD = 1, _("非常不满意")

    id = models.UUIDField(primary_key=True, default=new_id)
    request = models.ForeignKey(Request, models.PROTECT, related_name="ratings")
    role = models.CharField(max_length=10, choices=RaterRole.choices)
    round = models.IntegerField(default=0)
    score = models.SmallIntegerField(choices=Score.choices)
    text = models.TextField(blank=True, default="")
    channel = models.CharField(max_length=12, default="web")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    taken_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "rating"
        constraints = [
            models.UniqueConstraint(
                fields=["request", "role", "round", "by"], name="rating_once_a_round"
            ),
            models.CheckConstraint(
                condition=models.Q(score__gte=1) & models.Q(score__lte=5),
                name="rating_score",
            ),
        ]


class FollowUp(models.Model):
    """A bad rating or dispute taken up by a named person with a clock."""

    id = models.UUIDField(primary_key=True, default=new_id)
    request = models.ForeignKey(Request, models.PROTECT, related_name="follow_ups")
    cause = models.CharField(max_length=12)
    words = models.TextField(blank=True, default="")
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    settlement = models.TextField(blank=True, default="")

    class Meta:
        db_table = "follow_up"
        constraints = [
            models.UniqueConstraint(
                fields=["request"],
                condition=models.Q(settled_at=None),
                name="follow_up_one_open",
            ),
        ]


class CallBack(models.Model):
    """回访: a call after service by someone other than who served; no answer is kept too."""

    id = models.UUIDField(primary_key=True, default=new_id)
    request = models.ForeignKey(Request, models.PROTECT, related_name="call_backs")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reached = models.BooleanField()
    note = models.TextField(blank=True, default="")

    class Meta:
        db_table = "call_back"
