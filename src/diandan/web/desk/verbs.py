"""按钮: what each verb asks of the clerk before it is done, and the letter that presses it.

Which buttons are there comes from `conductor.ways`; here is only how one looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as t

from diandan.flow.conductor import ways
from diandan.flow.verbs import VERBS
from diandan.ground.people.actor import Actor
from diandan.kit.refusal import Refusal
from diandan.path.ask.models import Request
from diandan.path.ask.states import RequestState
from diandan.path.bundle.models import Job

from .relay import has_phone


@dataclass(frozen=True, slots=True)
class Ask:
    """One field of a verb's form."""

    name: str
    label: str | Promise
    sort: str = "area"
    required: bool = True
    hints: tuple[str | Promise, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """A verb as a button: its letter, its fields, whether it is the one to press here.

    `sure` is what is said before it is really done: for what cannot simply be taken back.
    """

    key: str = ""
    asks: tuple[Ask, ...] = ()
    primary: bool = False
    done: str | Promise = ""
    sure: str | Promise = ""


MISSING = (
    t("请写清楚门牌或在哪个路口"),
    t("请说一下希望哪天、几点来"),
    t("请留一个白天能接通的电话"),
)
UNFIT = (t("这是收费服务,不属于志愿服务"), t("需要专业部门处理"), t("同一件事已经有一张点单"))
UNMET = (t("附近没有会这项的队伍"), t("器材不具备"), t("季节不合适,到时再办"))
REASON = Ask("reason", t("原因(对方会看到)"))
SCORE = Ask("score", t("几星"), "score")
TEXT = Ask("text", t("说了什么"), required=False)

REQUEST_LOOKS: dict[str, Look] = {
    "take_up": Look("a", primary=True, done=t("已受理")),
    "arrange": Look("d", primary=True),
    "settle": Look(
        "a", (Ask("text", t("怎么调处、做了什么")),), primary=True, done=t("已记下结果")
    ),
    "return_order": Look(
        "r",
        (Ask("reason", t("缺什么(点单人会看到)"), hints=MISSING),),
        done=t("已退回,请点单人补充"),
    ),
    "refuse": Look(
        "f",
        (
            Ask("reason", t("为什么(点单人会看到)"), hints=UNFIT),
            Ask("whose", t("该找谁"), "text", required=False),
        ),
        done=t("已答复不受理"),
    ),
    "pass_up": Look("p", (Ask("reason", t("为什么上交"), required=False),), done=t("已上交一级")),
    "hand_over": Look("h", (Ask("reason", t("为什么转热线")),), done=t("已转热线,对方通了就送出")),
    "take_back": Look(
        "b", (Ask("outcome", t("热线怎么说")),), primary=True, done=t("已收回,接着安排")
    ),
    "finish": Look("e", (Ask("outcome", t("热线办理结果")),), done=t("已记为办完")),
    "mark_unmet": Look(
        "u", (Ask("reason", t("为什么暂时办不了"), hints=UNMET),), done=t("已记入未办成台账")
    ),
    "rate": Look(
        "v",
        (SCORE, TEXT, Ask("channel", t("怎么说的"), "channel")),
        primary=True,
        done=t("评价已记下"),
    ),
    "rate_as_expert": Look(
        "v", (SCORE, Ask("text", t("评语"), required=False)), primary=True, done=t("专家评单已记下")
    ),
    "dispute": Look("", (Ask("text", t("哪里没办好")),), done=t("已开始回头办")),
    "resubmit": Look(
        "a", (Ask("text", t("补充了什么"), required=False),), primary=True, done=t("已补充再交")
    ),
    "reopen": Look("", (Ask("reason", t("为什么重新办"), required=False),), done=t("已重新办理")),
    "withdraw": Look(
        "",
        (Ask("reason", t("为什么撤回"), required=False),),
        done=t("已替点单人撤回"),
        sure=t("撤回后不再安排,点单人会收到消息。是她本人要撤回吗?"),
    ),
    "close": Look("", done=t("已办结"), sure=t("办结后不能再改,评价和回访都到此为止。")),
    "unarrange": Look("", done=t("已拆出,单独安排")),
}
JOB_LOOKS: dict[str, Look] = {
    "submit": Look("a", primary=True, done=t("已提交审核")),
    "pass_review": Look("a", primary=True, done=t("已确认,可以派单")),
    "approve": Look(
        "a", (Ask("note", t("审核意见"), required=False),), primary=True, done=t("审核通过")
    ),
    "send_back": Look("r", (Ask("reason", t("要改什么(制单人会看到)")),), done=t("已退回修改")),
    "widen": Look("w", done=t("已扩大范围再问")),
    "recall": Look("c", done=t("已收回邀约")),
    "escalate": Look(
        "e", (Ask("reason", t("请上级协调什么"), required=False),), done=t("已上报督办")
    ),
    "give_up": Look(
        "", (Ask("reason", t("为什么退回"), required=False),), done=t("已退回,重新派单")
    ),
    "finish": Look("", done=t("已记为服务完成")),
    "close": Look("", done=t("已办结"), sure=t("办结后这张服务单不能再改。")),
    "mark_unmet": Look(
        "u", (Ask("reason", t("为什么暂时办不了"), hints=UNMET),), done=t("已记入未办成台账")
    ),
    "cancel": Look(
        "",
        (Ask("reason", t("为什么取消")),),
        done=t("已取消,点单回到待制单"),
        sure=t("取消后接单的队伍会收到消息,里面的点单要重新制单。"),
    ),
}
# Done elsewhere on the page (ranked list, team's own pages) or not a clerk's to press.
ELSEWHERE = frozenset({"offer", "accept", "allocate", "check_in"})


def buttons(subject: Request | Job, by: Actor) -> list[dict[str, Any]]:
    """The buttons this actor has on this order now, the one to press first."""
    noun = "request" if isinstance(subject, Request) else "job"
    looks = REQUEST_LOOKS if noun == "request" else JOB_LOOKS
    made: list[dict[str, Any]] = []
    letters: set[str] = set()
    for verb in ways(subject, by):
        look = looks.get(verb)
        if look is None or verb in ELSEWHERE or _idle(subject, verb):
            continue
        key = look.key if look.key not in letters else ""
        letters.add(key)
        made.append(
            {
                "verb": verb,
                "label": str(VERBS[(noun, verb)].label),
                "key": key,
                "asks": look.asks,
                "sure": look.sure,
                "note": _note(subject, verb),
                "primary": look.primary and not any(m["primary"] for m in made),
            }
        )
    return sorted(made, key=lambda m: not m["primary"])


def _note(subject: Request | Job, verb: str) -> str:
    """What to know before pressing: without a phone no message will reach her."""
    if not isinstance(subject, Request) or has_phone(subject):
        return ""
    return _("没有留电话:退回后请当面告诉她。") if verb == "return_order" else ""


def read_asks(request: HttpRequest, noun: str, verb: str) -> dict[str, Any]:
    """What the clerk filled in, as the verb's own arguments."""
    look = (REQUEST_LOOKS if noun == "request" else JOB_LOOKS).get(verb)
    if look is None:
        raise Refusal("unknown_verb", _("没有这个操作。"), status=404)
    typed: Mapping[str, str] = request.POST
    words: dict[str, Any] = {}
    for ask in look.asks:
        value = typed.get(ask.name, "").strip()
        if ask.required and not value:
            raise Refusal(
                "missing", _("请填写「%(label)s」。") % {"label": ask.label}, field=ask.name
            )
        if ask.sort == "score":
            words[ask.name] = int(value) if value.isdigit() else 0
        else:
            words[ask.name] = value
    return words


def done_words(noun: str, verb: str) -> str:
    """What to say when it is done."""
    look = (REQUEST_LOOKS if noun == "request" else JOB_LOOKS)[verb]
    return str(look.done) or _("已办好")


def _idle(subject: Request | Job, verb: str) -> bool:
    """Ways the flow lists that the present state answers elsewhere."""
    if not isinstance(subject, Request):
        return False
    return subject.state == RequestState.ARRANGED and verb in ("finish", "unarrange")
