"""记单: accounts, transfers between them, what was said against a transfer, and the chain.

A transfer is written once. What follows from it (it is posted, voided, corrected) is another row
that names it. Running balances on an account are the database's own (migration 0002): they move
with a transfer and in no other way.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diandan.ground.people.models import Person
from diandan.ground.places.models import Place
from diandan.kit.ids import new_id
from diandan.path.engage.models import Task


class Ledger(models.TextChoices):
    """Units that are never added together, exchanged by a price, or priced in money."""

    MINUTES = "minutes", _("服务时长")
    POINTS = "points", _("积分")
    COINS = "coins", _("时间币")
    VOUCHERS = "vouchers", _("礼券")


class Grade(models.TextChoices):
    """How well minutes are proved; each grade is a book of its own."""

    VERIFIED = "verified", _("已核实")
    DECLARED = "declared", _("补录")


class Account(models.Model):
    """Who holds how much of one ledger in one centre's books; balance = credits − debits."""

    class Owner(models.TextChoices):
        PERSON = "person", _("个人")
        FAMILY = "family", _("志愿家庭")
        CENTRE = "centre", _("中心")
        SYSTEM = "system", _("来源")

    id = models.UUIDField(primary_key=True, default=new_id)
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    ledger = models.CharField(max_length=10, choices=Ledger.choices)
    grade = models.CharField(max_length=10, choices=Grade.choices, blank=True, default="")
    owner = models.CharField(max_length=8, choices=Owner.choices)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    family_id = models.UUIDField(null=True)
    purpose = models.CharField(max_length=20, blank=True, default="")
    has_floor = models.BooleanField(default=True)
    opened_at = models.DateTimeField()
    posted = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    coming = models.BigIntegerField(default=0)

    class Meta:
        db_table = "account"
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "ledger", "grade", "owner", "person", "family_id", "purpose"],
                name="account_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=(models.Q(ledger="minutes") & ~models.Q(grade=""))
                | (~models.Q(ledger="minutes") & models.Q(grade="")),
                name="account_grade",
            ),
            models.CheckConstraint(
                condition=models.Q(has_floor=True) | models.Q(owner="system"),
                name="account_floor_kept",
            ),
            models.CheckConstraint(
                condition=models.Q(has_floor=False) | models.Q(posted__gte=models.F("held")),
                name="account_floor",
            ),
            models.CheckConstraint(
                condition=models.Q(held__gte=0) & models.Q(coming__gte=0),
                name="account_waiting",
            ),
            models.CheckConstraint(
                condition=(models.Q(owner="person") & models.Q(person__isnull=False))
                | (~models.Q(owner="person") & models.Q(person=None)),
                name="account_person",
            ),
            models.CheckConstraint(
                condition=(models.Q(owner="family") & models.Q(family_id__isnull=False))
                | (~models.Q(owner="family") & models.Q(family_id=None)),
                name="account_family",
            ),
        ]

    @property
    def available(self) -> int:
        """What may be given away now: posted, less what is held for transfers still pending."""
        return self.posted - self.held


class Reason(models.TextChoices):
    """Why something was moved."""

    SERVICE = "service", _("服务")
    REDEEM = "redeem", _("兑换")
    GIVE_BACK = "give_back", _("退回")
    GIFT = "gift", _("转赠")
    DONATE = "donate", _("捐赠")
    EXPIRE = "expire", _("到期")
    CORRECT = "correct", _("更正")
    # 时间银行 (square/bank): coins come from a service already on the books as minutes, from the
    # city's fund, from a relative's estate, or from another centre's books.
    DEPOSIT = "deposit", _("存入")
    ISSUE = "issue", _("发放")
    INHERIT = "inherit", _("继承")
    CROSS = "cross", _("通兑")
    # 志愿家庭: to the family's pool and back, by a member's own choice (points only).
    POOL = "pool", _("家庭共用")
    # Two records that were one human being: what the one held goes to the other.
    MERGE = "merge", _("并号")


class Transfer(models.Model):
    """So many units from one account to another. `id` is the idempotency key."""

    class Phase(models.TextChoices):
        DIRECT = "direct", _("已入账")
        PENDING = "pending", _("公示中")
        POSTING = "posting", _("公示后入账")
        VOIDING = "voiding", _("未入账")

    id = models.UUIDField(primary_key=True)
    phase = models.CharField(max_length=8, choices=Phase.choices)
    # The triggers lock both accounts and compare ledger and centre with theirs, and no account is
    # ever deleted: that asks more than a foreign key would, once for a whole statement.
    centre = models.ForeignKey(
        Place, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    ledger = models.CharField(max_length=10, choices=Ledger.choices)
    debit = models.ForeignKey(
        Account, models.PROTECT, related_name="given", db_constraint=False, db_index=False
    )
    credit = models.ForeignKey(
        Account, models.PROTECT, related_name="received", db_constraint=False, db_index=False
    )
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=12, choices=Reason.choices)
    settles = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="settlement", db_column="settles_id"
    )
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="corrections", db_index=False
    )
    task = models.ForeignKey(Task, models.PROTECT, null=True, related_name="+", db_index=False)
    fact_id = models.BigIntegerField(null=True)
    notice_until = models.DateTimeField(null=True)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    data = models.JSONField(default=dict)

    class Meta:
        db_table = "transfer"
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="transfer_amount"),
            models.CheckConstraint(
                condition=~models.Q(debit=models.F("credit")), name="transfer_two_accounts"
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(phase__in=("posting", "voiding")) & models.Q(settles__isnull=False)
                )
                | (models.Q(phase__in=("direct", "pending")) & models.Q(settles=None)),
                name="transfer_settles",
            ),
            models.CheckConstraint(
                condition=(models.Q(phase="pending") & models.Q(notice_until__isnull=False))
                | (~models.Q(phase="pending") & models.Q(notice_until=None)),
                name="transfer_notice",
            ),
            models.CheckConstraint(
                condition=models.Q(corrects=None) | models.Q(phase="direct"),
                name="transfer_corrects",
            ),
        ]
        indexes = [
            models.Index(fields=["credit", "at"], name="transfer_credit"),
            models.Index(fields=["debit", "at"], name="transfer_debit"),
            # Where most rows have nothing, an index holds only the others: a batch of plain moves
            # writes into three. (`settles` too: migration 0010.)
            models.Index(
                fields=["task", "ledger"],
                condition=models.Q(task__isnull=False),
                name="transfer_task",
            ),
            models.Index(
                fields=["corrects"],
                condition=models.Q(corrects__isnull=False),
                name="transfer_corrected",
            ),
            models.Index(fields=["by"], condition=models.Q(by__isnull=False), name="transfer_by"),
            models.Index(
                fields=["centre", "at"],
                condition=models.Q(ledger="minutes"),
                name="transfer_minutes",
            ),
            models.Index(
                fields=["notice_until"],
                condition=models.Q(phase="pending"),
                name="transfer_waiting",
            ),
        ]


