"""重放: the answer already given to an idempotency key, so that a repeated call changes nothing."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from diandan.kit.refusal import conflict

from ..lock import hold
from ..models import Answer


def digest_of_asking(*parts: str | bytes) -> str:
    """One digest over what was asked (who, method, path, body), for comparing a repeat."""
    total = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        total.update(len(raw).to_bytes(8, "big") + raw)
    return total.hexdigest()


def kept_answer(key: str, digest: str) -> Answer | None:
    """The answer kept for `key`, or None when this is the first asking.

    Call it inside the transaction that does the work and keeps the answer: a twin that comes
    meanwhile waits here until the first has committed, then gets its answer. Raises Refusal when
    the key was used for something else.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("kept_answer() outside a transaction")
    hold(f"answer:{key}")
    found = Answer.objects.filter(key=key).first()
    if found is not None and found.asked_digest != digest:
        raise conflict(
            "key_reused", _("这个幂等键已用于另一个请求。请换一个新的键,或原样重发上次的内容。")
        )
    return found


def keep_answer(key: str, digest: str, *, status: int, body: str, at: datetime) -> Answer:
    """Keep what was answered, in the same transaction as what was done."""
    return Answer.objects.create(key=key, asked_digest=digest, status=status, body=body, at=at)


def forget_answers(before: datetime) -> int:
    """Drop answers older than `before`; a repeat after that is a new asking."""
    return Answer.objects.filter(at__lt=before).delete()[0]
