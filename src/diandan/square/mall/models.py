"""积分兑换: gifts and where they lie, orders, vouchers, partners' benefits, and their codes.

Stock is a sum of rows (`stock_move`); the figure on a shelf is the database's own (migration
0002): it moves with such a row and in no other way, and never goes below nought.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diandan.ground.people.models import Person
from diandan.ground.places.models import Place
from diandan.kit.ids import new_id
from diandan.path.ledger.models import Transfer

STARS_MOST = 5


class Audience(models.TextChoices):
    """For whom a thing is. Nobody is enrolled by it: she comes and takes it herself."""

    VOLUNTEERS = "volunteers", _("志愿者")
    EVERYONE = "everyone", _("所有居民")
    ELDERS = "elders", _("60岁以上居民")


class Window(models.TextChoices):
    """When gifts may be ordered."""

    ALWAYS = "always", _("随时")
    QUARTER = "quarter", _("每季度头几天")
    MONTH = "month", _("每月头几天")


class Shop(models.Model):
    """A centre's own rules of the mall, where it wrote some; else its preset holds."""

    centre = models.OneToOneField(Place, models.PROTECT, primary_key=True, related_name="+")
    is_open = models.BooleanField(default=True)
    window = models.CharField(max_length=10, choices=Window.choices, default=Window.ALWAYS)
    window_days = models.PositiveSmallIntegerField(default=0)
    orders_each_quarter = models.PositiveSmallIntegerField(default=0)
    keep_days = models.PositiveSmallIntegerField(default=14)
    return_days = models.PositiveSmallIntegerField(default=7)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "mall_shop"
        constraints = [
            models.CheckConstraint(condition=models.Q(keep_days__gte=1), name="mall_shop_keep"),
        ]


class Gift(models.Model):
    """A thing that points are given for. Its cost is in points and in nothing else."""

    class Period(models.TextChoices):
        EVER = "ever", _("总共")
        MONTH = "month", _("每月")
        QUARTER = "quarter", _("每季度")
        YEAR = "year", _("每年")

    id = models.UUIDField(primary_key=True, default=new_id)
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    about = models.CharField(max_length=500, blank=True, default="")
    cost = models.PositiveIntegerField()
    audience = models.CharField(
        max_length=12, choices=Audience.choices, default=Audience.VOLUNTEERS
    )
    star_min = models.PositiveSmallIntegerField(default=0)
    limit_each = models.PositiveSmallIntegerField(default=0)
    limit_period = models.CharField(max_length=8, choices=Period.choices, default=Period.QUARTER)
    from_on = models.DateField(null=True, blank=True)
    until_on = models.DateField(null=True, blank=True)
    offered_at = models.DateTimeField()
    offered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "mall_gift"
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "name"],
                condition=models.Q(retired_at=None),
                name="mall_gift_name_once",
            ),
            models.CheckConstraint(
                condition=models.Q(star_min__lte=STARS_MOST), name="mall_gift_star"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Shelf(models.Model):
    """So many of a gift at one pick-up site, free to be ordered. `free` is never written here."""

    id = models.UUIDField(primary_key=True, default=new_id)
    gift = models.ForeignKey(Gift, models.PROTECT, related_name="shelves")
    site = models.ForeignKey(Place, models.PROTECT, related_name="+")
    free = models.IntegerField(default=0)

    class Meta:
        db_table = "mall_shelf"
        constraints = [
            models.UniqueConstraint(fields=["gift", "site"], name="mall_shelf_once"),
            models.CheckConstraint(condition=models.Q(free__gte=0), name="mall_shelf_not_oversold"),
        ]


class Order(models.Model):
    """兑换单: her points and one gift are held until it is handed out against its code."""

    class State(models.TextChoices):
        ORDERED = "ordered", _("待领取")
        HANDED_OUT = "handed_out", _("已领取")
        CANCELLED = "cancelled", _("已取消")
        EXPIRED = "expired", _("过期未领")
        RETURNED = "returned", _("已退回")

    id = models.UUIDField(primary_key=True, default=new_id)
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    gift = models.ForeignKey(Gift, models.PROTECT, related_name="orders")
    shelf = models.ForeignKey(Shelf, models.PROTECT, related_name="orders")
    cost = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ORDERED)
    code = models.CharField(max_length=12, unique=True)
    held = models.OneToOneField(Transfer, models.PROTECT, null=True, related_name="+")
    ordered_at = models.DateTimeField()
    ordered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    keep_until = models.DateTimeField()
    handed_at = models.DateTimeField(null=True, blank=True)
    handed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    ended_why = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "mall_order"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state__in=("handed_out", "returned"))
                | models.Q(handed_at__isnull=False, handed_by__isnull=False),
                name="mall_order_handed",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=("cancelled", "expired", "returned"))
                | models.Q(ended_at__isnull=False),
                name="mall_order_ended",
            ),
            models.CheckConstraint(
                condition=models.Q(cost=0) | models.Q(held__isnull=False),
                name="mall_order_holds_points",
            ),
            # Who hands out or takes back is never the one who gets it.
            models.CheckConstraint(
                condition=models.Q(handed_by=None) | ~models.Q(handed_by=models.F("person")),
                name="mall_order_two_people",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-ordered_at"], name="mall_order_hers"),
            models.Index(
                fields=["keep_until"],
                condition=models.Q(state="ordered"),
                name="mall_order_waiting",
            ),
        ]


