"""驻点: a team's days at places, and pairings of units with venues."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models

from diandan.ground.people.models import Person, Team
from diandan.ground.places.models import Place
from diandan.kit.ids import new_id


class Span(models.Func):
    """tstzrange(starts_at, ends_at): the time a team spends at a place."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class TeamDay(models.Model):
    """值班 of a stationed team, or one stop of a mobile team's tour."""

    id = models.UUIDField(primary_key=True, default=new_id)
    team = models.ForeignKey(Team, models.PROTECT, related_name="days")
    place = models.ForeignKey(Place, models.PROTECT, related_name="team_days")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.CharField(max_length=80, blank=True, default="")
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "team_day"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="team_day_order"
            ),
            ExclusionConstraint(
                name="team_day_one_place",
                expressions=[
                    ("team", RangeOperators.EQUAL),
                    (Span("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(dropped_at=None),
            ),
        ]
        indexes = [models.Index(fields=["place", "starts_at"], name="team_day_place")]


class StaffCount(models.Model):
    """在职人数 of a unit as its own staff said it on a day; the newest holds."""

    id = models.UUIDField(primary_key=True, default=new_id)
    unit = models.ForeignKey(Place, models.PROTECT, related_name="staff_counts")
    count = models.PositiveIntegerField()
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "staff_count"
        constraints = [
            models.CheckConstraint(condition=models.Q(count__gt=0), name="staff_count_some")
        ]


class Pairing(models.Model):
    """结对共建: a unit and a venue, for a term; in force once the other side has agreed."""

    id = models.UUIDField(primary_key=True, default=new_id)
    unit = models.ForeignKey(Place, models.PROTECT, related_name="pairings")
    venue = models.ForeignKey(Place, models.PROTECT, related_name="paired_units")
    from_on = models.DateField()
    until_on = models.DateField()
    about = models.CharField(max_length=200, blank=True, default="")
    proposed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField()
    by_unit = models.BooleanField()
    agreed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "pairing"
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "venue"],
                condition=models.Q(ended_at=None),
                name="pairing_once",
            ),
            models.CheckConstraint(
                condition=models.Q(until_on__gte=models.F("from_on")), name="pairing_term"
            ),
        ]


class PairingTask(models.Model):
    """结对任务: one thing the two mean to do together, and whether it is done."""

    id = models.UUIDField(primary_key=True, default=new_id)
    pairing = models.ForeignKey(Pairing, models.PROTECT, related_name="tasks")
    title = models.CharField(max_length=80)
    due_on = models.DateField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "pairing_task"
        constraints = [
            models.UniqueConstraint(fields=["pairing", "title"], name="pairing_task_once")
        ]
