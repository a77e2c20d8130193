"""Identifiers: time-ordered UUIDs for rows, short digits and codes for people."""

from __future__ import annotations

import os
import secrets
import time
import uuid

# Crockford's alphabet: no I, L, O, U, so a code survives the phone line and bad handwriting.
READABLE = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> uuid.UUID:
    """A UUID version 7 (RFC 9562 §5.7): ordered by time, unguessable in its last 74 bits."""
    milliseconds = time.time_ns() // 1_000_000
    raw = bytearray(milliseconds.to_bytes(6, "big") + os.urandom(10))
    raw[6] = (raw[6] & 0x0F) | 0x70
    raw[8] = (raw[8] & 0x3F) | 0x80
    return uuid.UUID(bytes=bytes(raw))


def digits(n: int) -> str:
    """`n` random decimal digits, as a one-time code."""
    return "".join(secrets.choice("0123456789") for _ in range(n))


def readable(n: int) -> str:
    """`n` random characters that read well aloud."""
    return "".join(secrets.choice(READABLE) for _ in range(n))
