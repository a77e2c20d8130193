"""A certificate, an entry and a correction in each street, for the matrix of addresses."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from diandan.ground.people import vault
from diandan.ground.people.merging import MergeCase
from diandan.ground.people.models import Role
from diandan.square.certificate.actions.keys import issuer_at, key_of, list_of
from diandan.square.certificate.models import Certificate, CorrectionAsked, Entry
from diandan.square.certificate.outside import Brought, OutsideRow
from tests import factories as make


def record_things(street: Any, at: datetime) -> dict[str, Any]:
    """One of everything of the room that has an address, about the street's volunteer."""
    her, station = street.people["volunteer"], street.station
    issuer = issuer_at(station, at)
    number = f"ZM2026-{station.id}-00001"
    certificate = Certificate.objects.create(
        person=her,
        issuer=issuer,
        state="revoked",
        number=number,
        register_number=1,
        check_code="ABCDE12345",
        from_on=at.date(),
        until_on=at.date(),
        applied_at=at,
        note_enc=vault.seal(her.wrapped_key, street.words),
    )
    entry = Entry.objects.create(
        person=her,
        place=station,
        kind="training",
        on=at.date(),
        title_enc=vault.seal(her.wrapped_key, street.words),
        entered_by=street.people[Role.ADMIN],
        entered_at=at,
    )
    correction = CorrectionAsked.objects.create(
        person=her,
        place=station,
        group="service",
        text_enc=vault.seal(her.wrapped_key, street.words),
        asked_at=at,
    )
    return {
        **_brought_and_joined(street, at),
        "certificate_id": certificate.id,
        "entry_id": entry.id,
        "correction_id": correction.id,
        "list_id": list_of(key_of(issuer, at), at).id,
        "number": number,
        "code": "ABCDE12345",
        "group": "service",
    }


def _brought_and_joined(street: Any, at: datetime) -> dict[str, Any]:
    """A row of another system about the street's volunteer, and a second record said to be hers."""
    her, station = street.people["volunteer"], street.station
    twin = make.volunteer(f"副本{street.mark}", station)
    case = MergeCase.objects.create(
        kept=her,
        gone=twin,
        place=station,
        why_enc=vault.seal(her.wrapped_key, street.words),
        proposed_by=street.people[Role.DISPATCHER],
        proposed_at=at,
    )
    brought = Brought.objects.create(
        centre=station, group="service", source="外地", by=street.people[Role.ADMIN], at=at
    )
    outside = OutsideRow.objects.create(
        brought=brought,
        person=her,
        on=at.date(),
        minutes=60,
        words_enc=vault.seal(her.wrapped_key, json.dumps({"content": street.words})),
        key=f"key-{street.mark}",
    )
    return {"row_id": outside.id, "merge_case_id": case.id}
