"""收尾: what stands on the desks when the month is over: something of every state, for every role."""

from __future__ import annotations

from datetime import datetime, timedelta

from diandan.flow.worker import run_once
from diandan.kit.refusal import Refusal
from diandan.path.ask.models import Channel, Request
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import job_of

from .hands import Hands
from .orders import MISSING, Orders

# Words of one kind at one time of the morning: what a desk may put together.
LIKE = (
    ("phone_help", "儿子给买了新手机,字太小不会调"),
    ("phone_help", "想学用手机挂号,教教我"),
    ("phone_help", "手机视频通话不会打,想学"),
)
OFFERED = (("haircut", "卧床老人头发长了,能不能来家里剪一下"), ("visit", "独居老人,想有人来说说话"))
READY = (("cleaning", "楼道里堆满杂物,轮椅过不去"), ("lecture", "想听一场医保政策的宣讲"))
RETURNED = (("other", "想请人来帮个忙"),)
UNMET = (("show", "想请省里的剧团来唱一场大戏"),)


def leave_open(hands: Hands, orders: Orders, until: datetime) -> int:
    """Place a last handful and bring each as far as its name says; returns how many."""
    steps = (
        (150, UNMET, "unmet"),
        (100, OFFERED, "offer"),
        (70, READY, "ready"),
        (50, RETURNED, "return"),
        (25, LIKE, "placed"),
    )
    placed = 0
    for minutes, needs, what in steps:
        hands.at = until - timedelta(minutes=minutes)
        for kind, words in needs:
            row = _place(orders, kind, words)
            if row is not None:
                placed += 1
                _bring(hands, row, what)
    hands.at = until
    run_once(until)
    return placed


def _place(orders: Orders, kind: str, words: str) -> Request | None:
    try:
        return orders.place(kind, words, Channel.WEB)
    except Refusal:
        return None


def _bring(hands: Hands, row: Request, what: str) -> None:
    run_once(hands.at)
    if what == "placed":
        return
    if what == "return":
        row = _again(row)
        hands.request(row, "return_order", hands.who_may(row, "return_order"), reason=MISSING[0])
        return
    for verb in ("take_up", "arrange"):
        row = _again(row)
        hands.request(row, verb, hands.who_may(row, verb))
        run_once(hands.at)
    job = job_of(row)
    if job is None or what == "ready":
        return
    job = Job.objects.select_related("place", "kind", "centre", "owner_place").get(id=job.id)
    if what == "offer":
        hands.job(job, "offer", hands.who_may(job, "offer"))
    else:
        reason = "附近没有会这项的队伍"
        hands.job(job, "mark_unmet", hands.who_may(job, "mark_unmet"), reason=reason)


def _again(row: Request) -> Request:
    related = ("place", "kind", "centre", "owner_place")
    return Request.objects.select_related(*related).get(id=row.id)
