"""积分兑换: dates, codes and words of the mall. No database, no clock."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from diandan.kit.ids import readable

CODE_LENGTH = 8
GROUP = 4
# What is misread at a counter (Crockford): O for 0, I and L for 1.
MISREAD = str.maketrans("OIL", "011")
MONTHS_OF_QUARTER = 3

# 志愿服务无偿 (志愿服务条例 2); a notice of 2026-06-19 targets hours and points with a price.
# 元宵, 单元 and 公元 are no money: a price is a figure with its unit, or a word for money.
_FIGURE = r"(?:\d[\d,.]*|[一二两三四五六七八九十百千万几数]+)\s*"
PRICED = re.compile(
    rf"[¥¥$]|{_FIGURE}(?:元(?![宵旦月件素桥])|块钱|角钱|RMB|CNY|人民币)"
    r"|人民币|RMB|现金|红包|提现|代金券|售价|市价|原价|折现|价值(?!观)",
    re.IGNORECASE,
)


def price_in(*texts: str) -> str:
    """The first words that put a price on a thing; empty when there are none."""
    for text in texts:
        found = PRICED.search(unicodedata.normalize("NFKC", text)) or PRICED.search(text)
        if found:
            return found.group().strip()
    return ""


def new_code() -> str:
    """Eight characters that read well aloud: forty bits, never made from a name or a number."""
    return readable(CODE_LENGTH)


def spoken(code: str) -> str:
    """7K4M-P2QX."""
    return "-".join(code[n : n + GROUP] for n in range(0, len(code), GROUP))


def clean_code(typed: str) -> str:
    """What was typed, pasted or scanned, as a code: a scanner sends the address or the code."""
    last = typed.strip().rstrip("/").rsplit("/", 1)[-1]
    letters = unicodedata.normalize("NFKC", last).upper().translate(MISREAD)
    return re.sub(r"[^0-9A-Z]", "", letters)[: CODE_LENGTH * 2]


def period_start(day: date, period: str) -> date | None:
    """The first day of the month, quarter or year that `day` lies in; None: ever."""
    if period == "month":
        return day.replace(day=1)
    if period == "quarter":
        first = (day.month - 1) // MONTHS_OF_QUARTER * MONTHS_OF_QUARTER + 1
        return day.replace(month=first, day=1)
    if period == "year":
        return day.replace(month=1, day=1)
    return None


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether gifts may be ordered on a day, and between which days (None: always)."""

    is_open: bool
    opens_on: date | None = None
    closes_on: date | None = None


def opening(day: date, window: str, days: int) -> Opening:
    """海林: once a quarter, in its first days. Told with the next opening when it is shut."""
    if window == "always" or days <= 0:
        return Opening(True)
    start = period_start(day, window)
    if start is None:
        return Opening(True)
    last = start + timedelta(days=days - 1)
    if day <= last:
        return Opening(True, start, last)
    months = MONTHS_OF_QUARTER if window == "quarter" else 1
    ahead = start.month - 1 + months
    start = start.replace(year=start.year + ahead // 12, month=ahead % 12 + 1)
    return Opening(False, start, start + timedelta(days=days - 1))


@dataclass(frozen=True, slots=True)
class ShopRules:
    """A place's rules of the mall. Nought means: no such rule."""

    name: str
    title: str
    source: str = ""
    is_open: bool = True
    window: str = "always"
    window_days: int = 0
    orders_each_quarter: int = 0
    keep_days: int = 14
    return_days: int = 7


# Presets as data: what a place's own text says; the rest is the house's default.
PRESETS: Mapping[str, ShopRules] = {
    "standard": ShopRules("standard", "通用:随时兑换,凭码领取"),
    "hailin": ShopRules(
        "hailin",
        "海林:每季度兑换一次",
        source="海林:积分每季度兑换一次",
        window="quarter",
        window_days=10,
        orders_each_quarter=1,
    ),
    "kunshan": ShopRules(
        "kunshan", "昆山:凭唯一提货码领取", source="昆山积分商城:兑换后凭唯一提货码领取"
    ),
}
