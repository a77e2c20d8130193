"""双积分: who is in which branch or household, entries and what was decided, months, boards.

Entries are written once. What follows (a verdict, a correction, a closed month) is another row;
the database holds this (migration 0002), not only the actions.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diandan.ground.people.models import Person
from diandan.ground.places.models import Place
from diandan.kit.ids import new_id


class System(models.TextChoices):
    """Two systems that are never added together."""

    PARTY = "party", _("党员积分")
    RESIDENTS = "residents", _("群众积分")


class Sort(models.TextChoices):
    """What an item does."""

    ADD = "add", _("加分")
    DEDUCT = "deduct", _("减分")
    VETO = "veto", _("一票否决")


class RuleItem(models.Model):
    """One item in force at a centre; changed by retiring it and making another."""

    id = models.UUIDField(primary_key=True, default=new_id)
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    system = models.CharField(max_length=10, choices=System.choices)
    code = models.CharField(max_length=30)
    sort = models.CharField(max_length=8, choices=Sort.choices)
    dimension = models.CharField(max_length=20, blank=True, default="")
    title = models.CharField(max_length=60)
    points = models.IntegerField()
    evidence = models.CharField(max_length=120)
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dual_item"
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "system", "code"],
                condition=models.Q(retired_at=None),
                name="dual_item_once",
            ),
            models.CheckConstraint(condition=models.Q(points__gte=0), name="dual_item_points"),
        ]


class Branch(models.Model):
    """党支部 at a place."""

    id = models.UUIDField(primary_key=True, default=new_id)
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    founded_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dual_branch"
        constraints = [
            models.UniqueConstraint(fields=["place", "name"], name="dual_branch_once"),
        ]


class PartyMember(models.Model):
    """A person's membership of a branch: read only by her branch and the committee, each reading
    recorded (个保法 28: it may harm a person when it spreads)."""

    class Duty(models.TextChoices):
        SECRETARY = "secretary", _("支部书记")
        COMMITTEE = "committee", _("支部委员")
        MEMBER = "member", _("党员")

    id = models.UUIDField(primary_key=True, default=new_id)
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    duty = models.CharField(max_length=10, choices=Duty.choices, default=Duty.MEMBER)
    since = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dual_party_member"
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(left_at=None), name="dual_member_once"
            ),
        ]


class Household(models.Model):
    """户: what the people's system counts by. Its number is known in the village, no name is kept."""

    id = models.UUIDField(primary_key=True, default=new_id)
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    number = models.CharField(max_length=12)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "dual_household"
        constraints = [
            models.UniqueConstraint(fields=["place", "number"], name="dual_household_once"),
        ]


class HouseholdMember(models.Model):
    """Who lives in it; the head is told of entries and speaks for it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    household = models.ForeignKey(Household, models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    is_head = models.BooleanField(default=False)
    since = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dual_household_member"
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(left_at=None), name="dual_household_person"
            ),
            models.UniqueConstraint(
                fields=["household"],
                condition=models.Q(left_at=None, is_head=True),
                name="dual_household_head",
            ),
        ]


class Entry(models.Model):
    """What was proposed for one member or household. `person` is whom it concerns and who is told."""

    id = models.UUIDField(primary_key=True, default=new_id)
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    system = models.CharField(max_length=10, choices=System.choices)
    branch = models.ForeignKey(Branch, models.PROTECT, null=True, related_name="+")
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    item = models.ForeignKey(RuleItem, models.PROTECT, related_name="+")
    sort = models.CharField(max_length=8, choices=Sort.choices)
    points = models.IntegerField()
    month = models.DateField()
    happened_on = models.DateField()
    evidence_enc = models.BinaryField(default=bytes)
    basis = models.CharField(max_length=200, blank=True, default="")
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="correction", db_column="corrects_id"
    )
    proposed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()

    class Meta:
        db_table = "dual_entry"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(system="party", branch__isnull=False, household=None)
                | models.Q(system="residents", branch=None, household__isnull=False),
                name="dual_entry_subject",
            ),
            models.CheckConstraint(
                condition=models.Q(sort="veto", points=0)
                | (~models.Q(sort="veto") & ~models.Q(points=0)),
                name="dual_entry_points",
            ),
            models.CheckConstraint(
                condition=~models.Q(sort="veto") | ~models.Q(basis=""),
                name="dual_veto_has_basis",
            ),
            models.CheckConstraint(
                condition=~models.Q(sort="veto") | models.Q(system="party"),
                name="dual_veto_is_the_partys",
            ),
        ]
        indexes = [
            models.Index(fields=["centre", "system", "month"], name="dual_entry_month"),
            models.Index(fields=["person", "month"], name="dual_entry_person"),
            models.Index(fields=["household", "month"], name="dual_entry_household"),
        ]


class Verdict(models.Model):
    """A second person's word on an entry, once."""

    entry = models.OneToOneField(Entry, models.PROTECT, primary_key=True, related_name="verdict")
    is_confirmed = models.BooleanField()
    text = models.CharField(max_length=200, blank=True, default="")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "dual_verdict"