class StockMove(models.Model):
    """库存流水: so many more or fewer on a shelf, and why. Written once, never changed."""

    class Why(models.TextChoices):
        IN = "in", _("入库")
        OUT = "out", _("出库")
        ORDERED = "ordered", _("兑换占用")
        BACK = "back", _("退回库存")

    id = models.UUIDField(primary_key=True, default=new_id)
    shelf = models.ForeignKey(Shelf, models.PROTECT, related_name="moves")
    count = models.IntegerField()
    why = models.CharField(max_length=8, choices=Why.choices)
    note = models.CharField(max_length=200, blank=True, default="")
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="stock")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "mall_stock_move"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(why__in=("in", "back"), count__gt=0)
                | models.Q(why__in=("out", "ordered"), count__lt=0),
                name="mall_stock_way",
            ),
            models.UniqueConstraint(
                fields=["order", "why"],
                condition=models.Q(order__isnull=False),
                name="mall_stock_order_once",
            ),
        ]
        indexes = [models.Index(fields=["shelf", "at"], name="mall_stock_shelf")]


class Giver(models.Model):
    """礼遇合作单位: who gives a benefit or takes a voucher. `key` opens its counter page."""

    id = models.UUIDField(primary_key=True, default=new_id)
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    about = models.CharField(max_length=300, blank=True, default="")
    address = models.CharField(max_length=120, blank=True, default="")
    key = models.CharField(max_length=40, unique=True)
    agreed_on = models.DateField(null=True, blank=True)
    joined_at = models.DateTimeField()
    joined_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "mall_giver"
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "name"],
                condition=models.Q(left_at=None),
                name="mall_giver_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Benefit(models.Model):
    """礼遇 (江宁《志愿服务礼遇办法》): what a giver does for volunteers from a star upward."""

    id = models.UUIDField(primary_key=True, default=new_id)
    giver = models.ForeignKey(Giver, models.PROTECT, related_name="benefits")
    name = models.CharField(max_length=60)
    about = models.CharField(max_length=500, blank=True, default="")
    star_min = models.PositiveSmallIntegerField(default=1)
    times_a_year = models.PositiveSmallIntegerField(default=0)
    from_on = models.DateField(null=True, blank=True)
    until_on = models.DateField(null=True, blank=True)
    offered_at = models.DateTimeField()
    offered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "mall_benefit"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(star_min__lte=STARS_MOST), name="mall_benefit_star"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BenefitUse(models.Model):
    """One use: she shows a code that lives for minutes, the giver's counter marks it used."""

    id = models.UUIDField(primary_key=True, default=new_id)
    benefit = models.ForeignKey(Benefit, models.PROTECT, related_name="uses")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    star = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=12, unique=True)
    asked_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "mall_benefit_use"
        indexes = [models.Index(fields=["person", "benefit"], name="mall_benefit_use_hers")]


class Batch(models.Model):
    """文化惠民券 (泰兴): so many vouchers of one sort, each claimed by one person herself."""

    id = models.UUIDField(primary_key=True, default=new_id)
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    about = models.CharField(max_length=500, blank=True, default="")
    number = models.CharField(max_length=12, unique=True)
    count = models.PositiveIntegerField()
    audience = models.CharField(max_length=12, choices=Audience.choices, default=Audience.EVERYONE)
    from_on = models.DateField()
    until_on = models.DateField()
    givers = models.ManyToManyField(Giver, related_name="batches", db_table="mall_batch_giver")
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    lapsed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "mall_batch"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until_on__gte=models.F("from_on")), name="mall_batch_dates"
            ),
            models.CheckConstraint(condition=models.Q(count__gt=0), name="mall_batch_count"),
        ]


class Voucher(models.Model):
    """One voucher of hers: claimed by her own act, used once by its code, or lapsed."""

    id = models.UUIDField(primary_key=True, default=new_id)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="vouchers")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    code = models.CharField(max_length=12, unique=True)
    claimed_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    used_where = models.ForeignKey(Giver, models.PROTECT, null=True, related_name="+")
    lapsed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "mall_voucher"
        constraints = [
            models.UniqueConstraint(fields=["batch", "person"], name="mall_voucher_once"),
            models.CheckConstraint(
                condition=models.Q(used_at=None) | models.Q(lapsed_at=None),
                name="mall_voucher_one_end",
            ),
        ]


from . import pictures  # noqa: E402,F401  (its table is of this room; it needs Gift first)
