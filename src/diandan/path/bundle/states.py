"""制单: the states of a job and every move the house allows; a template uses a part of them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    """Where a unit of work stands."""

    DESIGNED = "designed", _("已制单")
    IN_REVIEW = "in_review", _("审核中")
    SENT_BACK = "sent_back", _("已退回修改")
    READY = "ready", _("待派单")
    OFFERED = "offered", _("已派单,等对方确认")
    ESCALATED = "escalated", _("督办中")
    ENGAGED = "engaged", _("已接单")
    ALLOCATED = "allocated", _("已安排志愿者")
    SERVING = "serving", _("服务中")
    SERVED = "served", _("服务完成")
    CLOSED = "closed", _("已办结")
    UNMET = "unmet", _("暂时无人能办")
    CANCELLED = "cancelled", _("已取消")


S = JobState

JOB_MOVES: dict[str, tuple[frozenset[JobState], JobState]] = {
    "submit": (frozenset({S.DESIGNED, S.SENT_BACK}), S.IN_REVIEW),
    "approve": (frozenset({S.IN_REVIEW}), S.IN_REVIEW),
    "pass_review": (frozenset({S.DESIGNED, S.IN_REVIEW}), S.READY),
    "send_back": (frozenset({S.IN_REVIEW}), S.SENT_BACK),
    "offer": (frozenset({S.READY, S.OFFERED, S.ESCALATED}), S.OFFERED),
    "widen": (frozenset({S.OFFERED, S.ESCALATED}), S.OFFERED),
    "recall": (frozenset({S.OFFERED, S.ESCALATED}), S.READY),
    "escalate": (frozenset({S.READY, S.OFFERED, S.IN_REVIEW}), S.ESCALATED),
    "accept": (frozenset({S.OFFERED, S.ESCALATED}), S.ENGAGED),
    # 问到个人: enough volunteers said yes themselves, so nobody has to allocate them.
    "fill": (frozenset({S.OFFERED, S.ESCALATED}), S.ALLOCATED),
    "allocate": (frozenset({S.ENGAGED, S.ALLOCATED}), S.ALLOCATED),
    "give_up": (frozenset({S.ENGAGED, S.ALLOCATED}), S.READY),
    # No button: the team that stood by (备勤) is there when the one that has it gives it up.
    "call_up": (frozenset({S.ENGAGED, S.ALLOCATED}), S.ENGAGED),
    "check_in": (frozenset({S.ALLOCATED, S.SERVING}), S.SERVING),
    "finish": (frozenset({S.SERVING, S.ALLOCATED}), S.SERVED),
    "close": (frozenset({S.SERVED, S.UNMET}), S.CLOSED),
    "mark_unmet": (frozenset({S.READY, S.OFFERED, S.ESCALATED, S.SENT_BACK}), S.UNMET),
    "cancel": (
        frozenset(
            {
                S.DESIGNED,
                S.IN_REVIEW,
                S.SENT_BACK,
                S.READY,
                S.OFFERED,
                S.ESCALATED,
                S.ENGAGED,
                S.ALLOCATED,
                S.UNMET,
            }
        ),
        S.CANCELLED,
    ),
}

JOB_ENDS = frozenset({S.CLOSED, S.CANCELLED})
