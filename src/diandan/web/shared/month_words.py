"""推演的说法: what policies, figures and curves of a month's trial are called, and how they read."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as t

POLICIES: dict[str, str | Promise] = {
    "by_hand": t("电话派单(先来先办、就近)"),
    "ordered": t("层层派单(强制)"),
    "ask_7": t("问七家,补一家"),
    "waves_of_5": t("三分钟一波,一波五家"),
    "ours": t("本系统"),
    "oracle": t("先知(只作参照)"),
}
MEANINGS: dict[str, str | Promise] = {
    "by_hand": t("两个人按名单打电话,一家一家问。"),
    "ordered": t("指定一家必须去,不问愿不愿意。"),
    "ask_7": t("同时问最近的七家,有人拒绝就补问一家。"),
    "waves_of_5": t("问不到就再问五家,直到有人接。"),
    "ours": t("按轮流、路程和接单把握,问到刚好够。"),
    "oracle": t("事先知道每家会不会答应,现实中做不到。"),
}
#: In the order of the page. Shares are said in per cent, minutes and kilometres with their unit.
FIGURES: dict[str, str | Promise] = {
    "served_in_promise": t("按承诺服务"),
    "served_late": t("迟到服务"),
    "unmet": t("未满足"),
    "wait_p50": t("约好队伍用时,一半的单(分钟)"),
    "wait_p90": t("约好队伍用时,九成的单(分钟)"),
    "alerts_per_filled": t("每单问了几家"),
    "idle_feasible": t("能去却从没被问的队伍"),
    "gini_asks": t("打扰的基尼系数"),
    "gini_hours": t("时长的基尼系数"),
    "most_asks_a_person": t("一家最多被问几次"),
    "travel_km": t("每单往返公里"),
}
SHARES = frozenset({"served_in_promise", "served_late", "unmet", "idle_feasible"})
TROUBLES: dict[str, str | Promise] = {
    "nothing": t("这段日子没有可推演的单子:没有公开的、地点有坐标的服务单,或没有有坐标的队伍。"),
    "too_long": t("单子太多,一遍也没在二十分钟内算完。请把日子选短一些。"),
}
OTHER_TROUBLE = t("推演进程没有算成。请再试一次,仍不行请联系管理员。")


def policy(code: str) -> str:
    """What a policy is called."""
    return str(POLICIES.get(code, code))


def trouble(code: str) -> str:
    """Why a trial was not worked out, in words."""
    return str(TROUBLES.get(code, OTHER_TROUBLE))


def figure(key: str, value: float) -> str:
    """A figure as people read it."""
    if key in SHARES:
        return f"{100 * value:.1f}%"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
