"""双积分: two systems side by side, never points × 2; sums, months, grades. No database, no clock.

一月一积分, 一季一公示, 年度一考评 (白音他拉苏木). These are not the redeemable points of the ledger.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from diandan.kit.refusal import Refusal

MONTHS_A_QUARTER = 3
# 国办、中央网信委 2023-12-18 (指尖上的形式主义): none of these may be counted for or against anybody.
FORMAL = re.compile(
    r"登[录陆]|打卡|签到|在线|下载|安装|转发|点赞|浏览|阅读量|关注公众号|刷[屏量]|上传照片"
)
TITLE_MAX = 60


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that adds, deducts or vetoes, with the evidence it asks for."""

    code: str
    sort: str
    title: str
    evidence: str
    points: int = 0
    dimension: str = ""


@dataclass(frozen=True, slots=True)
class System:
    """One of the two: where one begins the year, its grades from the top, its items."""

    base: int
    grades: tuple[tuple[str, int], ...]
    vetoed: str
    red: str
    grey: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """A place's two systems."""

    name: str
    title: str
    source: str
    party: System
    residents: System
    places: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()
    notice: str = "5wd"

    def system(self, name: str) -> System:
        """The rules of one system."""
        return self.party if name == "party" else self.residents


@dataclass(frozen=True, slots=True)
class Scored:
    """One confirmed entry, as sums see it. `stopped`: an objection to it is open."""

    points: int
    is_veto: bool = False
    stopped: bool = False
    lifted: bool = False


def month_of(day: date) -> date:
    """The first of its month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """The first of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def quarter_of(day: date) -> date:
    """The first day of its quarter."""
    return date(day.year, (day.month - 1) // MONTHS_A_QUARTER * MONTHS_A_QUARTER + 1, 1)


def months_of(quarter: date) -> tuple[date, date, date]:
    """The three months of a quarter."""
    second = next_month(quarter)
    return quarter, second, next_month(second)


def standing(base: int, entries: Iterable[Scored]) -> tuple[int, bool]:
    """The sum with what counts now, and whether a veto stands."""
    rows = list(entries)
    total = base + sum(row.points for row in rows if not row.stopped)
    return total, any(row.is_veto and not row.stopped and not row.lifted for row in rows)


def grade_of(system: System, points: int, *, is_vetoed: bool) -> str:
    """The grade by the thresholds; a veto decides alone (一票否决)."""
    if is_vetoed and system.vetoed:
        return system.vetoed
    return next((word for word, least in system.grades if points >= least), system.grades[-1][0])


def colour_of(system: System, grade: str, *, is_vetoed: bool) -> str:
    """Which board the committee may consider; people decide, not this."""
    if is_vetoed:
        return "black"
    return {system.red: "red", system.grey: "grey"}.get(grade, "")


def check_item(title: str) -> str:
    """The title as it is kept. Refuses what counts clicks instead of deeds."""
    words = " ".join(title.split())[:TITLE_MAX]
    if not words:
        raise Refusal("title", _("请填写条目名称。"), field="title")
    if FORMAL.search(words):
        raise Refusal(
            "formal_item",
            _("登录、打卡、签到、转发、点赞这类不能作为积分条目(整治指尖上的形式主义)。"),
            field="title",
        )
    return words


def as_item(raw: Mapping[str, object]) -> Item:
    """An item of a file. ValueError says in words what is wrong."""
    unknown = set(raw) - {"code", "sort", "title", "evidence", "points", "dimension"}
    if unknown:
        raise ValueError(f"unknown {', '.join(sorted(unknown))}")
    points = raw.get("points", 0)
    if not isinstance(points, int) or points < 0 or (raw.get("sort") == "veto") != (points == 0):
        raise ValueError(f"{raw.get('code')}: points are above nought, and nought for a veto")
    if raw.get("sort") not in ("add", "deduct", "veto") or not raw.get("evidence"):
        raise ValueError(f"{raw.get('code')}: a sort and the evidence asked for are needed")
    return Item(
        code=str(raw["code"]),
        sort=str(raw["sort"]),
        title=check_item(str(raw["title"])),
        evidence=str(raw["evidence"]),
        points=points,
        dimension=str(raw.get("dimension", "")),
    )
