"""阵地: the tree of places, from the city's root to the grid cell, and their calendars."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diandan.kit.ids import new_id


class Kind(models.TextChoices):
    """What a place is in the scheme of 中心/所/站 (domain glossary)."""

    CITY = "city", _("市")
    CENTER = "center", _("实践中心")
    INSTITUTE = "institute", _("实践所")
    STATION = "station", _("实践站")
    POINT = "point", _("实践点")
    BASE = "base", _("实践基地")
    SPECIALTY_PLATFORM = "specialty_platform", _("专业平台")
    TRADE_PLATFORM = "trade_platform", _("行业平台")
    MEMBER_UNIT = "member_unit", _("成员单位")
    GRID = "grid", _("网格")


class Level(models.TextChoices):
    """The rung of the ladder that owns a step: 站→所→中心, with 组 below and 市 above."""

    GRID = "grid", _("网格")
    STATION = "station", _("站")
    INSTITUTE = "institute", _("所")
    CENTER = "center", _("中心")
    CITY = "city", _("市")


LEVEL_OF_KIND = {
    Kind.CITY: Level.CITY,
    Kind.CENTER: Level.CENTER,
    Kind.INSTITUTE: Level.INSTITUTE,
    Kind.STATION: Level.STATION,
    Kind.GRID: Level.GRID,
}
LADDER = [Level.GRID, Level.STATION, Level.INSTITUTE, Level.CENTER, Level.CITY]


FULL_NAME_TAIL = {
    Kind.CENTER: "新时代文明实践中心",
    Kind.INSTITUTE: "新时代文明实践所",
    Kind.STATION: "新时代文明实践站",
}


class Place(models.Model):
    """One node of the tree. `path` is "/1/12/345/": a subtree is every path with that prefix."""

    id = models.BigAutoField(primary_key=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    path = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    slug = models.CharField(max_length=40, blank=True, default="")
    name = models.CharField(max_length=80)
    official_name = models.CharField(max_length=80, blank=True, default="")
    pinyin = models.CharField(max_length=200, blank=True, default="")
    region_code = models.CharField(max_length=12, blank=True, default="")
    code_system = models.CharField(max_length=30, blank=True, default="")
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    platform = models.CharField(max_length=40, blank=True, default="")
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    position_source = models.CharField(max_length=40, blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")
    address = models.CharField(max_length=200, blank=True, default="")
    open_hours = models.CharField(max_length=200, blank=True, default="")
    about = models.JSONField(default=dict)
    settings = models.JSONField(default=dict)

    class Meta:
        db_table = "place"
        indexes = [
            models.Index(fields=["parent", "kind"], name="place_parent"),
            models.Index(fields=["region_code"], name="place_region"),
            models.Index(fields=["path"], name="place_prefix", opclasses=["varchar_pattern_ops"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["region_code", "kind"],
                condition=~models.Q(region_code=""),
                name="place_code_once",
            ),
            models.UniqueConstraint(
                fields=["slug"], condition=~models.Q(slug=""), name="place_slug_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def full_name(self) -> str:
        """The name on the signboard: 东山街道新时代文明实践所."""
        return self.name + FULL_NAME_TAIL.get(Kind(self.kind), "")

    @property
    def ancestor_ids(self) -> list[int]:
        """Ids from the root down to this place itself."""
        return [int(part) for part in self.path.strip("/").split("/")]

    @property
    def level(self) -> Level | None:
        """The rung it stands on; None for points, bases, platforms and units."""
        return LEVEL_OF_KIND.get(Kind(self.kind))


class FormerName(models.Model):
    """A name a place carried until a day, so that an old paper still finds it."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="former_names")
    name = models.CharField(max_length=80)
    official_name = models.CharField(max_length=80, blank=True, default="")
    from_on = models.DateField(null=True, blank=True)
    until_on = models.DateField()

    class Meta:
        db_table = "former_name"


class DayOverride(models.Model):
    """A place's own working day or day off, over the national calendar."""

    place = models.ForeignKey(Place, models.CASCADE)
    on = models.DateField()
    is_working = models.BooleanField()
    why = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        db_table = "day_override"
        constraints = [models.UniqueConstraint(fields=["place", "on"], name="day_override_once")]


class BaseApplication(models.Model):
    """入驻: a unit or a shop asks to become a base; the centre says yes, or why not yet.

    Only what a unit publishes of itself is asked: no person's name, no private phone.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("待审核")
        RETURNED = "returned", _("已退回,请补充")
        APPROVED = "approved", _("已入驻")

    id = models.UUIDField(primary_key=True, default=new_id)
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    about = models.TextField()
    address = models.CharField(max_length=200)
    phone = models.CharField(max_length=40)
    post = models.CharField(max_length=40, blank=True, default="")
    key = models.CharField(max_length=40, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=300, blank=True, default="")
    applied_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.UUIDField(null=True, blank=True)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        db_table = "base_application"
        indexes = [models.Index(fields=["centre", "state"], name="base_application_queue")]

    def __str__(self) -> str:
        return self.name


class PlanStep(models.Model):
    """年度计划: one thing a unit means to have done in a year, and whether it is."""

    class Sort(models.TextChoices):
        MECHANISM = "mechanism", _("机制")
        ACTIVITY = "activity", _("活动计划")
        STEP = "step", _("推进步骤")

    id = models.UUIDField(primary_key=True, default=new_id)
    place = models.ForeignKey(Place, models.PROTECT, related_name="plan_steps")
    year = models.PositiveSmallIntegerField()
    sort = models.CharField(max_length=10, choices=Sort.choices)
    title = models.CharField(max_length=80)
    due_on = models.DateField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by_id = models.UUIDField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        db_table = "plan_step"
        constraints = [
            models.UniqueConstraint(fields=["place", "year", "title"], name="plan_step_once")
        ]

    def __str__(self) -> str:
        return self.title
