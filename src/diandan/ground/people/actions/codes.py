"""验证码: a one-time code for a phone, and its check."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people import vault
from diandan.ground.people.actor import Actor
from diandan.ground.people.core import clean_phone
from diandan.ground.people.models import OneTimeCode, Person
from diandan.ground.people.policies import check_hand_code
from diandan.kit.ids import digits
from diandan.kit.refusal import Refusal

from ._lock import lock

CODE_DIGITS = 6
LASTS = timedelta(minutes=10)
BETWEEN = timedelta(seconds=60)
AN_HOUR = timedelta(hours=1)
CODES_AN_HOUR = 5
# A village hall or a phone company may put many people behind one address.
FROM_AN_ADDRESS_AN_HOUR = 30
TRIES_MAX = 5


@transaction.atomic
def ask_code(
    *,
    phone: str,
    purpose: str,
    at: datetime,
    by: Actor,
    handed_by: Person | None = None,
    address: str = "",
) -> tuple[OneTimeCode, str]:
    """A fresh code for `phone` and its plain digits, which the caller sends and forgets.

    `handed_by` is the clerk who prints it on a slip; she must be at a desk, and be `by` herself.
    `address` is where on the network it is asked from: one machine must not write to every phone.
    """
    key = vault.phone_key(clean_phone(phone))
    if handed_by is not None:
        check_hand_code(by)
    lock(f"code:{key}")
    _check_phone(key, at)
    asked_from = vault.search_hash(f"address:{address}") if address and not handed_by else ""
    if asked_from:
        lock(f"code-from:{asked_from}")
        _check_address(asked_from, at)
    plain = digits(CODE_DIGITS)
    row = OneTimeCode.objects.create(
        phone_hash=key,
        purpose=purpose,
        code_hash=_hash(key, purpose, plain),
        made_at=at,
        expires_at=at + LASTS,
        handed_by=handed_by,
        asked_from=asked_from,
    )
    return row, plain


def _check_phone(key: str, at: datetime) -> None:
    lately = list(
        OneTimeCode.objects.filter(phone_hash=key, made_at__gt=at - AN_HOUR)
        .order_by("-made_at")
        .values_list("made_at", flat=True)[:CODES_AN_HOUR]
    )
    if lately and at - lately[0] < BETWEEN:
        wait = int((BETWEEN - (at - lately[0])).total_seconds()) + 1
        raise Refusal(
            "too_soon",
            _("验证码刚刚发出,请 %(n)s 秒后再试。") % {"n": wait},
            status=429,
            more={"wait_seconds": wait},
        )
    if len(lately) >= CODES_AN_HOUR:
        raise Refusal(
            "too_many_codes",
            _("这个手机号一小时内已要过 %(n)s 次验证码,请稍后再试,或到实践站现场办理。")
            % {"n": CODES_AN_HOUR},
            status=429,
        )


def _check_address(asked_from: str, at: datetime) -> None:
    rows = OneTimeCode.objects.filter(asked_from=asked_from, made_at__gt=at - AN_HOUR)
    if rows.count() >= FROM_AN_ADDRESS_AN_HOUR:
        raise Refusal(
            "too_many_codes_here",
            _("这个网络一小时内要的验证码太多了,请过一会儿再试、换手机流量,或到实践站现场领小票。"),
            status=429,
        )


def check_code(*, phone: str, code: str, purpose: str, at: datetime) -> OneTimeCode:
    """Use up the newest code of this phone and purpose, or refuse and count the try.

    Durable: a wrong try must stay counted, so this cannot run inside another transaction.
    Returns the code's row, which tells whether a clerk handed it over.
    """
    key = vault.phone_key(clean_phone(phone))
    with transaction.atomic(durable=True):
        row = (
            OneTimeCode.objects.select_for_update()
            .filter(phone_hash=key, purpose=purpose)
            .order_by("-made_at")
            .first()
        )
        refusal = _judge(row, key, purpose, code, at)
    if refusal is not None or row is None:
        raise refusal or _stale()
    return row


def _judge(
    row: OneTimeCode | None, key: str, purpose: str, code: str, at: datetime
) -> Refusal | None:
    if row is None or row.used_at is not None or row.expires_at <= at:
        return _stale()
    if row.tries >= TRIES_MAX:
        return Refusal(
            "too_many_tries", _("输错次数太多,请重新获取验证码。"), field="code", status=429
        )
    typed = "".join(str(int(c)) for c in code if c.isdecimal())
    if hmac.compare_digest(row.code_hash, _hash(key, purpose, typed)):
        row.used_at = at
        row.save(update_fields=["used_at"])
        return None
    row.tries += 1
    row.save(update_fields=["tries"])
    left = TRIES_MAX - row.tries
    if left == 0:
        return Refusal(
            "too_many_tries", _("输错次数太多,请重新获取验证码。"), field="code", status=429
        )
    return Refusal(
        "wrong_code", _("验证码不对,请再看一眼,还可以试 %(n)s 次。") % {"n": left}, field="code"
    )


def _stale() -> Refusal:
    return Refusal("stale_code", _("验证码已失效,请重新获取。"), field="code")


def _hash(phone_key: str, purpose: str, plain: str) -> str:
    return vault.search_hash(f"code:{purpose}:{phone_key}:{plain}")
