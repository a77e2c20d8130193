"""到场: secrets of rotating codes, who used which code when, and the screens that show a site's."""

from __future__ import annotations

from django.db import models

from diandan.ground.people.models import Person
from diandan.ground.places.models import Place
from diandan.kit.ids import new_id


class CodeSecret(models.Model):
    """The base32 secret of one subject ("place:12", "job:…", "task:…"), sealed like a name."""

    subject = models.CharField(max_length=48, unique=True)
    wrapped_key = models.BinaryField()
    sealed = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "code_secret"


class CodeUse(models.Model):
    """One person used the code of one minute: never twice, whoever asks at the same moment."""

    secret = models.ForeignKey(CodeSecret, models.CASCADE, related_name="uses")
    step = models.BigIntegerField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "code_use"
        constraints = [
            models.UniqueConstraint(fields=["secret", "step", "person"], name="code_use_once"),
        ]


class Screen(models.Model):
    """场地屏幕: a tablet at the venue that shows the site's code without anybody signed in.

    The address is the key; only its keyed hash is kept, so that no list gives it away.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    place = models.ForeignKey(Place, models.CASCADE, related_name="+")
    key = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=40, blank=True, default="")
    opened_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "screen"
        indexes = [models.Index(fields=["place"], name="screen_place")]
