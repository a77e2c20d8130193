"""归类: propose kind, place and urgency from a resident's own words, and say which words told.

A person decides; a proposal only saves her a choice. Nothing here reads the database or a clock.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from diandan.ground.places.models import Place

from .models import Item, ServiceKind

URGENT = "urgent"
NORMAL = "normal"
OTHER = "other"
# What people say when it cannot wait. A word of danger counts even in a calm sentence.
URGENT_WORDS = (
    "马上",
    "立刻",
    "立即",
    "赶紧",
    "赶快",
    "尽快",
    "紧急",
    "急用",
    "着急",
    "很急",
    "急死",
    "现在就",
    "等不了",
    "漏水",
    "爆管",
    "淹了",
    "没电",
    "断电",
    "冒烟",
    "被困",
    "困在",
    "反锁",
    "摔倒",
    "摔了",
    "发烧",
    "断药",
    "想不开",
    "正在被骗",
)
CALM_WORDS = ("不急", "不着急", "不紧急", "不用赶", "有空再")
SEASONS = {
    "spring": frozenset({3, 4, 5}),
    "summer": frozenset({6, 7, 8}),
    "autumn": frozenset({9, 10, 11}),
    "winter": frozenset({12, 1, 2}),
}
NAME_MIN = 2


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the words point to. `why` are the words that told, in the order kind, place, urgency.

    `kind` is the kind 其他 (or None when the centre has none) if no word was known.
    """

    kind: ServiceKind | None
    place: Place | None
    urgency: str
    why: tuple[str, ...]


def propose(words: str, kinds: Sequence[ServiceKind], places: Iterable[Place]) -> Proposal:
    """The kind by its longest known word, the place by the longest name found, the urgency.

    Of two kinds with words of one length the one said first wins, then the one ranked first.
    """
    text = _plain(words)
    kind, kind_word = _kind_in(text, kinds)
    place = _place_in(text, places)
    urgent_word = _urgent_in(text)
    told = (kind_word, place.name if place else "", urgent_word)
    return Proposal(
        kind=kind or next((k for k in kinds if k.code == OTHER), None),
        place=place,
        urgency=URGENT if urgent_word else NORMAL,
        why=tuple(dict.fromkeys(word for word in told if word)),
    )


def season_of(on: date) -> str:
    """spring, summer, autumn or winter, by the calendar months of the seasonal menu (四季清单)."""
    return next(name for name, months in SEASONS.items() if on.month in months)


def _plain(words: str) -> str:
    return "".join(unicodedata.normalize("NFKC", words).casefold().split())


def _kind_in(text: str, kinds: Sequence[ServiceKind]) -> tuple[ServiceKind | None, str]:
    found = [
        (-len(plain), text.index(plain), kind.rank, number, word)
        for number, kind in enumerate(kinds)
        for word in (kind.name, *kind.words)
        if (plain := _plain(word)) and plain in text
    ]
    if not found:
        return None, ""
    *_rest, number, word = min(found)
    return kinds[number], word


def _place_in(text: str, places: Iterable[Place]) -> Place | None:
    found = [
        (len(name), len(place.path), place)
        for place in places
        for name in (_plain(place.name), _plain(place.official_name))
        if len(name) >= NAME_MIN and name in text
    ]
    if not found:
        return None
    # Of a community and a street of one name the lower is meant: a door is named more often.
    return max(found, key=lambda one: one[:2])[2]


def _urgent_in(text: str) -> str:
    calm = text
    for word in CALM_WORDS:
        calm = calm.replace(word, "")
    found = [(calm.index(word), word) for word in URGENT_WORDS if word in calm]
    return min(found)[1] if found else ""


def in_season(item: Item, on: date) -> bool:
    """Whether the item is offered on a day: by its own days if it says any, else by its season."""
    if item.from_on or item.until_on:
        return (item.from_on or on) <= on <= (item.until_on or on)
    return item.season in ("", season_of(on))
