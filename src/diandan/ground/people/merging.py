"""并号申请: an officer thinks that two records are one person; a table of the room `people`.

For who cannot have a code sent to her other phone any more. Two officers look, both records are
told, some days pass, and then the join itself is still her own act (`actions/merge.py`).
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diandan.ground.places.models import Place
from diandan.kit.ids import new_id

from .models import Person


class MergeCase(models.Model):
    """Who is meant to go on as whom, why, who looked, and how it ended. The reason is sealed."""

    class Ended(models.TextChoices):
        JOINED = "joined", _("已并号")
        WITHDRAWN = "withdrawn", _("提出的人撤回了")
        REFUSED = "refused", _("第二人核对没有通过")
        DECLINED = "declined", _("本人说不并")
        NOT_MINE = "not_mine", _("另一份记录的本人说不是同一个人")

    id = models.UUIDField(primary_key=True, default=new_id)
    kept = models.ForeignKey(Person, models.PROTECT, related_name="+")
    gone = models.ForeignKey(Person, models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    why_enc = models.BinaryField()
    proposed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    free_from = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=10, choices=Ended.choices, blank=True, default="")

    class Meta:
        db_table = "merge_case"
        indexes = [
            models.Index(fields=["kept"], name="merge_case_kept"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["gone"], condition=models.Q(ended_at=None), name="merge_case_one_open"
            ),
            models.CheckConstraint(
                condition=~models.Q(gone=models.F("kept"))
                & ~models.Q(proposed_by=models.F("kept"))
                & ~models.Q(proposed_by=models.F("gone")),
                name="merge_case_two",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None)
                | (
                    ~models.Q(confirmed_by=models.F("proposed_by"))
                    & ~models.Q(confirmed_by=models.F("kept"))
                    & ~models.Q(confirmed_by=models.F("gone"))
                    & models.Q(free_from__gt=models.F("confirmed_at"))
                ),
                name="merge_case_second",
            ),
        ]