class MonthClose(models.Model):
    """一月一积分: after this nothing of the month changes; mistakes are put right in an open one."""

    id = models.UUIDField(primary_key=True, default=new_id)
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    system = models.CharField(max_length=10, choices=System.choices)
    month = models.DateField()
    entries = models.IntegerField()
    points = models.IntegerField()
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "dual_month"
        constraints = [
            models.UniqueConstraint(fields=["centre", "system", "month"], name="dual_month_once"),
        ]


class QuarterNotice(models.Model):
    """一季一公示: the quarter's closed months, open to objections until `until`."""

    id = models.UUIDField(primary_key=True, default=new_id)
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    system = models.CharField(max_length=10, choices=System.choices)
    quarter = models.DateField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        db_table = "dual_notice"
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "system", "quarter"], name="dual_notice_once"
            ),
        ]


class Objection(models.Model):
    """异议 or 申诉: while it is open the entry does not count. The words are sealed with her key."""

    class Kind(models.TextChoices):
        APPEAL = "appeal", _("申诉")
        OBJECTION = "objection", _("异议")

    id = models.UUIDField(primary_key=True, default=new_id)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="objections")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text_enc = models.BinaryField(default=bytes)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    is_upheld = models.BooleanField(null=True)
    settlement = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        db_table = "dual_objection"
        indexes = [
            models.Index(
                fields=["entry"], condition=models.Q(settled_at=None), name="dual_objection_open"
            ),
        ]


class YearGrade(models.Model):
    """年度一考评: computed from the year's entries by the thresholds, kept as it was computed."""

    id = models.UUIDField(primary_key=True, default=new_id)
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    system = models.CharField(max_length=10, choices=System.choices)
    year = models.IntegerField()
    branch = models.ForeignKey(Branch, models.PROTECT, null=True, related_name="+")
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    points = models.IntegerField()
    is_vetoed = models.BooleanField()
    grade = models.CharField(max_length=12)
    rules = models.CharField(max_length=30)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "dual_grade"
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "system", "year", "person", "household"],
                name="dual_grade_once",
                nulls_distinct=False,
            ),
        ]


class Colour(models.TextChoices):
    """红灰黑榜."""

    RED = "red", _("红榜")
    GREY = "grey", _("灰榜")
    BLACK = "black", _("黑榜")


class Listing(models.Model):
    """Somebody on a board. Being on it shows it to nobody but her and the committee; the red one is
    public only while her consent stands."""

    id = models.UUIDField(primary_key=True, default=new_id)
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    system = models.CharField(max_length=10, choices=System.choices)
    colour = models.CharField(max_length=6, choices=Colour.choices)
    branch = models.ForeignKey(Branch, models.PROTECT, null=True, related_name="+")
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=120)
    proposed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "dual_listing"
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "system", "person"],
                condition=models.Q(ended_at=None),
                name="dual_listing_once",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None)
                | (
                    ~models.Q(confirmed_by=models.F("proposed_by"))
                    & ~models.Q(confirmed_by=models.F("person"))
                ),
                name="dual_listing_two_people",
            ),
        ]


class BoardRule(models.Model):
    """A rule in force that lets more be shown, with the number and words of its paper. Default: none."""

    id = models.UUIDField(primary_key=True, default=new_id)
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    colour = models.CharField(max_length=6, choices=Colour.choices)
    number = models.CharField(max_length=60)
    text = models.TextField()
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dual_board_rule"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(number="") & ~models.Q(text=""), name="dual_board_rule_paper"
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None)
                | ~models.Q(confirmed_by=models.F("entered_by")),
                name="dual_board_rule_two",
            ),
        ]
