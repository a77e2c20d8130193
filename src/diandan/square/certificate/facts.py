"""记录证明: what this room announces, past tense, ids and codes only."""

from __future__ import annotations

from datetime import datetime

from diandan.ground.people.actor import Actor
from diandan.kit.fact import Fact

from .models import Certificate, CorrectionAsked, Credential, Entry, SigningKey

#: What happens to a certificate.
CERTIFICATE = (
    "applied",
    "withdrawn",
    "handled",
    "refused",
    "signed",
    "issued",
    "revoked",
    "superseded",
    "shown",
)


def certificate_fact(row: Certificate, happened: str, by: Actor, at: datetime) -> Fact:
    """Something happened to a certificate; `person_id` is whose it is."""
    return Fact(
        kind=f"certificate.{happened}",
        at=at,
        place_id=row.issuer_id,
        by_id=by.person_id,
        person_id=row.person_id,
        data={"certificate": str(row.id), "why": row.ended_why},
    )


def credential_fact(row: Credential, by: Actor, at: datetime) -> Fact:
    """She took a credential, with these fields."""
    return Fact(
        kind="certificate.taken",
        at=at,
        place_id=row.certificate.issuer_id,
        by_id=by.person_id,
        person_id=row.certificate.person_id,
        data={"credential": str(row.id), "fields": list(row.fields)},
    )


def key_fact(row: SigningKey, happened: str, by: Actor, at: datetime) -> Fact:
    """A signing key was made or retired."""
    return Fact(
        kind=f"signing_key.{happened}",
        at=at,
        place_id=row.issuer_id,
        by_id=by.person_id,
        data={"key": row.public},
    )


def entry_fact(row: Entry, happened: str, by: Actor, at: datetime) -> Fact:
    """Training or commendation was entered, confirmed or dropped."""
    return Fact(
        kind=f"record_entry.{happened}",
        at=at,
        place_id=row.place_id,
        by_id=by.person_id,
        person_id=row.person_id,
        data={"entry": str(row.id), "kind": row.kind},
    )


def correction_fact(row: CorrectionAsked, happened: str, by: Actor, at: datetime) -> Fact:
    """She asked for a correction, or was answered."""
    return Fact(
        kind=f"correction.{happened}",
        at=at,
        place_id=row.place_id,
        by_id=by.person_id,
        person_id=row.person_id,
        data={"correction": str(row.id), "group": row.group},
    )
