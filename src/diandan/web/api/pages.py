"""翻页: a cursor over rows that may grow while they are read: nothing twice, nothing skipped."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from diandan.kit.refusal import Refusal

LIMIT_MAX = 100
Row = TypeVar("Row", bound=Model)


def page(
    rows: QuerySet[Row],
    field: str,
    cursor: str,
    limit: int,
    show: Callable[[list[Row]], list[dict[str, Any]]],
) -> dict[str, Any]:
    """One page of `rows`, newest by `field` first, and the cursor of the next."""
    size = max(1, min(limit, LIMIT_MAX))
    if cursor:
        moment, key = _read(cursor)
        rows = rows.filter(Q(**{f"{field}__lt": moment}) | Q(**{field: moment, "id__lt": key}))
    found = list(rows.order_by(f"-{field}", "-id")[: size + 1])
    more = len(found) > size
    found = found[:size]
    last = f"{getattr(found[-1], field).isoformat()}|{found[-1].pk}" if more else ""
    return {"rows": show(found), "next": base64.urlsafe_b64encode(last.encode()).decode()}


def _read(cursor: str) -> tuple[datetime, UUID]:
    try:
        moment, _bar, key = base64.urlsafe_b64decode(cursor.encode("ascii")).decode().partition("|")
        at = datetime.fromisoformat(moment)
        if at.tzinfo is None:
            raise ValueError(moment)
        return at, UUID(key)
    except (ValueError, binascii.Error):
        raise Refusal("bad_cursor", _("翻页标记无效,请从第一页开始。"), field="cursor") from None
