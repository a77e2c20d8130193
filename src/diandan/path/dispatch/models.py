"""派单: offers of a job to a team, or open for claiming (抢单)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diandan.ground.people.models import Person, Team
from diandan.ground.places.models import Place
from diandan.kit.ids import new_id
from diandan.path.bundle.models import Job


class DeclineReason(models.TextChoices):
    """One tap of reason; it costs nothing."""

    BUSY = "busy", _("这个时间来不了")
    FAR = "far", _("太远")
    SKILL = "skill", _("不会做这个")
    HANDS = "hands", _("人手不够")
    OTHER = "other", _("其他原因")


class DispatchRound(models.Model):
    """一轮派单: the problem as it stood, the plan that answered it, and the reasons.

    Ids and figures only, no person's words: whoever asks later why a team was asked, or was not,
    gets the answer of that moment, and the round can be solved again anywhere.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    centre = models.ForeignKey(Place, models.CASCADE, related_name="+")
    made_at = models.DateTimeField()
    digest = models.CharField(max_length=16)
    jobs = models.IntegerField()
    matched = models.IntegerField()
    cost = models.BigIntegerField()
    optimal = models.BooleanField()
    micros = models.IntegerField(help_text="how long solving took, in millionths of a second")
    problem = models.JSONField()
    plan = models.JSONField()
    order = models.JSONField(default=dict)
    reasons = models.JSONField(default=dict, help_text="why each team, why not; see `explaining`")
    explained_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "dispatch_round"
        indexes = [
            models.Index(fields=["centre", "made_at"], name="dispatch_round_centre"),
            models.Index(
                fields=["made_at"],
                condition=models.Q(explained_at=None),
                name="dispatch_round_unexplained",
            ),
        ]


class DispatchWeights(models.Model):
    """派单权重 a centre has set: never edited, the newest holds; the older are its history."""

    id = models.UUIDField(primary_key=True, default=new_id)
    centre = models.ForeignKey(Place, models.CASCADE, related_name="+")
    values = models.JSONField()
    set_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        db_table = "dispatch_weights"
        indexes = [models.Index(fields=["centre", "set_at"], name="dispatch_weights_centre")]


class WhatIf(models.Model):
    """试算: other weights tried on kept rounds by the dispatch process, before they are chosen."""

    class State(models.TextChoices):
        ASKED = "asked", _("正在算")
        DONE = "done", _("算好了")
        FAILED = "failed", _("没算成")

    id = models.UUIDField(primary_key=True, default=new_id)
    centre = models.ForeignKey(Place, models.CASCADE, related_name="+")
    values = models.JSONField()
    state = models.CharField(max_length=6, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict, help_text="differences so far; `left`: rounds to try")

    class Meta:
        db_table = "dispatch_what_if"
        indexes = [
            models.Index(
                fields=["asked_at"], condition=models.Q(state="asked"), name="what_if_asked"
            )
        ]


