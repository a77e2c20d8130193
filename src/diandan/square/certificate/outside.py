"""带来的记录: what another system says of our volunteers; tables of the room `certificate`.

Who moves here brings a record (条例 art. 19: 五组). We saw none of it, so it is declared and stays
apart: it is on no book, makes no star, no points and no coins, and no certificate of ours vouches
for it (令67: 谁记录谁证明). Words are sealed with her key; she may take any row away.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diandan.ground.people.models import Person
from diandan.ground.places.models import Place
from diandan.kit.ids import new_id


class Brought(models.Model):
    """One file an officer read in: from which system, which group; taken back as a whole."""

    class Group(models.TextChoices):
        BASIC = "basic", _("基本信息(只用来对上编号)")
        SERVICE = "service", _("志愿服务")
        TRAINING = "training", _("培训")
        COMMENDATION = "commendation", _("表彰奖励")
        EVALUATION = "evaluation", _("评价")

    id = models.UUIDField(primary_key=True, default=new_id)
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    group = models.CharField(max_length=14, choices=Group.choices)
    source = models.CharField(max_length=60)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True)
    dropped_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "brought"
        indexes = [models.Index(fields=["centre", "at"], name="brought_centre")]


class OutsideNumber(models.Model):
    """Under which number another system knows her."""

    brought = models.ForeignKey(Brought, models.CASCADE, related_name="numbers")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    source = models.CharField(max_length=60)
    number_hash = models.CharField(max_length=64)

    class Meta:
        db_table = "outside_number"
        constraints = [
            models.UniqueConstraint(fields=["source", "number_hash"], name="outside_number_once"),
        ]


class OutsideRow(models.Model):
    """One row of another system's record of her. `minutes` are its own word, never verified."""

    id = models.UUIDField(primary_key=True, default=new_id)
    brought = models.ForeignKey(Brought, models.CASCADE, related_name="rows")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    on = models.DateField()
    minutes = models.PositiveIntegerField(default=0)
    words_enc = models.BinaryField()
    key = models.CharField(max_length=64)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "outside_row"
        indexes = [models.Index(fields=["person", "on"], name="outside_row_person")]
        constraints = [
            # A row she took away does not come back with the next file.
            models.UniqueConstraint(fields=["person", "key"], name="outside_row_once"),
        ]


class Graded(models.TextChoices):
    """What the other system called its minutes; here both are only declared."""

    VERIFIED = "verified", _("对方记为已核实")
    DECLARED = "declared", _("对方记为补录")
