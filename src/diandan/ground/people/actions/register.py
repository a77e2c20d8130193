"""注册: a person comes into being by her own act; signing in; editing her record."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people import queries, vault
from diandan.ground.people.actor import Actor
from diandan.ground.people.core import age_on, clean_name, clean_phone
from diandan.ground.people.models import Consent, Login, Person
from diandan.ground.people.policies import check_edit_person
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal, forbidden
from diandan.kit.units import local

from ._lock import lock

DOOR_MAX = 120
AGE_MAX = 120
CHANNELS = frozenset({"sms", "in_app", "wechat", "wecom", "email", "none"})
KEEP: Any = object()


@transaction.atomic
def register(
    *,
    phone: str,
    name: str,
    at: datetime,
    how: str,
    home: Place | None = None,
    born_on: date | None = None,
    language: str = "zh-hans",
) -> Person:
    """The person of this phone, made or taken over by her own act (the caller checked a code).

    Idempotent by phone. A record made for her by proxy becomes hers; her old orders stay in it.
    """
    number = clean_phone(phone)
    _check_born(born_on, at)
    lock(f"person:{vault.phone_key(number)}")
    found = queries.by_phone(number)
    if found is not None and found.registered_at is not None:
        _give_login(found)
        return found
    whole_name = clean_name(name)
    person = found or Person(wrapped_key=vault.new_key())
    _write_name(person, whole_name)
    _write_phone(person, number)
    person.home = home or person.home
    person.born_on = born_on or person.born_on
    person.language = language
    person.registered_at, person.registered_how = at, how[:20]
    person.save()
    _give_login(person)
    Consent.objects.create(person=person, about=Consent.About.PRIVACY, how=how[:20], given_at=at)
    announce(
        Fact(
            "people.claimed" if found else "people.registered",
            at,
            place_id=person.home_id,
            by_id=person.id,
            person_id=person.id,
            data={"how": how[:20]},
        )
    )
    return person


@transaction.atomic
def sign_in_person(*, person: Person, at: datetime) -> Login:
    """The log-in to open a session with, after the caller checked a code. Refuses a frozen one.

    Somebody known only by proxy thereby registers: coming back with the code is her own act.
    """
    if person.frozen_at is not None:
        raise forbidden(_("这份记录已被冻结,请到实践中心核实后解冻。"), "frozen")
    if person.registered_at is None:
        phone = queries.own(person).phone
        register(phone=phone, name=queries.own(person).name, at=at, how="code")
        person.refresh_from_db()
    return _give_login(person)


@transaction.atomic
def edit_person(
    *,
    person: Person,
    by: Actor,
    at: datetime,
    name: str = KEEP,
    door: str = KEEP,
    home: Place | None = KEEP,
    born_on: date | None = KEEP,
    language: str = KEEP,
    quiet_from: time | None = KEEP,
    quiet_until: time | None = KEEP,
    channel: str = KEEP,
    digest: bool = KEEP,
    elder_mode: bool = KEEP,
) -> Person:
    """Change what is given and leave the rest; the fact names the fields, never their words."""
    person = queries.for_change(person.id)
    check_edit_person(by, person)
    if name is not KEEP:
        _write_name(person, clean_name(name))
    if door is not KEEP:
        _write_door(person, door)
    if born_on is not KEEP:
        _check_born(born_on, at)
    if channel is not KEEP and channel not in CHANNELS:
        raise Refusal("unknown_channel", _("请选择接收通知的方式。"), field="channel")
    plain = {
        "home": home,
        "born_on": born_on,
        "language": language,
        "quiet_from": quiet_from,
        "quiet_until": quiet_until,
        "channel": channel,
        "digest": digest,
        "elder_mode": elder_mode,
    }
    for field, value in plain.items():
        if value is not KEEP:
            setattr(person, field, value)
    if (person.quiet_from is None) != (person.quiet_until is None):
        raise Refusal(
            "half_quiet", _("免打扰时间请把开始和结束都填上,或都留空。"), field="quiet_from"
        )
    person.save()
    changed = [f for f, v in {**plain, "name": name, "door": door}.items() if v is not KEEP]
    announce(
        Fact(
            "people.edited",
            at,
            place_id=person.home_id,
            by_id=by.person_id,
            person_id=person.id,
            data={"fields": sorted(changed)},
        )
    )
    return person


def _check_born(born_on: date | None, at: datetime) -> None:
    if born_on is None:
        return
    if not 0 <= age_on(born_on, local(at).date()) <= AGE_MAX:
        raise Refusal("wrong_birth", _("出生日期不对,请检查年份。"), field="born_on")


def _give_login(person: Person) -> Login:
    found = Login.objects.filter(person=person).first()
    return found or Login.objects.create_user(f"u{person.id.hex}", None, person=person)


def _write_name(person: Person, name: str) -> None:
    person.name_enc = vault.seal(person.wrapped_key, name)
    person.name_hash = vault.name_key(name)


def _write_phone(person: Person, phone: str) -> None:
    person.phone_enc = vault.seal(person.wrapped_key, phone)
    person.phone_hash = vault.phone_key(phone)


def _write_door(person: Person, door: str) -> None:
    text = " ".join(door.split())
    if len(text) > DOOR_MAX:
        raise Refusal("long_door", _("门牌最多 %(n)s 个字。") % {"n": DOOR_MAX}, field="door")
    person.door_enc = vault.seal(person.wrapped_key, text)
