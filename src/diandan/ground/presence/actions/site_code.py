"""A site's rotating code: made on first use, shown to who runs the site, checked at the door."""

from __future__ import annotations

from datetime import datetime

import pyotp

from diandan.ground.places.models import Place

from ..core import code_now, is_good
from ..models import SiteSecret


def site_code(*, place: Place, at: datetime) -> str:
    """The six digits `place` shows at `at`."""
    row, _ = SiteSecret.objects.get_or_create(
        place=place, defaults={"secret": pyotp.random_base32(), "made_at": at}
    )
    return code_now(row.secret, at)


def is_site_code(*, place: Place, code: str, at: datetime) -> bool:
    """Whether `code` is good at `place` now; False when the site never showed one."""
    row = SiteSecret.objects.filter(place=place).first()
    return row is not None and is_good(row.secret, code, at)
