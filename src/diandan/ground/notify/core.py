"""何时发: when a message may go out, decided without the database."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from diandan.kit.units import local

IN_APP = "in_app"
SMS = "sms"
CODE = "code"
DIGEST = "digest"

QUIET_FROM = time(22, 0)
QUIET_UNTIL = time(7, 0)
DIGEST_AT = time(18, 0)
TRIES_MAX = 6
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)


def after_quiet(at: datetime, quiet_from: time | None, quiet_until: time | None) -> datetime:
    """`at`, or the end of the quiet hours it falls in. Equal ends mean no quiet hours at all."""
    start, end = quiet_from or QUIET_FROM, quiet_until or QUIET_UNTIL
    if start == end:
        return at
    here = local(at)
    clock = here.time()
    overnight = start > end
    quiet = (clock >= start or clock < end) if overnight else start <= clock < end
    if not quiet:
        return at
    day = here.date() + timedelta(days=1 if overnight and clock >= start else 0)
    return datetime.combine(day, end, tzinfo=here.tzinfo)


def next_digest(at: datetime) -> datetime:
    """The next daily digest strictly after `at`."""
    here = local(at)
    today = datetime.combine(here.date(), DIGEST_AT, tzinfo=here.tzinfo)
    return today if here < today else today + timedelta(days=1)


def wait_after(tries: int) -> timedelta:
    """How long to wait after the `tries`-th try went wrong: doubling, up to an hour."""
    return min(FIRST_WAIT * int(2 ** max(tries - 1, 0)), LONGEST_WAIT)
