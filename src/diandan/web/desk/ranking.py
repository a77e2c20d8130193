"""派单理由: each team's place in the list said in words, and which rule spoke against whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from diandan.engine.said import tenths
from diandan.engine.weights import UNIT
from diandan.flow.choice import flow_of
from diandan.flow.pausing import teams_for
from diandan.path.bundle.models import Job
from diandan.path.dispatch.core import NEVER_ASKED_DAYS, Candidate, Ranked
from diandan.path.dispatch.models import Offer

SHOWN = 5


def ranked(job: Job, at: datetime) -> dict[str, Any]:
    """The teams that may be asked, best first, those further down, and those ruled out."""
    flow = flow_of(job.flow)
    rows = teams_for(job, at, takers_only=flow.supply == "takers")
    able = [r for r in rows if not r.ruled_out]
    told = [_told(r, able[0]) for r in able]
    out = [_out(r, job) for r in rows if r.ruled_out]
    return {
        "tickable": bool(told) or any(o["may_overrule"] for o in out),
        "all_asked": not told and any(r.ruled_out == "asked_before" for r in rows),
        "teams": told[:SHOWN],
        "more": told[SHOWN:],
        "out": out,
        "wave": flow.wave,
    }


def offers_of(job: Job) -> list[dict[str, Any]]:
    """Every offer of the job, with its answer and the reason given."""
    tones = {"open": "wait", "accepted": "good", "standby": "good"}
    return [
        {
            "team": o.team.name if o.team else _("开放抢单"),
            "wave": o.wave,
            "is_backup": o.role == Offer.Role.BACKUP,
            "state": {"word": str(o.get_state_display()), "tone": tones.get(o.state, "plain")},
            "reason": " ".join(
                part
                for part in (str(o.get_reason_display()) if o.reason else "", o.reason_text)
                if part
            ),
            "why": _kept(o),
            "at": o.answered_at or o.offered_at,
            "expires_at": o.expires_at if o.state == Offer.State.OPEN else None,
        }
        for o in Offer.objects.filter(job=job)
        .select_related("team")
        .order_by("-wave", "offered_at", "id")
    ]


def say_travel(metres: int | None) -> str:
    """距离1.2公里."""
    if metres is None:
        return _("位置未登记")
    if metres < 1000:
        return _("距离%(m)d米") % {"m": max(metres // 100 * 100, 100)}
    return _("距离%(km).1f公里") % {"km": metres / 1000}


def _kept(offer: Offer) -> str:
    why = offer.why or {}
    if why.get("open"):
        return _("谁先接归谁")
    if "load" not in why:
        return ""
    said = [say_travel(why.get("distance_m")), _load(int(why["load"]))]
    return " · ".join([*said, *(_risk(code) for code in why.get("because", ()))])


def _risk(code: str) -> str:
    """Why another team was asked to stand by."""
    words = {
        "soon": _("一天内就要上门"),
        "urgent": _("紧急单"),
        "two_person": _("入户要两人同行"),
        "unsure": _("接单的队伍把握不大"),
        "drops_out": _("接单的队伍常退单"),
    }
    return words.get(code, code)


def _load(load: int) -> str:
    return _("手上%(n)d单") % {"n": load} if load else _("手上没有任务")


def _turn(days: int) -> str:
    if days >= NEVER_ASKED_DAYS:
        return _("还没派过")
    return _("今天刚派过") if days == 0 else _("%(n)d天没派过") % {"n": days}


def _told(row: Ranked, best: Ranked) -> dict[str, Any]:
    c = row.candidate
    first = row is best
    return {
        "id": c.team_id,
        "name": c.name,
        "travel": say_travel(c.distance_m),
        "load": _load(c.load),
        "turn": _turn(c.days_since_asked),
        "members": c.members,
        "more": "" if first else _costs_more(row, best),
        "first": first,
        "parts": _sum_of(row),
        "taken": c.has_taken_item,
    }


def _sum_of(row: Ranked) -> str:
    """Every aim's share in points (one is a kilometre's worth), and their sum."""
    names = {
        "travel": _("路程"),
        "late": _("误期"),
        "turn": _("轮流"),
        "continuity": _("没服务过这家"),
        "satisfaction": _("评价"),
        "acceptance": _("接单把握"),
        "fatigue": _("疲劳"),
        "load": _("任务"),
    }
    shares = [f"{names.get(code, code)} {tenths(cost, UNIT)}" for code, cost in row.parts.items()]
    return _("%(shares)s = %(all)s 分,越少越先派") % {
        "shares": " + ".join(shares) or "0",
        "all": tenths(row.cost, UNIT),
    }


def _costs_more(row: Ranked, best: Ranked) -> str:
    """What choosing this team would cost more than the first, in things and not in points."""
    said = []
    one, other = row.candidate, best.candidate
    if one.distance_m is not None and other.distance_m is not None:
        further = one.distance_m - other.distance_m
        if further >= 100:
            said.append(_("远%(km).1f公里") % {"km": further / 1000})
    elif one.distance_m is None:
        said.append(_("不知道多远"))
    if one.load > other.load:
        said.append(_("多%(n)d单在手") % {"n": one.load - other.load})
    if row.parts.get("turn", 0) > best.parts.get("turn", 0):
        said.append(_("刚派过不久"))
    return " · ".join(said) or _("和首选差不多")


def _out(row: Ranked, job: Job) -> dict[str, Any]:
    c = row.candidate
    return {
        "id": c.team_id,
        "name": c.name,
        "rule": _rule(row.ruled_out, c, job),
        # Skills and a second asking are no matter of judgement; the others a person may overrule.
        "may_overrule": row.ruled_out not in ("skills", "asked_before"),
    }


def _rule(code: str, c: Candidate, job: Job) -> str:
    if code == "asked_before":
        return _("这张单子问过了,不重复打扰")
    if code == "failed_before":
        return _("上次办得群众不满意,要求重办")
    if code == "not_taken":
        return _("没有事先认领这个菜单项目")
    if code == "skills":
        lacking = sorted(set(job.skills) - c.skills)
        return _("没有登记所需技能:%(names)s") % {"names": "、".join(lacking)}
    if code == "headcount":
        return _("只有%(has)d人,需要%(need)d人") % {"has": c.members, "need": job.headcount}
    if code == "week_cap":
        return _("本周已接%(n)d单,到了自己定的上限") % {"n": c.load}
    if code == "asked_enough":
        return _("这一周已经问过%(n)d次,先不打扰") % {"n": c.asks_week}
    if code == "by_hand_only":
        return _("这支队伍要求由人工派单:可以直接勾选,不用写理由")
    if code == "too_far":
        return _("太远了:%(far)s") % {"far": say_travel(c.distance_m)}
    return code
