"""到场码: time-based one-time codes of a site, a job or a volunteer (RFC 6238), six digits a minute.

A code is good for its own minute and one before and after it (people read slowly, screens refresh
late), and for nothing else: a photograph of it is worthless two minutes later.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta

import pyotp

STEP_SECONDS = 60
NEIGHBOURS = (0, -1, 1)
DIGITS = 6


def code_at(secret: str, at: datetime) -> str:
    """The six digits shown at `at`; `secret` is base32."""
    return _code(secret, step_at(at))


def step_at(at: datetime) -> int:
    """The number of the minute `at` lies in, since the epoch."""
    return int(at.timestamp()) // STEP_SECONDS


def begins(step: int) -> datetime:
    """When the minute `step` begins."""
    return datetime.fromtimestamp(step * STEP_SECONDS, UTC)


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """The minute whose code this is, if it is the one of `at` or a neighbour of it."""
    now = step_at(at)
    return next((now + n for n in NEIGHBOURS if _is(secret, code, now + n)), None)


def minute_of(secret: str, code: str, at: datetime, within: timedelta) -> datetime | None:
    """The latest minute before `at` whose code this was: what a changed clock cannot hide."""
    last = step_at(at)
    steps = range(last, last - int(within.total_seconds()) // STEP_SECONDS, -1)
    found = next((step for step in steps if _is(secret, code, step)), None)
    return None if found is None else begins(found)


def _is(secret: str, code: str, step: int) -> bool:
    return hmac.compare_digest(code.encode(), _code(secret, step).encode())


def _code(secret: str, step: int) -> str:
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS).generate_otp(step)
