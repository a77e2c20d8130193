"""时间币的写法: what she types as coins becomes minutes; what is kept as minutes is said as coins."""

from __future__ import annotations

import unicodedata
from decimal import Decimal, InvalidOperation
from uuid import UUID, uuid5

from django.http import HttpRequest
from django.utils.translation import gettext as _

from diandan.ground.people.models import Person
from diandan.ground.people.queries import by_phone
from diandan.ground.people.vault import name_key
from diandan.ground.places.models import Place
from diandan.ground.places.queries import center_of
from diandan.kit.refusal import Refusal
from diandan.square.bank.core import COIN
from diandan.web import door

MOST = 20_000
NAMES = UUID("0b6f3c2e-6a51-5f5e-9d0a-4f2f1d3c7a10")


def minutes_of(text: str, field: str = "coins") -> int:
    """`1.5` → 90. Refuses what is no number, is nought or finer than a minute."""
    plain = unicodedata.normalize("NFKC", text or "").strip()
    sentence = _("请填要用的枚数,例如 2 或 0.5(半小时)。")
    try:
        wanted = Decimal(plain) * COIN
    except InvalidOperation:
        raise Refusal("coins", sentence, field=field) from None
    if not wanted.is_finite() or not 0 < wanted <= MOST * COIN or wanted != int(wanted):
        raise Refusal("coins", sentence, field=field)
    return int(wanted)


def key_of(request: HttpRequest) -> UUID:
    """The transfer's id that follows from the form's one-time key."""
    given = request.POST.get("form_key", "")[:64]
    person = door.actor(request).person_id
    if not given:
        raise Refusal("form_key", _("请回到上一页,重新提交。"))
    return uuid5(NAMES, f"{request.path}:{person}:{given}")


def known_person(name: str, phone: str) -> Person | None:
    """Who is registered with both this name and this phone; with one alone nobody is found."""
    if not name.strip() or not phone.strip():
        return None
    found = by_phone(phone)
    return found if found is not None and found.name_hash == name_key(name.strip()) else None


def centre_of(person: Person) -> Place:
    """The centre whose bank is hers: of her home, else the one this house serves."""
    found = center_of(person.home) if person.home else door.centre()
    if found is None:
        raise Refusal("no_centre", _("还没有开通实践中心。"))
    return found


def person_id_of(text: str) -> UUID | None:
    """An id typed into a form, or nothing."""
    try:
        return UUID(text)
    except ValueError:
        return None
