"""到场码: time-based one-time codes of a site (RFC 6238), six digits, half-hour windows.

Counted here over RFC 4226's codes, because the library's own clock knows no window that long.
"""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp

WINDOW_SECONDS = 1800


def code_now(secret: str, at: datetime) -> str:
    """The six digits a site shows at `at`; `secret` is base32."""
    return pyotp.HOTP(secret).at(_window(at))


def is_good(secret: str, code: str, at: datetime) -> bool:
    """Whether `code` is this window's or the one before (people read slowly)."""
    now = _window(at)
    good = [pyotp.HOTP(secret).at(count) for count in (now, now - 1)]
    return any(hmac.compare_digest(code.encode(), one.encode()) for one in good)


def _window(at: datetime) -> int:
    return int(at.timestamp()) // WINDOW_SECONDS
