"""时间银行: who joined, what was asked of the bank, orders paid with coins, what crossed centres.

Coins themselves stand on the books of `path/ledger` (ledger COINS, in minutes) and nowhere else.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diandan.ground.people.models import Person, Team
from diandan.ground.places.models import Place
from diandan.kit.ids import new_id
from diandan.path.ask.models import Request
from diandan.path.ledger.models import Transfer


class Saver(models.Model):
    """A volunteer who chose to save, having read the rules of `version`; by her own act."""

    id = models.UUIDField(primary_key=True, default=new_id)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    version = models.CharField(max_length=60)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "bank_saver"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "centre"],
                condition=models.Q(left_at=None),
                name="bank_saver_once",
            ),
        ]


class GroupSaver(models.Model):
    """A team that saves as a group: what its members do not save themselves it can only donate."""

    id = models.AutoField(primary_key=True)
    team = models.OneToOneField(Team, models.PROTECT, related_name="+")
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    joined_at = models.DateTimeField()
    joined_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        db_table = "bank_group"


class Relation(models.TextChoices):
    """What the relative is to her."""

    SPOUSE = "spouse", _("配偶")
    PARENT = "parent", _("父母")
    CHILD = "child", _("子女")
    SIBLING = "sibling", _("兄弟姐妹")
    GRANDPARENT = "grandparent", _("祖父母、外祖父母")
    GRANDCHILD = "grandchild", _("孙子女、外孙子女")


class Application(models.Model):
    """Something the bank does only when an officer says so, and never by one person alone."""

    class Kind(models.TextChoices):
        RELATION = "relation", _("亲属关系")
        ELDER = "elder", _("登记服务对象")
        ISSUE = "issue", _("向老人发放")
        FUND = "fund", _("补充基金")
        INHERIT = "inherit", _("继承")
        RIGHT = "right", _("满额权益")
        SHORTFALL = "shortfall", _("更正后余额不足")

    class State(models.TextChoices):
        WAITING = "waiting", _("待核对")
        CHECKED = "checked", _("待第二人核对")
        GRANTED = "granted", _("已通过")
        REFUSED = "refused", _("未通过")
        ENDED = "ended", _("已终止")

    class Basis(models.TextChoices):
        """Why an elder is served through the bank (南京 2019: 重点空巢独居; others after review)."""

        ALONE_80 = "alone_80", _("80岁及以上独居")
        CARE_60 = "care_60", _("60至79岁,低保且失能或半失能")
        REVIEWED = "reviewed", _("经审核的60岁及以上老人")

    id = models.UUIDField(primary_key=True, default=new_id)
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    other = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    relation = models.CharField(max_length=12, choices=Relation.choices, blank=True, default="")
    basis = models.CharField(max_length=10, choices=Basis.choices, blank=True, default="")
    minutes = models.BigIntegerField(default=0)
    # The number of the paper shown: sealed with the key of `person`, gone when she is forgotten.
    document_enc = models.BinaryField(default=bytes)
    note = models.CharField(max_length=300, blank=True, default="")
    asked_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    checked_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        db_table = "bank_application"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(decided_by=models.F("asked_by"))
                | models.Q(decided_by=None)
                | models.Q(asked_by=None)
                | models.Q(state="ended"),
                name="bank_application_two_people",
            ),
            models.CheckConstraint(condition=models.Q(minutes__gte=0), name="bank_minutes"),
        ]
        indexes = [
            models.Index(fields=["centre", "state", "asked_at"], name="bank_application_queue"),
            models.Index(fields=["person", "kind"], name="bank_application_person"),
        ]


class Redemption(models.Model):
    """An order paid with coins: held when it is placed, taken when served, else given back."""

    class State(models.TextChoices):
        HELD = "held", _("已预留")
        PAID = "paid", _("已使用")
        GIVEN_BACK = "given_back", _("已退回")

    id = models.UUIDField(primary_key=True, default=new_id)
    request = models.OneToOneField(Request, models.PROTECT, related_name="+")
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    payer = models.ForeignKey(Person, models.PROTECT, related_name="+")
    served = models.ForeignKey(Person, models.PROTECT, related_name="+")
    minutes = models.BigIntegerField()
    used = models.BigIntegerField(default=0)
    hold = models.OneToOneField(Transfer, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.HELD)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "bank_redemption"
        indexes = [models.Index(fields=["payer", "at"], name="bank_redemption_payer")]


class Crossing(models.Model):
    """通存通兑: coins on their way from one centre's books to another's; both legs or neither."""

    class State(models.TextChoices):
        OPEN = "open", _("办理中")
        POSTED = "posted", _("已到账")
        VOIDED = "voided", _("已退回")

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    from_centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    to_centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    minutes = models.BigIntegerField()
    leaving = models.OneToOneField(Transfer, models.PROTECT, related_name="+")
    coming = models.OneToOneField(Transfer, models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "bank_crossing"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(from_centre=models.F("to_centre")), name="bank_crossing_two"
            ),
            models.CheckConstraint(condition=models.Q(minutes__gt=0), name="bank_crossing_some"),
        ]
        indexes = [
            models.Index(
                fields=["at"], condition=models.Q(state="open"), name="bank_crossing_open"
            ),
        ]
