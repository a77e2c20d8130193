"""流程: the clocks that run on requests and jobs, and the flows a centre chose."""

from __future__ import annotations

from django.db import models

from diandan.ground.people.models import Person
from diandan.ground.places.models import Place
from diandan.kit.ids import new_id


class Clock(models.Model):
    """The one running clock of a request or a job: when it runs out, `rungs[step]` happens.

    A clock belongs to the state it was set in; entering another state replaces it in the same
    transaction, so no state is ever without one.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    noun = models.CharField(max_length=8)
    subject_id = models.UUIDField()
    place = models.ForeignKey(Place, models.CASCADE, related_name="+")
    state = models.CharField(max_length=12)
    step = models.IntegerField(default=0)
    set_at = models.DateTimeField()
    due_at = models.DateTimeField()

    class Meta:
        db_table = "clock"
        constraints = [
            models.UniqueConstraint(fields=["noun", "subject_id"], name="clock_one_a_subject"),
        ]
        indexes = [models.Index(fields=["due_at"], name="clock_due")]


class FlowChoice(models.Model):
    """Which template a centre lives by, from when; `body` is set when the centre wrote its own."""

    id = models.UUIDField(primary_key=True, default=new_id)
    centre = models.ForeignKey(Place, models.CASCADE, related_name="+")
    flow = models.CharField(max_length=40)
    body = models.TextField(blank=True, default="")
    chosen_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    chosen_at = models.DateTimeField()

    class Meta:
        db_table = "flow_choice"
        indexes = [models.Index(fields=["centre", "chosen_at"], name="flow_choice_centre")]


class Pulse(models.Model):
    """A background process and when it last said that it lives."""

    name = models.CharField(primary_key=True, max_length=20)
    at = models.DateTimeField()

    class Meta:
        db_table = "pulse"
