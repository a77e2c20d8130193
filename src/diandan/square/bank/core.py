"""时间币: what a place's rules say of coins. Pure: no database, no clock.

The unit on the books is the minute of service, so that nothing is lost in rounding; sixty of
them are one 时间币 (one hour given is one coin: 北京 2022 方案; 南京 stores hours).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from diandan.ground.people.core import ADULT_YEARS, age_on
from diandan.kit.refusal import Refusal

COIN = 60
# What would put a price on an hour (domain §2.2, §2.8: 不能兑换资金或实物).
MONEY = re.compile(
    r"[¥￥$]|人民币|现金|块钱|红包|转账|(?:[\d０-９]|[零一二两三四五六七八九十百千万几])\s*元(?!旦)"
    r"|\bRMB\b|\bCNY\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Rules:
    """One place's rules of the bank. Nought or empty means: no such rule."""

    name: str
    title: str
    source: str
    places: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    redeem_for: tuple[str, ...] = ()
    gift_to: tuple[str, ...] = ()
    redeem_age_min: int = 60
    stored_hours_max: int = 0
    right_coins: int = 0
    group_only_donates: bool = True

    @property
    def stored_max(self) -> int:
        """The most minutes one person stores; nought: no limit."""
        return self.stored_hours_max * COIN

    @property
    def right_at(self) -> int:
        """Minutes stored at which a right is written down; nought: no such right here."""
        return self.right_coins * COIN

    @property
    def version(self) -> str:
        """What she read when she joined; other rules are to be read again."""
        figures = (self.stored_hours_max, self.right_coins, self.redeem_age_min, len(self.kinds))
        return f"{self.name}-{'-'.join(map(str, figures))}"


def shared_out(stored: int, earned: int, most: int) -> tuple[int, int]:
    """How much of what she earned stays hers, and how much is over the cap and is donated."""
    if not most:
        return earned, 0
    kept = max(0, min(earned, most - stored))
    return kept, earned - kept


def is_of_age(born_on: date | None, day: date, years: int) -> bool:
    """Whether she is known to be `years` old on `day`; an unknown birthday is no."""
    return born_on is not None and age_on(born_on, day) >= years


def may_earn(born_on: date | None, day: date, *, has_guardian: bool) -> bool:
    """Eighteen or older, or a pupil whose guardian agreed (北京 2022 方案)."""
    return is_of_age(born_on, day, ADULT_YEARS) or (born_on is not None and has_guardian)


def say(minutes: int) -> str:
    """90 → 1.5, the way people speak of coins; the minutes stand beside it where they matter."""
    whole, rest = divmod(abs(minutes), COIN)
    sign = "-" if minutes < 0 else ""
    if not rest:
        return f"{sign}{whole}"
    return f"{sign}{whole + rest / COIN:.2f}".rstrip("0").rstrip(".")


def check_no_money(text: str, field: str = "note") -> str:
    """The text as it is kept. Refuses one that speaks of a price."""
    words = " ".join(text.split())[:300]
    if MONEY.search(words):
        raise Refusal(
            "no_money",
            _("时间币不能兑换资金或实物,这里不写价钱。请改成服务内容和时长。"),
            field=field,
        )
    return words
