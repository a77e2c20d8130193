"""说法: promises and calendars in words, and the no for a promise that cannot be read."""

from __future__ import annotations

from django.utils.translation import gettext as _

from diandan.kit.refusal import Refusal

from .core import national_is_known, parse


def check_promise(promise: str, field: str = "promise") -> None:
    """Refusal when `promise` is not written as 30m, 2h, 7d or 5wd."""
    try:
        parse(promise)
    except ValueError:
        raise Refusal(
            "bad_promise",
            _("时限“%(promise)s”写法不对:请写大于 0 的整数加单位,如 30m、2h、7d、5wd")
            % {"promise": promise[:20]},
            field=field,
        ) from None


def promise_in_words(promise: str) -> str:
    """A promise as people say it: 5wd → 5 个工作日."""
    wanted = parse(promise)
    forms = {
        "m": _("%(n)d 分钟"),
        "h": _("%(n)d 小时"),
        "d": _("%(n)d 天"),
        "wd": _("%(n)d 个工作日"),
    }
    return forms[wanted.unit] % {"n": wanted.amount}


def calendar_note(year: int) -> str:
    """What to say beside a date of `year`; empty when the year's days off are known."""
    if national_is_known(year):
        return ""
    return _(
        "%(year)d 年的放假安排尚未收录,暂按周一至周五(扣除元旦、劳动节、国庆节)计算,"
        "可在设置里逐日更正。"
    ) % {"year": year}
