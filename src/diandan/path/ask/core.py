"""点单: pure checks on what a resident typed. Nothing here reads the database or a clock."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from diandan.kit.refusal import Refusal

WORDS_MAX = 2000
TITLE_CHARS = 24
AHEAD_MAX = timedelta(days=180)


def clean_words(text: str, *, field: str = "words") -> str:
    """The words without control characters; emoji, dialect and markup stay what she wrote.

    Raises Refusal when nothing is left or the text is longer than WORDS_MAX characters.
    """
    kept = "".join(
        c for c in text.replace("\r\n", "\n") if c == "\n" or unicodedata.category(c)[0] != "C"
    )
    kept = unicodedata.normalize("NFC", kept).strip()
    if not any(unicodedata.category(c)[0] in "LNS" for c in kept):
        raise Refusal(
            "words_empty", _("请写一句您需要什么帮助,例如「厨房水管漏水」。"), field=field
        )
    if len(kept) > WORDS_MAX:
        raise Refusal(
            "words_too_long",
            _("写得太长了:最多%(max)d个字,现在有%(now)d个。请分成几条,或到窗口说。")
            % {"max": WORDS_MAX, "now": len(kept)},
            field=field,
        )
    return kept


# A phone or an identity number, and the ways a door is written: 3幢2单元201室, 5号楼, 12-3-401.
_PRIVATE = re.compile(
    r"[+＋]?\d[\d\s-]{6,}[\dXx]"
    r"|(?:\d+[\s-]*(?:幢|栋|座|号楼|单元|室|号院|户|层|楼)\s*)+\d*"
    r"|\d+(?:-\d+)+"
)


def public_words(text: str) -> str:
    """The words fit for those who have not accepted the work: without phones and doors.

    People type their door into the words however the form is built; a title is read by every
    team that is asked.
    """
    return _PRIVATE.sub("…", text)


def title_of(words: str) -> str:
    """The first clause of the words, short enough for a list and without phone or door."""
    first = public_words(words.strip().splitlines()[0])
    for mark in "。!?!?;;":
        first = first.split(mark)[0]
    return first if len(first) <= TITLE_CHARS else first[: TITLE_CHARS - 1] + "…"


def check_window(start: datetime | None, end: datetime | None, at: datetime) -> None:
    """Refuses a wanted time that has passed, ends before it starts, or lies too far ahead."""
    if start is None and end is None:
        return
    if start is None or end is None:
        raise Refusal("window_half", _("请把开始和结束时间都选上,或都不选。"), field="wanted_from")
    if end <= start:
        raise Refusal("window_backward", _("结束时间要晚于开始时间。"), field="wanted_until")
    if end <= at:
        raise Refusal(
            "window_past", _("这个时间已经过去了,请选今天以后的时间。"), field="wanted_from"
        )
    if start > at + AHEAD_MAX:
        raise Refusal("window_far", _("最多可预约半年以内的时间。"), field="wanted_from")


def check_people_count(count: int) -> None:
    """Refuses fewer than 1 or more than 500 people to be served."""
    if not 1 <= count <= 500:
        raise Refusal("people_count", _("人数请填1到500之间的数字。"), field="people_count")
