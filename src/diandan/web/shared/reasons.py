"""派单理由的话: what the engine said in codes and figures, in the reader's own language.

A round keeps codes and values only. A code that is not known here is said in the engine's Chinese.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as t

from diandan.engine.said import tenths
from diandan.engine.weights import UNIT
from diandan.ground.people.models import Team
from diandan.path.dispatch.core import ASKS_A_WEEK

SAYINGS: dict[str, str | Promise] = {
    "travel": t("路程%(km)s公里"),
    "travel_unknown": t("位置未登记"),
    "travel_nearer": t("近%(km)s公里"),
    "travel_farther": t("远%(km)s公里"),
    "turn_never": t("还没派过"),
    "turn": t("%(days)s天前问过"),
    "turn_long": t("%(days)s天以上没问过"),
    "acceptance": t("预计接单率%(percent)s%%"),
    "acceptance_lower": t("预计接单率低%(percent)s%%"),
    "acceptance_higher": t("预计接单率高%(percent)s%%"),
    "continuity_none": t("没有指定的居民"),
    "continuity_stranger": t("没服务过这家"),
    "continuity_known": t("服务过这家"),
    "fatigue": t("本周已服务%(hours)s小时"),
    "late_not": t("来得及"),
    "late": t("比承诺晚%(minutes)s分钟"),
    "late_sooner": t("早%(minutes)s分钟"),
    "late_later": t("晚%(minutes)s分钟"),
    "load": t("本周第%(count)s单"),
    "satisfaction": t("满意度%(percent)s%%"),
    "satisfaction_lower": t("满意度低%(percent)s%%"),
    "satisfaction_higher": t("满意度高%(percent)s%%"),
    "elsewhere_more": t("别的单子因此多%(points)s分"),
    "elsewhere_less": t("别的单子因此少%(points)s分"),
    "skill": t("没有登记所需技能:%(codes)s"),
    "headcount": t("只有%(members)s人,需要%(needed)s人"),
    "capacity": t("这一周的任务已满"),
    "reach": t("相距%(metres)s米,超过%(limit)s米的上限"),
}
HOUSE: dict[str, str | Promise] = {
    "asked_before": t("这张单子问过了,不重复打扰"),
    "failed_before": t("上次办得群众不满意,要求重办"),
    "not_taken": t("没有事先认领这个菜单项目"),
    "week_cap": t("本周已到自己定的上限"),
    "by_hand_only": t("这支队伍要求由人工派单,不参加自动派单"),
}
AIMS: dict[str, str | Promise] = {
    "travel": t("路程"),
    "late": t("误期"),
    "turn": t("轮流"),
    "continuity": t("没服务过这家"),
    "satisfaction": t("评价"),
    "acceptance": t("接单把握"),
    "fatigue": t("疲劳"),
    "load": t("任务"),
}
RULES: dict[str, str | Promise] = {
    "skill": t("缺技能"),
    "headcount": t("人手不够或任务已满"),
    "refused": t("问过、到了上限或要求人工派单"),
    "reach": t("太远"),
    "free": t("时间不合"),
}
CHANGES: dict[str, str | Promise] = {
    "skill": t("%(team)s登记技能%(codes)s"),
    "members": t("%(team)s能来%(amount)s人"),
    "open": t("%(team)s这一周多接%(amount)s单"),
    "reach": t("把%(team)s的距离上限放宽到%(amount)s米"),
    "bring": t("再来一支合适的队伍"),
    "price": t("先放一放别的单子"),
}
CAUSES: dict[str, str | Promise] = {
    "price": t("合适的队伍这一轮去别的单子更要紧"),
    "rules": t("合适的队伍不够"),
    "nobody": t("现有的队伍都不合适"),
    "ties": t("与别的单子的同组要求冲突"),
}


def names_of(team_ids: Iterable[str | UUID]) -> dict[str, str]:
    """Team id → its name; one query."""
    rows = Team.objects.filter(id__in={str(one) for one in team_ids}).values_list("id", "name")
    return {str(key): name for key, name in rows}


def say(row: Mapping[str, Any]) -> str:
    """One kept sentence."""
    if row["code"] == "turn" and str(row["values"].get("days")) == "0":
        return _("今天问过")
    known = SAYINGS.get(row["code"])
    return str(known) % row["values"] if known is not None else str(row["text"])


def say_all(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Kept sentences, each once."""
    return list(dict.fromkeys(say(row) for row in rows))


def house(code: str) -> str:
    """Why this house did not ask."""
    if code == "asked_enough":
        return _("这一周已经问过%(n)d次,先不打扰") % {"n": ASKS_A_WEEK}
    return str(HOUSE.get(code, code))


def points(cost: int) -> str:
    """Thousandths of a kilometre's worth as points."""
    return tenths(cost, UNIT)


def shares(parts: Mapping[str, int]) -> str:
    """路程 1.2 + 轮流 3: each aim's share of a cost."""
    said = [f"{AIMS.get(code, code)} {points(cost)}" for code, cost in parts.items() if cost]
    return " + ".join(said) or "0"


def more(difference: int) -> str:
    """What another team would cost more, over the whole round."""
    if difference == 0:
        return _("一样")
    said = _("多%(points)s分") if difference > 0 else _("少%(points)s分")
    return said % {"points": points(abs(difference))}


def remedy(unmet: Mapping[str, Any] | None, names: Mapping[str, str]) -> str:
    """Why nobody is planned, and the smallest change that would help."""
    if not unmet:
        return ""
    bound = "、".join(
        _("%(rule)s%(n)d支") % {"rule": RULES.get(code, code), "n": n}
        for code, n in unmet["binding"].items()
    )
    ways = ";".join(_change(one, names) for one in unmet["changes"])
    why = str(CAUSES.get(unmet["cause"], unmet["cause"]))
    said = f"{why}({bound})" if bound else why
    return _("%(why)s。只要:%(ways)s") % {"why": said, "ways": ways} if ways else said


def _change(one: Mapping[str, Any], names: Mapping[str, str]) -> str:
    known = CHANGES.get(one["kind"])
    if known is None:
        return str(one["text"])
    team = names.get(one["person"], "")
    return str(known) % {
        "team": team,
        "codes": "、".join(one["codes"]),
        "amount": one["amount"],
    }


def teams_in(told: Mapping[str, Any] | None) -> set[str]:
    """Every team a job's kept reasons speak of."""
    if not told:
        return set()
    found = {one["person"] for part in ("chosen", "instead") for one in told[part]}
    # Some changes are about the job alone (its price, a tie): they name nobody.
    changes = (told["unmet"] or {}).get("changes", ())
    named = {one["person"] for one in changes if one["kind"] != "bring"}
    return (found | named) - {""}


def card(told: Mapping[str, Any] | None, names: Mapping[str, str]) -> dict[str, Any] | None:
    """A why-card: who and why, the next three with their exact differences, or what would help."""
    if told is None:
        return None
    return {
        "chosen": [
            {
                "id": one["person"],
                "name": names.get(one["person"], ""),
                "said": say_all(one["said"]),
                "cost": points(one["cost"]),
                "parts": shares(one["parts"]),
            }
            for one in told["chosen"]
        ],
        "instead": [
            {
                "id": one["person"],
                "name": names.get(one["person"], ""),
                "more": more(one["difference"]),
                "said": say_all(one["said"]),
                "exact": one["exact"],
            }
            for one in told["instead"]
        ],
        "unmet": remedy(told["unmet"], names),
    }
