"""人: persons with their own keys, log-ins, volunteers, teams, roles in a subtree, consents."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _

from diandan.ground.places.models import Place
from diandan.kit.ids import new_id


class Role(models.TextChoices):
    """What a person may do in a subtree of places. Residents and volunteers need no role."""

    GRID_WORKER = "grid_worker", _("网格员")
    STATION_STAFF = "station_staff", _("站工作人员")
    INSTITUTE_STAFF = "institute_staff", _("所工作人员")
    CENTER_STAFF = "center_staff", _("中心工作人员")
    DISPATCHER = "dispatcher", _("派单员")
    CALLBACK_STAFF = "callback_staff", _("回访员")
    EXPERT = "expert", _("评单专家")
    MEDIATOR = "mediator", _("调解员")
    AUDITOR = "auditor", _("审计员")
    ADMIN = "admin", _("管理员")


class Person(models.Model):
    """A human being. Strings that identify her are encrypted with her own key (vault.py)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    wrapped_key = models.BinaryField()
    name_enc = models.BinaryField(default=bytes)
    phone_enc = models.BinaryField(default=bytes)
    door_enc = models.BinaryField(default=bytes)
    phone_hash = models.CharField(max_length=64, blank=True, default="")
    name_hash = models.CharField(max_length=64, blank=True, default="")
    home = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    born_on = models.DateField(null=True, blank=True)
    guardian = models.ForeignKey("self", models.PROTECT, null=True, related_name="wards")
    language = models.CharField(max_length=10, default="zh-hans")
    elder_mode = models.BooleanField(default=False)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    channel = models.CharField(max_length=20, default="sms")
    digest = models.BooleanField(default=False)
    registered_at = models.DateTimeField(null=True, blank=True)
    registered_how = models.CharField(max_length=20, blank=True, default="")
    frozen_at = models.DateTimeField(null=True, blank=True)
    frozen_why = models.CharField(max_length=200, blank=True, default="")
    calendar_key = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        db_table = "person"
        constraints = [
            models.UniqueConstraint(
                fields=["phone_hash"],
                condition=~models.Q(phone_hash="") & models.Q(frozen_at=None),
                name="person_phone_once",
            ),
        ]
        indexes = [models.Index(fields=["name_hash"], name="person_name")]


class LoginManager(BaseUserManager["Login"]):
    """Makes log-ins; there is no superuser by command, an administrator is a role."""

    def get_by_natural_key(self, username: str | None) -> Login:
        """The log-in named `username`, compared without case."""
        return self.get(username__iexact=username or "")

    def create_user(self, username: str, password: str | None = None, **extra: object) -> Login:
        """A log-in with `password`, or with none usable (phone-code sign-in only)."""
        login = self.model(username=username, **extra)
        login.set_password(password)
        login.save()
        return login


class Login(AbstractBaseUser, PermissionsMixin):
    """An account that can sign in: by password and passkey (staff) or by phone code (everyone)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    username = models.CharField(max_length=60, unique=True)
    person = models.OneToOneField(Person, models.PROTECT, related_name="login")
    email = models.EmailField(blank=True, default="")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = LoginManager()

    class Meta:
        db_table = "login"


class RoleGrant(models.Model):
    """`person` holds `role` in the subtree of `place`, for a term."""

    id = models.UUIDField(primary_key=True, default=new_id)
    person = models.ForeignKey(Person, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=20, choices=Role.choices)
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    post = models.CharField(max_length=40, blank=True, default="")
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    granted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "role_grant"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role", "place"],
                condition=models.Q(revoked_at=None),
                name="role_grant_once",
            ),
        ]


class Volunteer(models.Model):
    """志愿者: a person who enrolled by her own act. `number` is public, never an ID card."""

    person = models.OneToOneField(Person, models.PROTECT, primary_key=True)
    number = models.CharField(max_length=20, unique=True)
    skills = models.JSONField(default=list)
    enrolled_at = models.DateTimeField()
    enrolled_how = models.CharField(max_length=20)
    guardian_consent_at = models.DateTimeField(null=True, blank=True)
    on_duty = models.BooleanField(default=True)

    class Meta:
        db_table = "volunteer"


class Team(models.Model):
    """志愿服务队 of any depth: rank names the rung (总队…小队), mode 常驻/流动, kind its sort."""

    class Mode(models.TextChoices):
        STATIONED = "stationed", _("常驻")
        MOBILE = "mobile", _("流动")

    class Sort(models.TextChoices):
        GENERAL = "general", _("综合")
        SPECIALTY = "specialty", _("专业")
        TRADE = "trade", _("行业")
        CLUB = "club", _("社团")

    id = models.UUIDField(primary_key=True, default=new_id)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    name = models.CharField(max_length=80)
    rank = models.CharField(max_length=20, default="志愿服务队")
    mode = models.CharField(max_length=12, choices=Mode.choices, default=Mode.STATIONED)
    sort = models.CharField(max_length=12, choices=Sort.choices, default=Sort.GENERAL)
    home = models.ForeignKey(Place, models.PROTECT, related_name="teams")
    skills = models.JSONField(default=list)
    week_cap = models.IntegerField(default=10)
    about = models.CharField(max_length=300, blank=True, default="")
    founded_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "team"
        constraints = [
            models.UniqueConstraint(fields=["home", "name"], name="team_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A volunteer in a team, by her own act; a leader allocates the team's members."""

    class Duty(models.TextChoices):
        LEADER = "leader", _("队长")
        DEPUTY = "deputy", _("副队长")
        MEMBER = "member", _("队员")

    id = models.UUIDField(primary_key=True, default=new_id)
    team = models.ForeignKey(Team, models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    duty = models.CharField(max_length=10, choices=Duty.choices, default=Duty.MEMBER)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    successor = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "membership"
        constraints = [
            models.UniqueConstraint(
                fields=["team", "person"],
                condition=models.Q(left_at=None),
                name="membership_once",
            ),
        ]


class Invitation(models.Model):
    """Somebody proposes that a person join; only her own act with the code makes it so."""

    id = models.UUIDField(primary_key=True, default=new_id)
    team = models.ForeignKey(Team, models.PROTECT, null=True)
    place = models.ForeignKey(Place, models.PROTECT)
    phone_hash = models.CharField(max_length=64)
    sealed = models.BinaryField(default=bytes)
    invited_by = models.ForeignKey(Person, models.PROTECT, null=True)
    invited_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=10, blank=True, default="")

    class Meta:
        db_table = "invitation"
        constraints = [
            models.UniqueConstraint(
                fields=["phone_hash", "team"],
                name="invitation_once",
                nulls_distinct=False,
            ),
        ]


