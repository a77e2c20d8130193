"""点单: requests, standing orders for named elders, and visit plans (进村入户)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diandan.ground.catalogue.models import Item, ServiceKind
from diandan.ground.people.models import Consent, Person, Team
from diandan.ground.places.models import Place
from diandan.kit.ids import new_id

from .states import RequestState


class Channel(models.TextChoices):
    """The door a request came through. Desk, phone, paper, grid and family are equal doors."""

    WEB = "web", _("手机网页")
    DESK = "desk", _("窗口")
    PHONE = "phone", _("电话")
    PAPER = "paper", _("纸质单")
    GRID = "grid", _("网格员代点")
    FAMILY = "family", _("家人代点")
    VISIT = "visit", _("入户走访")
    CHAT_GROUP = "chat_group", _("社区群")
    STANDING = "standing", _("定期服务")
    HOTLINE = "hotline", _("热线转来")
    API = "api", _("接口")


class Urgency(models.TextChoices):
    """How soon: urgent is promised in hours, normal in days."""

    URGENT = "urgent", _("紧急")
    NORMAL = "normal", _("一般")


class Standing(models.Model):
    """定期服务: a weekly visit, 长者生日会 or 月底有约 for a named elder who consented."""

    class Rhythm(models.TextChoices):
        WEEKLY = "weekly", _("每周")
        MONTHLY = "monthly", _("每月")
        MONTH_END = "month_end", _("每月月底")
        BIRTHDAY = "birthday", _("每年生日")

    id = models.UUIDField(primary_key=True, default=new_id)
    person = models.ForeignKey(Person, models.PROTECT, related_name="standings")
    kind = models.ForeignKey(ServiceKind, models.PROTECT)
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    title = models.CharField(max_length=60)
    words = models.TextField()
    rhythm = models.CharField(max_length=12, choices=Rhythm.choices)
    at_time = models.TimeField(null=True, blank=True)
    next_on = models.DateField()
    days_ahead = models.IntegerField(default=7)
    consent = models.ForeignKey(Consent, models.PROTECT)
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "standing"


class VisitPlan(models.Model):
    """进村入户: 定点联系、定人到户、定时上门. One team of visitors, a place and its households."""

    id = models.UUIDField(primary_key=True, default=new_id)
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    title = models.CharField(max_length=80)
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    from_on = models.DateField()
    until_on = models.DateField()
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "visit_plan"


class Visit(models.Model):
    """One household of a plan: who goes, when, and what was heard there."""

    id = models.UUIDField(primary_key=True, default=new_id)
    plan = models.ForeignKey(VisitPlan, models.CASCADE, related_name="visits")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    label = models.CharField(max_length=60)
    visitor = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    due_on = models.DateField()
    visited_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True, default="")

    class Meta:
        db_table = "visit"
        constraints = [models.UniqueConstraint(fields=["plan", "label"], name="visit_once")]


class Request(models.Model):
    """点单. `flow` and `flow_version` are the template it lives by, fixed when it was placed."""

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.CharField(max_length=24, unique=True)
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, models.PROTECT, related_name="requests")
    owner_place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    kind = models.ForeignKey(ServiceKind, models.PROTECT)
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True)
    flow = models.CharField(max_length=40)
    state = models.CharField(max_length=12, choices=RequestState.choices)
    urgency = models.CharField(max_length=8, choices=Urgency.choices, default=Urgency.NORMAL)
    words = models.TextField()
    title = models.CharField(max_length=80)
    people_count = models.IntegerField(default=1)
    wanted_from = models.DateTimeField(null=True, blank=True)
    wanted_until = models.DateTimeField(null=True, blank=True)
    street = models.CharField(max_length=120, blank=True, default="")
    door_enc = models.BinaryField(default=bytes)
    may_come = models.CharField(max_length=60, blank=True, default="")
    is_private = models.BooleanField(default=False)
    channel = models.CharField(max_length=12, choices=Channel.choices)
    requester = models.ForeignKey(Person, models.PROTECT, related_name="requests")
    placed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    first_owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    consent = models.ForeignKey(Consent, models.PROTECT, null=True)
    read_back_at = models.DateTimeField(null=True, blank=True)
    standing = models.ForeignKey(Standing, models.PROTECT, null=True)
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, related_name="needs")
    outside_number = models.CharField(max_length=60, blank=True, default="")
    follow_key = models.CharField(max_length=40)
    serve_code = models.CharField(max_length=6)
    placed_at = models.DateTimeField()
    state_at = models.DateTimeField()
    promise_at = models.DateTimeField()
    reopened = models.IntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True, default="")
    whose = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        db_table = "request"
        indexes = [
            models.Index(fields=["centre", "state", "promise_at"], name="request_queue"),
            models.Index(fields=["requester", "placed_at"], name="request_mine"),
            models.Index(fields=["place", "kind"], name="request_place_kind"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(people_count__gte=1) & models.Q(people_count__lte=500),
                name="request_people_count",
            ),
            models.CheckConstraint(
                condition=models.Q(wanted_until=None)
                | models.Q(wanted_until__gt=models.F("wanted_from")),
                name="request_window",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Words(models.Model):
    """A message on a request, or words its requester added: seen by her and by who handles it.

    `team` is set when it was said by who is coming: she reads the team's name, not a person's.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    request = models.ForeignKey(Request, models.CASCADE, related_name="said")
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    from_requester = models.BooleanField()
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "words"
        indexes = [models.Index(fields=["request", "at"], name="words_request")]
