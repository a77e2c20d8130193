"""开放时间: whether a site is open now, read from what it wrote itself; honest when unreadable."""

from __future__ import annotations

import re
from datetime import datetime, time

from .core import Calendar, is_office_hour

_DAYS = {day: number for number, day in enumerate("一二三四五六")} | {"日": 6, "天": 6}
_DAY = r"(?:周|星期)([一二三四五六日天])"
_RANGE = re.compile(rf"{_DAY}\s*(?:至|到|[-–—~～])\s*{_DAY}")
_ONE = re.compile(_DAY)
_TIMES = re.compile(r"(\d{1,2})[::.](\d{2})\s*(?:至|到|[-–—~～])\s*(\d{1,2})[::.](\d{2})")
_EVERY = ("每天", "每日", "全年", "天天")
_WORKING = ("工作日",)
_ALWAYS = ("24小时", "24 小时", "全天")
SHUT_WORDS = ("闭馆", "休息", "除外", "预约", "节假日")


def is_open(words: str, local: datetime, calendar: Calendar) -> bool | None:
    """Open at `local` (Shanghai wall time)? None when the words cannot be read for certain.

    A site that wrote nothing keeps office hours: 9:00–18:00 on working days.
    """
    if not words.strip():
        return is_office_hour(local, calendar.is_working)
    if any(word in words for word in SHUT_WORDS):
        return None
    parts = [part for part in re.split(r"[;；,，。\n]", words) if part.strip()]
    days: set[int] | None = None
    answers = []
    for part in parts:
        days = _days(part, local, calendar) or days
        spans = _spans(part)
        if days is None or not spans:
            return None
        on_day = local.weekday() in days
        answers.append(on_day and any(a <= local.time() < b for a, b in spans))
    return any(answers)


def _days(part: str, local: datetime, calendar: Calendar) -> set[int] | None:
    if any(word in part for word in _EVERY):
        return set(range(7))
    if any(word in part for word in _WORKING):
        # A moved working Saturday counts, so the day itself decides, not its weekday.
        return {local.weekday()} if calendar.is_working(local.date()) else {-1}
    days: set[int] = set()
    for first, last in _RANGE.findall(part):
        a, b = _DAYS[first], _DAYS[last]
        days |= set(range(a, b + 1)) if a <= b else set(range(a, 7)) | set(range(b + 1))
    days |= {_DAYS[day] for day in _ONE.findall(part)}
    return days or None


def _spans(part: str) -> list[tuple[time, time]]:
    if any(word in part for word in _ALWAYS):
        return [(time.min, time.max)]
    spans = []
    for found in _TIMES.findall(part):
        h1, m1, h2, m2 = (int(number) for number in found)
        if h1 > 23 or h2 > 24 or m1 > 59 or m2 > 59:
            return []
        spans.append((time(h1, m1), time.max if h2 == 24 else time(h2, m2)))
    return spans
