"""密钥: an issuer, its signing keys, and the list in which its credentials are revoked."""

from __future__ import annotations

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people import vault
from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal

from ..facts import key_fact
from ..models import Issuer, SigningKey, StatusList
from ..multikey import public_multikey
from ..policies import check_officer

CONTACT_MAX = NAME_MAX = 80


def issuer_at(place: Place, at: datetime) -> Issuer:
    """The place as an issuer; made under its official name when it is asked for the first time."""
    row, _new = Issuer.objects.get_or_create(
        place=place,
        defaults={
            "name": place.official_name or place.name,
            "contact": place.phone,
            "since": at,
        },
    )
    return row


@transaction.atomic
def name_issuer(*, issuer: Issuer, name: str, contact: str, at: datetime, by: Actor) -> Issuer:
    """Under which name and with which contact the organisation certifies."""
    check_officer(by, issuer.place)
    if not name.strip():
        raise Refusal("name_needed", _("请写出具单位的全称,与公章一致。"), field="name")
    if not contact.strip():
        raise Refusal("contact_needed", _("请写联系电话,证明上要印。"), field="contact")
    issuer = Issuer.objects.select_for_update().get(pk=issuer.pk)
    issuer.name, issuer.contact = name.strip()[:NAME_MAX], contact.strip()[:CONTACT_MAX]
    issuer.save(update_fields=["name", "contact"])
    announce(Fact("issuer.named", at, place_id=issuer.place_id, by_id=by.person_id))
    return issuer


def key_of(issuer: Issuer, at: datetime) -> SigningKey:
    """The key in use; the first is made when it is first needed."""
    Issuer.objects.select_for_update().get(pk=issuer.pk)
    found = SigningKey.objects.filter(issuer=issuer, retired_at=None).first()
    return found or _new_key(issuer, at, SYSTEM)


@transaction.atomic
def rotate_key(*, issuer: Issuer, at: datetime, by: Actor, leaked: bool = False) -> SigningKey:
    """A new key from now on. What the old one signed stays good unless it leaked."""
    check_officer(by, issuer.place)
    Issuer.objects.select_for_update().get(pk=issuer.pk)
    old = SigningKey.objects.filter(issuer=issuer, retired_at=None).first()
    if old is not None:
        old.retired_at = at
        old.leaked_at = at if leaked else None
        old.save(update_fields=["retired_at", "leaked_at"])
        announce(key_fact(old, "leaked" if leaked else "retired", by, at))
    return _new_key(issuer, at, by)


def _new_key(issuer: Issuer, at: datetime, by: Actor) -> SigningKey:
    private, wrapped = Ed25519PrivateKey.generate(), vault.new_key()
    row = SigningKey.objects.create(
        issuer=issuer,
        public=public_multikey(private.public_key().public_bytes_raw()),
        wrapped_key=wrapped,
        sealed=vault.seal(wrapped, private.private_bytes_raw().hex()),
        made_at=at,
    )
    announce(key_fact(row, "made", by, at))
    return row


def private_half(row: SigningKey) -> Ed25519PrivateKey:
    """The key to sign with, opened for this call."""
    return Ed25519PrivateKey.from_private_bytes(
        bytes.fromhex(vault.unseal(row.wrapped_key, row.sealed))
    )


def list_of(key: SigningKey, at: datetime) -> StatusList:
    """The key's list; its credentials share one, so that one bit tells nobody apart."""
    found = StatusList.objects.filter(key=key).order_by("made_at").first()
    return found or StatusList.objects.create(key=key, made_at=at)
