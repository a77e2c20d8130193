"""删除: what a person asked to have deleted; a table of the room `people`, kept by itself."""

from __future__ import annotations

from django.db import models

from .models import Person


class Erasure(models.Model):
    """删除: asked for by her, done after a few days in which she may change her mind (个保法 47).

    Ids and moments only. `left` names rows where her name still stands in words of others, for a
    person to look at: table, column and key, never the words.
    """

    person = models.OneToOneField(Person, models.PROTECT, primary_key=True, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    left = models.JSONField(default=list)

    class Meta:
        db_table = "erasure"
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(done_at=None, stopped_at=None),
                name="erasure_due",
            ),
        ]
