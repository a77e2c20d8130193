"""服务清单: kinds of service, menu items, and the teams that took an item up beforehand."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diandan.ground.people.models import Person, Team
from diandan.ground.places.models import Place
from diandan.kit.ids import new_id


class ServiceKind(models.Model):
    """One kind of need at a centre: what it promises, what it asks of a volunteer, its flow.

    `promises` maps urgency ("urgent"/"normal") to a duration of places.core ("2h", "5wd").
    `flow` names a template that overrides the centre's own (fast lane, private mediation).
    """

    id = models.BigAutoField(primary_key=True)
    centre = models.ForeignKey(Place, models.CASCADE, related_name="+")
    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=40)
    icon = models.CharField(max_length=30, default="heart-handshake")
    words = models.JSONField(default=list)
    skills = models.JSONField(default=list)
    promises = models.JSONField(default=dict)
    flow = models.CharField(max_length=40, blank=True, default="")
    headcount = models.IntegerField(default=1)
    minutes = models.IntegerField(default=60)
    two_person = models.BooleanField(default=False)
    risk_notice = models.CharField(max_length=300, blank=True, default="")
    tags = models.JSONField(default=list)
    rank = models.IntegerField(default=100)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "service_kind"
        constraints = [
            models.UniqueConstraint(fields=["centre", "code"], name="service_kind_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Item(models.Model):
    """A menu item or library project: designed by a place, reviewed, then ordered or joined."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        IN_REVIEW = "in_review", _("审核中")
        PUBLISHED = "published", _("已发布")
        RETIRED = "retired", _("已下架")

    id = models.UUIDField(primary_key=True, default=new_id)
    place = models.ForeignKey(Place, models.PROTECT, related_name="items")
    kind = models.ForeignKey(ServiceKind, models.PROTECT)
    title = models.CharField(max_length=80)
    about = models.TextField(blank=True, default="")
    season = models.CharField(max_length=20, blank=True, default="")
    from_on = models.DateField(null=True, blank=True)
    until_on = models.DateField(null=True, blank=True)
    joinable = models.BooleanField(default=False)
    starts_at = models.DateTimeField(null=True, blank=True)
    seats = models.IntegerField(null=True, blank=True)
    is_paid = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_why = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "item"

    def __str__(self) -> str:
        return self.title


class ItemTake(models.Model):
    """接单 before 点单 (白音他拉): a team has said beforehand that it will serve this item."""

    id = models.UUIDField(primary_key=True, default=new_id)
    item = models.ForeignKey(Item, models.CASCADE, related_name="takes")
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    taken_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "item_take"
        constraints = [
            models.UniqueConstraint(
                fields=["item", "team"],
                condition=models.Q(dropped_at=None),
                name="item_take_once",
            ),
        ]
