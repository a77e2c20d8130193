"""送单: what of a resident's own words may be read by somebody who is not at her door yet. Pure.

People write their door and phone into the description ("3幢202灯坏了,电话138…"), so hiding the
fields alone hides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from diandan.ground.people.core import mask_name
from diandan.kit.units import local

# Who comes early, or swaps morning for afternoon by word of mouth, is still there on that day.
EARLY_HOURS = 4
# Which ends of a session another's code or witness proves; the others rest on somebody's word.
BY_CODE = frozenset({"site_code", "job_code", "served_code", "own_code", "offline"})
PROVED = frozenset({"site_code", "job_code", "served_code", "scanned", "roll_call"})
OF_THE_SITE = frozenset({"site_code"})
HIDDEN = "〔到场后可见〕"
_PHONE = re.compile(
    r"(?<!\d)(?:\+?86[-\s]?)?1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}(?!\d)"
    r"|(?<!\d)0\d{2,3}[-\s]?\d{7,8}(?!\d)|(?<!\d)\d{15,18}[\dXx]?(?!\d)"
)
_COUNT = r"[\d零一二三四五六七八九十百]+"
_DOOR = re.compile(
    rf"(?:[A-Za-z]?{_COUNT}[A-Za-z]?\s*(?:号楼|幢|栋|座|单元|室|户|楼(?!道|梯)|层)\s*)+"
    r"(?:[A-Za-z]?\d{2,4}(?!\d))?"
    r"|(?<!\d)\d{1,3}-\d{1,2}-\d{2,4}(?!\d)|(?<!\d)\d{1,3}-\d{3,4}(?!\d)"
)
_CALLED = "阿姨 奶奶 爷爷 大爷 大妈 大娘 叔叔 叔 婶 伯伯 先生 女士 老师 师傅 老人 家"


def without_private(text: str, *, name: str = "", door: str = "", phone: str = "") -> str:
    """`text` without phones, door numbers, and the given person's name, surname address and door."""
    for secret in _whole(name, door, phone):
        text = text.replace(secret, HIDDEN)
    if surname := mask_name(name).rstrip("*"):
        titles = "|".join(sorted(_CALLED.split(), key=len, reverse=True))
        text = re.sub(rf"(?:老|小)?{re.escape(surname)}(?={titles})", "", text)
    text = _PHONE.sub(HIDDEN, text)
    text = _DOOR.sub(HIDDEN, text)
    return re.sub(rf"{HIDDEN}(?:[\s,\uff0c]*{HIDDEN})+", HIDDEN, text)


def arrival_window(
    starts_at: datetime | None, ends_at: datetime | None
) -> tuple[datetime, datetime] | None:
    """From when until when (exclusive) an arrival belongs to this visit; None: no hour agreed.

    A served person's code stays the same, so without it an old code would open any other day.
    """
    if starts_at is None:
        return None
    last = local(ends_at or starts_at)
    midnight = last.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return starts_at - timedelta(hours=EARLY_HOURS), midnight


def street_only(street: str, door: str) -> str:
    """The street without the building and flat somebody typed behind it."""
    return (
        _DOOR.sub("", street.replace(door, "") if door else street)
        .strip()
        .rstrip(",\uff0c")
        .strip()
    )


def _whole(name: str, door: str, phone: str) -> Iterable[str]:
    plain = phone.removeprefix("+86")
    return (secret for secret in (name, door, phone, plain) if secret)