class Consent(models.Model):
    """A person's consent to one thing, with the notice's version and how it was given."""

    class About(models.TextChoices):
        PROXY_ORDER = "proxy_order", _("代为点单")
        STANDING_ORDER = "standing_order", _("定期上门")
        GUARDIAN = "guardian", _("监护人同意")
        PRIVACY = "privacy", _("个人信息处理")
        PUBLISH = "publish", _("公开姓名或照片")
        RED_BOARD = "red_board", _("在红榜公开姓名")

    id = models.UUIDField(primary_key=True, default=new_id)
    person = models.ForeignKey(Person, models.PROTECT, related_name="consents")
    about = models.CharField(max_length=20, choices=About.choices)
    version = models.CharField(max_length=20, default="2026-11")
    how = models.CharField(max_length=20)
    note = models.CharField(max_length=300, blank=True, default="")
    witness = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "consent"


class OneTimeCode(models.Model):
    """A one-time code for a phone: six digits, ten minutes, five tries; only its hash is kept."""

    id = models.UUIDField(primary_key=True, default=new_id)
    phone_hash = models.CharField(max_length=64)
    purpose = models.CharField(max_length=20)
    code_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.IntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)
    handed_by = models.ForeignKey(Person, models.PROTECT, null=True)
    # A keyed hash of the address it was asked from; empty on a clerk's slip.
    asked_from = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        db_table = "one_time_code"
        indexes = [
            models.Index(fields=["phone_hash", "made_at"], name="one_time_code_phone"),
            models.Index(fields=["asked_from", "made_at"], name="one_time_code_from"),
        ]


class ApiToken(models.Model):
    """A key for the HTTP API: acts as its owner, narrowed to its scopes."""

    id = models.UUIDField(primary_key=True, default=new_id)
    owner = models.ForeignKey(Person, models.PROTECT)
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "api_token"


class Reading(models.Model):
    """Who read a private string of whom, when and for which order."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    reader_id = models.UUIDField(null=True)
    field = models.CharField(max_length=20)
    why = models.CharField(max_length=60)
    request_id = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "reading"
        indexes = [models.Index(fields=["person", "at"], name="reading_person")]


class Family(models.Model):
    """志愿家庭: a household that serves together; everybody in it joined by her own act."""

    id = models.UUIDField(primary_key=True, default=new_id)
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+")
    home = models.ForeignKey(Place, models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    founded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    founded_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "family"
        indexes = [models.Index(fields=["centre", "closed_at"], name="family_centre")]

    def __str__(self) -> str:
        return self.name


class FamilyMember(models.Model):
    """One person in a family for a time. `pools` is her own choice: her points go to the pool."""

    id = models.UUIDField(primary_key=True, default=new_id)
    family = models.ForeignKey(Family, models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, models.PROTECT, related_name="families")
    joined_at = models.DateTimeField()
    joined_how = models.CharField(max_length=10)
    pools = models.BooleanField(default=False)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "family_member"
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(left_at=None), name="family_member_once"
            ),
        ]


class FamilyInvitation(models.Model):
    """A member proposes that somebody join; only the invited phone's own holder answers."""

    id = models.UUIDField(primary_key=True, default=new_id)
    family = models.ForeignKey(Family, models.PROTECT, related_name="invitations")
    phone_hash = models.CharField(max_length=64)
    invited_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    is_accepted = models.BooleanField(null=True)

    class Meta:
        db_table = "family_invitation"
        constraints = [
            models.UniqueConstraint(
                fields=["family", "phone_hash"],
                condition=models.Q(answered_at=None),
                name="family_invitation_once",
            ),
        ]
        indexes = [models.Index(fields=["phone_hash"], name="family_invitation_phone")]


class PersonMerge(models.Model):
    """并号: two records were one human being; the one is kept, the other goes on in it. Final."""

    gone = models.OneToOneField(Person, models.PROTECT, primary_key=True, related_name="merged")
    kept = models.ForeignKey(Person, models.PROTECT, related_name="merged_in")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "person_merge"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(gone=models.F("kept")), name="person_merge_two"
            ),
        ]


from . import erasure, merging  # noqa: E402,F401  (tables of this room that need Person first)
