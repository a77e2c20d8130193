"""读表单: what a form's text means, and a Refusal that names the field when it means nothing."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from diandan.kit.clock import SHANGHAI
from diandan.kit.refusal import Refusal


def uuids(texts: list[str]) -> list[UUID]:
    """Those of the texts that are ids, each once, in their order."""
    found: dict[UUID, None] = {}
    for text in texts:
        try:
            found[UUID(text)] = None
        except ValueError:
            continue
    return list(found)


def number(request: HttpRequest, name: str, most: int = 1440) -> int | None:
    """A whole number from 1 to `most`; None when left empty."""
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
        raise Refusal("wrong_number", _("请填1到%(most)d之间的数字。") % {"most": most}, field=name)
    return int(text)


def moment(request: HttpRequest, name: str) -> datetime | None:
    """A local date and time; None when left empty."""
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise Refusal("wrong_time", _("时间看不懂,请重新选。"), field=name) from None


def day(request: HttpRequest, name: str) -> date:
    """A date that must be there."""
    try:
        return date.fromisoformat(request.POST.get(name, "").strip())
    except ValueError:
        raise Refusal("wrong_day", _("请选日期。"), field=name) from None


def clock_time(request: HttpRequest, name: str) -> time | None:
    """A time of day; None when left empty."""
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise Refusal("wrong_time", _("时间看不懂,请重新选。"), field=name) from None