class Confirmation(models.Model):
    """A second person stands for minutes that were not proved from all sides. Final."""

    id = models.UUIDField(primary_key=True, default=new_id)
    task = models.OneToOneField(Task, models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "confirmation"


class Objection(models.Model):
    """异议: said against a transfer while it is public; while open, nothing of it is posted."""

    class Kind(models.TextChoices):
        NOT_ME = "not_me", _("这不是我")
        WRONG = "wrong", _("时长不对")
        DID_NOT_COME = "did_not_come", _("人没有来")
        OTHER = "other", _("其他")

    id = models.UUIDField(primary_key=True, default=new_id)
    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="objections")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    text = models.TextField(blank=True, default="")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    is_upheld = models.BooleanField(null=True)
    settlement = models.TextField(blank=True, default="")

    class Meta:
        db_table = "objection"
        indexes = [
            models.Index(
                fields=["transfer"], condition=models.Q(settled_at=None), name="objection_open"
            ),
        ]


class TransferLink(models.Model):
    """A transfer's place in its centre's hash chain, given by the worker after it committed."""

    transfer = models.OneToOneField(Transfer, models.PROTECT, primary_key=True, related_name="link")
    centre_id = models.BigIntegerField()
    number = models.BigIntegerField()
    digest = models.BinaryField()

    class Meta:
        db_table = "transfer_link"
        constraints = [
            models.UniqueConstraint(fields=["centre_id", "number"], name="transfer_link_number"),
        ]


class DayRoot(models.Model):
    """Where a centre's chain stood at the end of a day, for writing down outside the house."""

    centre_id = models.BigIntegerField()
    on = models.DateField()
    number = models.BigIntegerField()
    digest = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "day_root"
        constraints = [
            models.UniqueConstraint(fields=["centre_id", "on"], name="day_root_once"),
        ]


class Declaration(models.Model):
    """补录: minutes that no code shows, said by a leader or officer of a visit that took place.

    `planned` is how long the visit was to be when it was said; the minutes never pass it.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    task = models.OneToOneField(Task, models.PROTECT, related_name="declaration")
    minutes = models.IntegerField()
    planned = models.IntegerField()
    why = models.CharField(max_length=200)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "declaration"
        indexes = [models.Index(fields=["by", "at"], name="declaration_by")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minutes__gt=0) & models.Q(minutes__lte=models.F("planned")),
                name="declaration_within_plan",
            ),
        ]


class RuleChoice(models.Model):
    """From a day on a centre counts by this preset, with its own figures over it. Never edited."""

    id = models.UUIDField(primary_key=True, default=new_id)
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    preset = models.CharField(max_length=40)
    changes = models.JSONField(default=dict)
    from_on = models.DateField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "rule_choice"
        indexes = [models.Index(fields=["centre", "from_on"], name="rule_choice_centre")]


class YearMinutes(models.Model):
    """Posted minutes of service by the year in which they were served; the database keeps it.

    A figure over 200,000 people is then one look at an index, not a sum over all transfers.
    """

    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    year = models.SmallIntegerField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    grade = models.CharField(max_length=10, choices=Grade.choices)
    minutes = models.BigIntegerField(default=0)

    class Meta:
        db_table = "year_minutes"
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "year", "person", "grade"], name="year_minutes_once"
            ),
        ]


class ActiveDefinition(models.Model):
    """活跃志愿者: so many minutes in a calendar year, of which grades; kept beside its figure."""

    id = models.UUIDField(primary_key=True, default=new_id)
    centre = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=40)
    minutes = models.IntegerField()
    grades = models.JSONField(default=list)
    source = models.CharField(max_length=200, blank=True, default="")
    from_year = models.SmallIntegerField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "active_definition"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minutes__gt=0), name="active_definition_minutes"
            ),
        ]


class ServicePause(models.Model):
    """缺席: no jobs until somebody looked; she may say why. Lifted, never deleted."""

    id = models.UUIDField(primary_key=True, default=new_id)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    missed = models.IntegerField()
    paused_at = models.DateTimeField()
    appeal = models.TextField(blank=True, default="")
    appealed_at = models.DateTimeField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    lifted_why = models.TextField(blank=True, default="")

    class Meta:
        db_table = "service_pause"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "centre"],
                condition=models.Q(lifted_at=None),
                name="service_pause_once",
            ),
        ]
