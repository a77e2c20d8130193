"""记录证明: who issues, what was issued, which credentials came of it, and what else is on record.

No name, phone or words of a volunteer stand open in any of these tables: names are read from her
own sealed row when a page or a paper is made, and words are sealed with her key.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diandan.ground.people.models import Person
from diandan.ground.places.models import Place
from diandan.kit.ids import new_id
from diandan.path.ledger.models import Grade, Transfer

from .states import State


class Issuer(models.Model):
    """出具单位: an organisation that records and therefore certifies (令67: 谁记录谁证明)."""

    place = models.OneToOneField(Place, models.PROTECT, primary_key=True, related_name="+")
    name = models.CharField(max_length=80)
    contact = models.CharField(max_length=80)
    registered = models.IntegerField(default=0)
    since = models.DateTimeField()

    class Meta:
        db_table = "issuer"


class SigningKey(models.Model):
    """An issuer's Ed25519 key. The private half is sealed under a key the master key wraps."""

    id = models.UUIDField(primary_key=True, default=new_id)
    issuer = models.ForeignKey(Issuer, models.PROTECT, related_name="keys")
    public = models.CharField(max_length=80, unique=True)
    wrapped_key = models.BinaryField()
    sealed = models.BinaryField()
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    leaked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "signing_key"
        constraints = [
            models.UniqueConstraint(
                fields=["issuer"],
                condition=models.Q(retired_at=None),
                name="signing_key_one_in_use",
            ),
        ]


class Certificate(models.Model):
    """记录证明: applied for by her, handled by one officer, signed by another, then posted."""

    class EndedWhy(models.TextChoices):
        WRONG = "wrong", _("内容有误")
        OBJECTION = "objection", _("公示期间异议成立")
        HERS = "hers", _("本人要求")
        KEY = "key", _("签名密钥泄露")
        REPLACED = "replaced", _("已重新出具")

    id = models.UUIDField(primary_key=True, default=new_id)
    person = models.ForeignKey(Person, models.PROTECT, related_name="certificates")
    issuer = models.ForeignKey(Issuer, models.PROTECT, related_name="certificates")
    state = models.CharField(max_length=10, choices=State.choices, default=State.APPLIED)
    from_on = models.DateField()
    until_on = models.DateField()
    purpose_enc = models.BinaryField(default=bytes)
    note_enc = models.BinaryField(default=bytes)
    shown = models.JSONField(default=list)
    number = models.CharField(max_length=40, null=True, unique=True)
    register_number = models.IntegerField(null=True)
    check_code = models.CharField(max_length=16)
    rules = models.CharField(max_length=40, blank=True, default="")
    applied_at = models.DateTimeField()
    handled_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    handled_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    notice_until = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    ended_why = models.CharField(max_length=10, choices=EndedWhy.choices, blank=True, default="")
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaces")

    class Meta:
        db_table = "certificate"
        indexes = [
            models.Index(fields=["person", "applied_at"], name="certificate_person"),
            models.Index(fields=["issuer", "state"], name="certificate_queue"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "register_number"], name="certificate_register_once"
            ),
            models.UniqueConstraint(
                fields=["person", "issuer"],
                condition=models.Q(state__in=["applied", "handled"]),
                name="certificate_one_asked",
            ),
            models.CheckConstraint(
                condition=models.Q(from_on__lte=models.F("until_on")), name="certificate_days"
            ),
            models.CheckConstraint(
                condition=models.Q(signed_by=None)
                | (
                    ~models.Q(signed_by=models.F("handled_by"))
                    & ~models.Q(signed_by=models.F("person"))
                    & ~models.Q(handled_by=models.F("person"))
                ),
                name="certificate_three_people",
            ),
            models.CheckConstraint(
                condition=models.Q(issued_at=None)
                | (
                    models.Q(notice_until__isnull=False)
                    & models.Q(issued_at__gte=models.F("notice_until"))
                ),
                name="certificate_notice_stood",
            ),
        ]


class CertificateLine(models.Model):
    """One posted session that the certificate vouches for, as it stood when it was handled."""

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="lines")
    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="+")
    grade = models.CharField(max_length=10, choices=Grade.choices)
    minutes = models.IntegerField()

    class Meta:
        db_table = "certificate_line"
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "transfer"], name="certificate_line_once"
            ),
            models.CheckConstraint(
                condition=models.Q(minutes__gt=0), name="certificate_line_minutes"
            ),
        ]


class StatusList(models.Model):
    """Which credentials of one key are revoked (Bitstring Status List): one bit each."""

    id = models.UUIDField(primary_key=True, default=new_id)
    key = models.ForeignKey(SigningKey, models.PROTECT, related_name="lists")
    made_at = models.DateTimeField()

    class Meta:
        db_table = "status_list"


class Credential(models.Model):
    """One credential handed to her. What it says is with her alone; we keep that it exists."""

    id = models.UUIDField(primary_key=True, default=new_id)
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="credentials")
    listed = models.ForeignKey(StatusList, models.PROTECT, related_name="credentials")
    bit = models.IntegerField()
    fields = models.JSONField(default=list)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "credential"
        constraints = [
            models.UniqueConstraint(fields=["listed", "bit"], name="credential_bit_once"),
        ]


class Entry(models.Model):
    """培训 or 表彰: entered by one officer, looked at by another, in words sealed with her key."""

    class Kind(models.TextChoices):
        TRAINING = "training", _("培训")
        COMMENDATION = "commendation", _("表彰奖励")

    id = models.UUIDField(primary_key=True, default=new_id)
    person = models.ForeignKey(Person, models.PROTECT, related_name="record_entries")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=14, choices=Kind.choices)
    on = models.DateField()
    title_enc = models.BinaryField(default=bytes)
    giver_enc = models.BinaryField(default=bytes)
    study_hours = models.IntegerField(default=0)
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "record_entry"
        indexes = [models.Index(fields=["person", "on"], name="record_entry_person")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None)
                | (
                    ~models.Q(confirmed_by=models.F("entered_by"))
                    & ~models.Q(confirmed_by=models.F("person"))
                ),
                name="record_entry_second_look",
            ),
            models.CheckConstraint(
                condition=models.Q(study_hours__gte=0), name="record_entry_hours"
            ),
        ]


class CorrectionAsked(models.Model):
    """更正申请: she says what is wrong in her record; the organisation answers (令67; 个保法 46)."""

    class Group(models.TextChoices):
        BASIC = "basic", _("基本信息")
        SERVICE = "service", _("志愿服务")
        TRAINING = "training", _("培训")
        COMMENDATION = "commendation", _("表彰奖励")
        EVALUATION = "evaluation", _("评价")

    id = models.UUIDField(primary_key=True, default=new_id)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    group = models.CharField(max_length=14, choices=Group.choices)
    text_enc = models.BinaryField(default=bytes)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    is_right = models.BooleanField(null=True)
    answer_enc = models.BinaryField(default=bytes)

    class Meta:
        db_table = "correction_asked"
        indexes = [
            models.Index(
                fields=["place"],
                condition=models.Q(answered_at=None),
                name="correction_asked_open",
            ),
        ]


from . import outside  # noqa: E402,F401  (tables of this room, kept by themselves)
