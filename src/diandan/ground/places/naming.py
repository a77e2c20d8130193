"""地名: a short name from the official one, and keys to sort and search it by."""

from __future__ import annotations

import re

_VILLAGE = re.compile(r"^(.+?)(?:村民委员会|村委会)$")
_COMMUNITY = re.compile(r"^(.+?)(?:居民委员会|居委会|居)$")
_HERDERS = re.compile(r"^(.+?嘎查)(?:嘎查|村)?(?:民)?委(?:员)?会$")
PINYIN_MAX = 200


def short_name(official: str) -> str:
    """富强西里社区居委会 → 富强西里社区; 黄草坝村民委员会 → 黄草坝村; anything else stays."""
    if found := _HERDERS.match(official):
        return found[1]
    if found := _VILLAGE.match(official):
        base = found[1]
        return base if base.endswith("村") else base + "村"
    if found := _COMMUNITY.match(official):
        base = found[1]
        return base if base.endswith("社区") else base + "社区"
    return official


def pinyin_key(name: str) -> str:
    """`fuqiangxilishequ fqxlsq`: the whole sound to sort by, then the initials to type."""
    # Its dictionary takes a fifth of a second to load: no process waits for it to begin.
    from pypinyin import Style, lazy_pinyin

    whole = "".join(lazy_pinyin(name)).lower().replace(" ", "")
    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower().replace(" ", "")
    return f"{whole} {initials}"[:PINYIN_MAX]


def bigrams(text: str) -> list[str]:
    """The overlapping pairs of characters in `text`, in order, each once."""
    return list(dict.fromkeys(text[i : i + 2] for i in range(len(text) - 1)))