class ByHandOnly(models.Model):
    """改由人工派单 (个保法 24): this team is asked by a person only, until its leader ends it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "dispatch_by_hand_only"
        constraints = [
            models.UniqueConstraint(
                fields=["team"], condition=models.Q(ended_at=None), name="by_hand_only_once"
            )
        ]


class Offer(models.Model):
    """One team asked about one job. `team` is null on an open offer that eligible teams claim.

    With the role `backup` (备勤) a team is asked whether it would come if the one that has the job
    cannot: its yes stands by, is no work in hand, and ends when somebody has arrived.
    """

    class Role(models.TextChoices):
        MAIN = "main", _("派单")
        BACKUP = "backup", _("备勤")
        PEOPLE = "people", _("志愿者应约")

    class State(models.TextChoices):
        OPEN = "open", _("等回复")
        ACCEPTED = "accepted", _("已接单")
        DECLINED = "declined", _("这次不行")
        EXPIRED = "expired", _("超时未回复")
        TAKEN = "taken", _("已被别队接走")
        RECALLED = "recalled", _("已收回")
        STANDBY = "standby", _("备勤中")
        RELEASED = "released", _("备勤已结束")

    id = models.UUIDField(primary_key=True, default=new_id)
    job = models.ForeignKey(Job, models.PROTECT, related_name="offers")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="offers")
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.MAIN)
    wave = models.IntegerField(default=1)
    round = models.ForeignKey(DispatchRound, models.SET_NULL, null=True, related_name="offers")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    why = models.JSONField(default=dict)
    offered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=10, choices=DeclineReason.choices, blank=True, default="")
    reason_text = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "offer"
        constraints = [
            models.UniqueConstraint(fields=["job", "team", "role"], name="offer_asked_once"),
            models.UniqueConstraint(
                fields=["job"],
                condition=models.Q(state="accepted"),
                name="offer_one_winner",
            ),
            models.UniqueConstraint(
                fields=["job"],
                condition=models.Q(role="backup", state__in=["open", "standby"]),
                name="offer_one_backup",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "state"], name="offer_team"),
            models.Index(fields=["state", "expires_at"], name="offer_clock"),
        ]


class PeopleCall(models.Model):
    """问到个人: a job's volunteers are asked one by one, until enough said yes or it is called off.

    The first yeses up to the headcount have the job together; who answered yes before they are
    enough is told so, and may take it back. One open call a job.
    """

    class State(models.TextChoices):
        OPEN = "open", _("正在问")
        FILLED = "filled", _("人齐了")
        ENDED = "ended", _("已停止")

    id = models.UUIDField(primary_key=True, default=new_id)
    job = models.ForeignKey(Job, models.PROTECT, related_name="people_calls")
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    opened_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    looked = models.JSONField(default=dict, help_text="how many could be asked, and why others not")

    class Meta:
        db_table = "people_call"
        constraints = [
            models.UniqueConstraint(
                fields=["job"], condition=models.Q(state="open"), name="people_call_open_once"
            )
        ]


class PersonAsk(models.Model):
    """One volunteer asked about one job. Once: whoever said no is never asked again for it."""

    class State(models.TextChoices):
        OPEN = "open", _("等回复")
        AGREED = "agreed", _("已答应")
        DECLINED = "declined", _("这次不行")
        TAKEN = "taken", _("人已够")
        RECALLED = "recalled", _("已收回")

    id = models.UUIDField(primary_key=True, default=new_id)
    call = models.ForeignKey(PeopleCall, models.PROTECT, related_name="asks")
    job = models.ForeignKey(Job, models.PROTECT, related_name="person_asks")
    person = models.ForeignKey(Person, models.PROTECT, related_name="asks")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    why = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=10, choices=DeclineReason.choices, blank=True, default="")

    class Meta:
        db_table = "person_ask"
        constraints = [
            models.UniqueConstraint(fields=["job", "person"], name="person_asked_once"),
        ]
        indexes = [
            models.Index(fields=["person", "state"], name="person_ask_person"),
            models.Index(fields=["person", "asked_at"], name="person_ask_week"),
        ]


class NoDirectAsk(models.Model):
    """不要系统直接问我 (个保法 24): only her leader asks this volunteer, until she ends it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "no_direct_ask"
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(ended_at=None), name="no_direct_ask_once"
            )
        ]


class MonthTrial(models.Model):
    """推演: a month of the centre's own facts, lived through again under other policies.

    `lines` are the facts while it is worked on (ids and figures, no person's words), empty when it
    is over; `result` holds what was found so far, slice by slice (see `months.py`).
    """

    class State(models.TextChoices):
        ASKED = "asked", _("正在算")
        DONE = "done", _("算好了")
        FAILED = "failed", _("没算成")
        STOPPED = "stopped", _("已停下")

    id = models.UUIDField(primary_key=True, default=new_id)
    centre = models.ForeignKey(Place, models.CASCADE, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()
    policies = models.JSONField()
    seeds = models.IntegerField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    lines = models.JSONField(default=list)
    result = models.JSONField(default=dict, help_text="slices left, figures, curves, means")
    trouble = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "dispatch_month_trial"
        constraints = [
            models.UniqueConstraint(
                fields=["centre"], condition=models.Q(state="asked"), name="month_trial_one_open"
            )
        ]
        indexes = [
            models.Index(fields=["centre", "asked_at"], name="month_trial_centre"),
            models.Index(
                fields=["asked_at"], condition=models.Q(state="asked"), name="month_trial_asked"
            ),
        ]
