"""相似: how alike two needs are said, and by which words, so that a person can judge herself."""

from __future__ import annotations

import re
from collections.abc import Iterable

import rjieba

WORD = re.compile(r"[\w]+")
# Said in nearly every need, so they make nothing alike.
EMPTY = frozenset(
    [
        "我们",
        "你们",
        "他们",
        "一下",
        "需要",
        "希望",
        "请问",
        "帮忙",
        "帮助",
        "请人",
        "可以",
        "能不能",
        "现在",
        "家里",
        "这个",
        "那个",
        "志愿者",
        "服务",
        "谢谢",
        "老人",
        "社区",
        "看看",
        "师傅",
        "想请",
        "想要",
        "麻烦",
    ]
)


def tokens(words: str) -> frozenset[str]:
    """The telling words of a text: two characters or more, none that everybody says."""
    return frozenset(
        w for w in rjieba.cut(words) if len(w) > 1 and w not in EMPTY and WORD.fullmatch(w)
    )


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """0 to 1: shared words over all words (Jaccard)."""
    return len(one & other) / len(one | other) if one and other else 0.0


def shared_words(texts: Iterable[str]) -> frozenset[str]:
    """The words that at least two of the texts say."""
    seen: set[str] = set()
    twice: set[str] = set()
    for text in texts:
        here = tokens(text)
        twice |= seen & here
        seen |= here
    return frozenset(twice)


def marked(text: str, words: Iterable[str]) -> list[dict[str, object]]:
    """The text cut into pieces, those that are shared marked."""
    wanted = sorted(words, key=len, reverse=True)
    if not wanted:
        return [{"text": text, "same": False}]
    pattern = re.compile("(" + "|".join(re.escape(w) for w in wanted) + ")")
    return [{"text": p, "same": p in wanted} for p in pattern.split(text) if p]
