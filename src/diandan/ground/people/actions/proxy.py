"""代办: a person known because somebody at a desk, on the phone or in the family speaks for her."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people import queries, vault
from diandan.ground.people.actor import Actor
from diandan.ground.people.core import clean_name, clean_phone
from diandan.ground.people.models import Consent, Person
from diandan.ground.people.policies import check_proxy
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal, conflict

from ._lock import lock

NOTE_MAX = 300


@transaction.atomic
def person_for_proxy(
    *,
    name: str,
    phone: str | None,
    home: Place,
    at: datetime,
    by: Actor,
    consent_note: str,
    how: str,
    same_as: Person | None = None,
    door: str = "",
) -> Person:
    """The person spoken for, with her consent written down and `by` as its witness.

    She is found again by phone and name, or given as `same_as`; she counts as registered only
    when she signs in herself. Without a phone she is new each time: two 王秀英 may live in one
    community, and merging them unasked would show one the other's orders.
    """
    check_proxy(by, how=how, home=home)
    note = " ".join(consent_note.split())
    if not note:
        raise Refusal(
            "consent_needed",
            _("请写明本人是怎样同意代办的,例如“电话里复述后同意”。"),
            field="consent_note",
        )
    whole_name = clean_name(name)
    number = clean_phone(phone) if phone and phone.strip() else ""
    person = same_as or _find(whole_name, number)
    is_new = person is None
    if person is None:
        person = Person(wrapped_key=vault.new_key(), home=home, registered_how=how)
        person.name_enc = vault.seal(person.wrapped_key, whole_name)
        person.name_hash = vault.name_key(whole_name)
        if number:
            person.phone_enc = vault.seal(person.wrapped_key, number)
            person.phone_hash = vault.phone_key(number)
        person.door_enc = vault.seal(person.wrapped_key, " ".join(door.split())[:120])
        person.save()
    Consent.objects.create(
        person=person,
        about=Consent.About.PROXY_ORDER,
        how=how,
        note=note[:NOTE_MAX],
        witness_id=by.person_id,
        given_at=at,
    )
    announce(
        Fact(
            "people.spoken_for",
            at,
            place_id=home.id,
            by_id=by.person_id,
            person_id=person.id,
            data={"how": how, "new": is_new},
        )
    )
    return person


def _find(name: str, number: str) -> Person | None:
    if not number:
        return None
    lock(f"person:{vault.phone_key(number)}")
    found = queries.by_phone(number)
    if found is not None and found.name_hash != vault.name_key(name):
        raise conflict(
            "phone_of_another",
            _(
                "这个手机号登记在另一个姓名下。请核对姓名;若是家人的手机,"
                "请把手机号留空,联系方式写在说明里。"
            ),
        )
    return found
