"""到场码: time-based one-time codes of a site (RFC 6238), six digits, half-hour windows."""

from __future__ import annotations

from datetime import datetime

import pyotp

WINDOW_SECONDS = 1800


def code_now(secret: str, at: datetime) -> str:
    """The six digits a site shows at `at`; `secret` is base32."""
    return pyotp.TOTP(secret, interval=WINDOW_SECONDS).at(at)


def is_good(secret: str, code: str, at: datetime) -> bool:
    """Whether `code` is this window's or the one before (people read slowly)."""
    return pyotp.TOTP(secret, interval=WINDOW_SECONDS).verify(
        code, for_time=at, valid_window=1
    )
