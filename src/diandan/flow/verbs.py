"""动作: every verb an order knows, who may do it, and where it leads. Templates use a part."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from diandan.path.ask.states import REQUEST_MOVES
from diandan.path.bundle.states import JOB_MOVES


class Who(StrEnum):
    """Whose act a verb is. The owner of a state is named by the flow."""

    OWNER = "owner"
    REQUESTER = "requester"
    TEAM = "team"
    MEMBER = "member"
    EXPERT = "expert"
    CALLBACK = "callback"
    OWNER_OR_REQUESTER = "owner_or_requester"
    OWNER_OR_TEAM = "owner_or_team"


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb: its words for a button, and who may do it."""

    label: str | Promise
    who: Who
    stays: bool = False


VERBS: dict[tuple[str, str], Verb] = {
    ("request", "take_up"): Verb(_("受理"), Who.OWNER),
    ("request", "return_order"): Verb(_("退回补充"), Who.OWNER),
    ("request", "resubmit"): Verb(_("补充后再交"), Who.REQUESTER),
    ("request", "refuse"): Verb(_("不受理"), Who.OWNER),
    ("request", "pass_up"): Verb(_("上交一级"), Who.OWNER),
    ("request", "arrange"): Verb(_("制单"), Who.OWNER),
    ("request", "unarrange"): Verb(_("拆出"), Who.OWNER),
    ("request", "hand_over"): Verb(_("转外部热线"), Who.OWNER),
    ("request", "take_back"): Verb(_("收回"), Who.OWNER),
    ("request", "mark_unmet"): Verb(_("记为未办成"), Who.OWNER),
    ("request", "withdraw"): Verb(_("撤回"), Who.REQUESTER),
    ("request", "finish"): Verb(_("办完"), Who.OWNER),
    ("request", "settle"): Verb(_("调处完成"), Who.OWNER),
    ("request", "rate"): Verb(_("评价"), Who.REQUESTER),
    ("request", "rate_as_expert"): Verb(_("专家评单"), Who.EXPERT, stays=True),
    ("request", "dispute"): Verb(_("不满意,请回头办"), Who.REQUESTER),
    ("request", "reopen"): Verb(_("重新办理"), Who.OWNER_OR_REQUESTER),
    ("request", "close"): Verb(_("办结"), Who.OWNER),
    ("job", "submit"): Verb(_("提交审核"), Who.OWNER),
    ("job", "approve"): Verb(_("通过"), Who.OWNER),
    ("job", "pass_review"): Verb(_("确认制单"), Who.OWNER),
    ("job", "send_back"): Verb(_("退回修改"), Who.OWNER),
    ("job", "offer"): Verb(_("派单"), Who.OWNER),
    ("job", "widen"): Verb(_("扩大范围"), Who.OWNER),
    ("job", "recall"): Verb(_("收回邀约"), Who.OWNER),
    ("job", "escalate"): Verb(_("上报督办"), Who.OWNER),
    ("job", "accept"): Verb(_("接单"), Who.TEAM),
    ("job", "fill"): Verb(_("应约"), Who.MEMBER),
    ("job", "allocate"): Verb(_("配单"), Who.TEAM),
    ("job", "give_up"): Verb(_("退回派单"), Who.OWNER_OR_TEAM),
    ("job", "check_in"): Verb(_("签到"), Who.MEMBER),
    ("job", "finish"): Verb(_("服务完成"), Who.OWNER_OR_TEAM),
    ("job", "close"): Verb(_("办结"), Who.OWNER),
    ("job", "mark_unmet"): Verb(_("记为未办成"), Who.OWNER),
    ("job", "cancel"): Verb(_("取消服务单"), Who.OWNER),
}


def leads(noun: str, verb: str, state: str) -> frozenset[str]:
    """The states `verb` may lead to from `state`; empty when it cannot start there."""
    if VERBS[(noun, verb)].stays:
        return frozenset({state})
    moves = REQUEST_MOVES if noun == "request" else JOB_MOVES
    starts, to = moves[verb]
    if state not in starts:
        return frozenset()
    if verb == "approve":  # the last level's word makes the job ready
        return frozenset({to.value, JOB_MOVES["pass_review"][1].value})
    if verb == "give_up":  # the team that stands by has it at once
        return frozenset({to.value, JOB_MOVES["call_up"][1].value})
    return frozenset({to.value})
