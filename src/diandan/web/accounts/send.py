"""验证码怎么送到: by message where there is a gateway, on a demo's console, else by slip."""

from __future__ import annotations

import structlog
from django.conf import settings

SCREEN = "screen"
log = structlog.get_logger()


def reaches_phones() -> bool:
    """Whether a code can get to a phone without a clerk: never on this site's own pages."""
    return settings.DEMO or settings.DIANDAN_SMS_KIND != SCREEN


def send_code(phone: str, code: str) -> None:
    """Send `code` to `phone`. In a demo it goes to the console of whoever runs the demo."""
    if settings.DEMO:
        log.info("one_time_code", phone=phone, code=code)
