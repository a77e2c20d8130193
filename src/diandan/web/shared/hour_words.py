"""时长的话: how a session was counted, proved and stands, in words its volunteer understands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as t

from diandan.path.fulfil.models import Attendance
from diandan.path.ledger.core import Rules
from diandan.path.ledger.models import Grade
from diandan.path.ledger.queries_hours import Stood

STATES = {
    "posted": (t("已入账"), "good"),
    "voided": (t("没有入账"), "late"),
    "objected": (t("有异议,等处理"), "late"),
    "frozen": (t("记录冻结,暂不入账"), "late"),
    "second": (t("等第二个人核对"), "wait"),
    "notice": (t("公示中"), "wait"),
}
MISSING = {
    "order": t("不是群众点的单,或点单人就是本人"),
    "acceptance": t("队伍没有接单的记录"),
    "check_in_code": t("没有本人用码签到"),
    "check_out_code": t("没有用码签退"),
    "confirmation": t("服务对象还没有评价,也没有人核对"),
    "longer_than_planned": t("比原定时间长一半以上"),
    "two_places_at_once": t("同一时间在另一处也有签到"),
}
STEPS = {
    "present": t("签到到签退:到场 %(after)d 分钟(路上的时间不算)"),
    "presence_min": t("到场不足原定的 %(figure)d%%:不计"),
    "planned_max": t("最多算到 %(figure)d 分钟(原定时长的上限):%(before)d → %(after)d 分钟"),
    "rounding": t("按本地的取整规则:%(before)d → %(after)d 分钟"),
    "event_max": t("一次活动最多 %(figure)d 分钟:%(before)d → %(after)d 分钟"),
    "day_max": t("一天最多 %(figure)d 分钟:%(before)d → %(after)d 分钟"),
    "minor_day_max": t("未成年人一天最多 %(figure)d 分钟:%(before)d → %(after)d 分钟"),
    "year_max": t("一年最多 %(figure)d 分钟:%(before)d → %(after)d 分钟"),
    "points": t("积分:每小时 %(figure)d 分 × %(before)d 分钟 = %(after)d 分"),
    "factor": t("难度系数 %(figure)d%%:%(before)d → %(after)d 分(时长不变)"),
    "leader": t("带队系数 %(figure)d%%:%(before)d → %(after)d 分(时长不变)"),
}


def hours(minutes: int) -> str:
    """1小时30分; never a decimal that hides minutes."""
    whole, rest = divmod(minutes, 60)
    if whole and rest:
        return _("%(h)d小时%(m)d分") % {"h": whole, "m": rest}
    return _("%(h)d小时") % {"h": whole} if whole else _("%(m)d分钟") % {"m": rest}


def state(stood: Stood) -> dict[str, str]:
    """The pill of one session."""
    word, tone = STATES[stood.state]
    return {"word": str(word), "tone": tone}


def grade(code: str) -> str:
    """已核实 or 补录."""
    return str(Grade(code).label)


def steps(data: Mapping[str, Any]) -> list[str]:
    """The arithmetic, a sentence a rule."""
    return [
        str(STEPS[step["rule"]]) % {k: step[k] for k in ("before", "after", "figure")}
        for step in data.get("steps", ())
        if step.get("rule") in STEPS
    ]


def lacking(codes: Iterable[str]) -> list[str]:
    """What kept it from being verified."""
    return [str(MISSING[code]) for code in codes if code in MISSING]


def proofs(stood: Stood) -> list[dict[str, Any]]:
    """How it was proved: each end, who said it, who stood for it; `holds` where a code did."""
    found: list[dict[str, Any]] = []
    seen = stood.attendance
    if seen is not None:
        found.append({"text": _("签到:%s") % _proof(seen.in_proof), "holds": seen.in_proof})
        if seen.out_at is not None:
            found.append({"text": _("签退:%s") % _proof(seen.out_proof), "holds": seen.out_proof})
    if stood.declaration is not None:
        found.append({"text": _("补录:%s") % stood.declaration.why, "holds": False})
    if "confirmation" not in stood.minutes.data.get("missing", ()) and stood.confirmation is None:
        found.append({"text": _("服务对象评价过"), "holds": True})
    return found


def _proof(code: str) -> str:
    labels = dict(Attendance.Proof.choices)
    return str(labels.get(code, "")) or _("没有码")


def rule_lines(rules: Rules) -> list[str]:
    """What a rule set says, a sentence a rule; what it does not say is not there."""
    said: list[str] = []
    if rules.presence_percent_min:
        said.append(_("到场不足原定的 %d%% 不计时长") % rules.presence_percent_min)
    if rules.planned_percent_max:
        said.append(_("最多算到原定时长的 %d%%") % rules.planned_percent_max)
    for most, counted in rules.bands:
        said.append(_("不超过 %(most)d 分钟的,计 %(n)d 分钟") % {"most": most, "n": counted})
    said += [
        words % {"n": hours(figure)}
        for figure, words in (
            (rules.event_minutes_max, _("一次活动最多 %(n)s")),
            (rules.day_minutes_max, _("一天最多 %(n)s")),
            (rules.minor_day_minutes_max, _("未成年人一天最多 %(n)s")),
            (rules.year_minutes_max, _("一年最多 %(n)s")),
        )
        if figure
    ]
    if rules.points_per_hour:
        said.append(_("每小时 %d 积分") % rules.points_per_hour)
    said += [
        _("%(what)s:积分按 %(n)d%% 算") % {"what": FACTORS.get(name, name), "n": percent}
        for name, percent in (rules.factors or {}).items()
        if percent != 100
    ]
    if rules.leader_percent:
        said.append(_("带队的积分按 %d%% 算") % rules.leader_percent)
    said.append(
        _("积分入账满 %d 个月到期,到期前一个月提醒") % rules.points_months
        if rules.points_months
        else _("积分不过期")
    )
    if rules.no_shows_max:
        said.append(_("一年无故缺席满 %d 次,暂停接任务,核实后恢复") % rules.no_shows_max)
    said.append(_("路上的时间不算;公示期满、没有异议才入账"))
    return said


FACTORS = {
    "easy": t("难度一档"),
    "harder": t("难度二档"),
    "hard": t("难度三档"),
    "night": t("夜间"),
}
