"""凭证: judged by other people's programs, without a network and without our server."""

from __future__ import annotations

import copy
import json
from datetime import datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from diandan.kit.refusal import Refusal
from diandan.square.certificate.actions.credential import make_credential
from diandan.square.certificate.actions.handle import revoke
from diandan.square.certificate.actions.keys import rotate_key
from diandan.square.certificate.badge import FIELDS
from diandan.square.certificate.models import Credential, SigningKey, StatusList
from diandan.square.certificate.multikey import base58, did_of, public_multikey
from diandan.square.certificate.proof import signed
from diandan.square.certificate.quads import canonical
from diandan.square.certificate.status import address_of, issuers, signed_list
from tests.square.certificate_world import DAY, HOUSE, Certified, judge

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(at: datetime) -> Certified:
    return Certified(at)


def take(world: Certified, row: Any, *fields: str) -> dict[str, Any]:
    when = world.later + 8 * DAY
    return make_credential(
        certificate_id=row.id, fields=fields or FIELDS, house=HOUSE, at=when, by=world.by
    )


def lists(world: Certified) -> dict[str, Any]:
    when = world.later + 9 * DAY
    return {
        address_of(row.id, HOUSE): signed_list(row.id, house=HOUSE, at=when)
        for row in StatusList.objects.all()
    }


def test_others_programs_judge_it(world: Certified) -> None:
    row, now = world.valid(), world.later + 10 * DAY
    good = take(world, row)
    changed = copy.deepcopy(good)
    changed["credentialSubject"]["result"][0]["value"] = "100"
    proof = copy.deepcopy(good)
    letter = proof["proof"]["proofValue"][40]
    proof["proof"]["proofValue"] = (
        proof["proof"]["proofValue"][:40]
        + ("2" if letter != "2" else "3")
        + proof["proof"]["proofValue"][41:]
    )
    unsigned = {name: value for name, value in good.items() if name != "proof"}
    stranger = Ed25519PrivateKey.generate()
    stolen_name = signed(unsigned, stranger, now)
    own_did = did_of(public_multikey(stranger.public_key().public_bytes_raw()))
    own_name = {**unsigned, "issuer": {**unsigned["issuer"], "id": own_did}}
    own_name.pop("credentialStatus")
    cases = {
        "good": good,
        "changed": changed,
        "proof changed": proof,
        "foreign key": stolen_name,
        "foreign issuer": signed(own_name, stranger, now),
    }
    said = judge(cases, lists(world), issuers(), now)
    assert said["good"]["good"], said
    assert "Invalid signature" in said["changed"]["why"]
    assert "Invalid signature" in said["proof changed"]["why"]
    assert "must match" in said["foreign key"]["why"]
    assert "not in the list of issuers" in said["foreign issuer"]["why"]
    assert not any(said[name]["good"] for name in cases if name != "good")


def test_revoked_is_refused_with_a_copy_of_the_list(world: Certified) -> None:
    row, now = world.valid(), world.later + 10 * DAY
    first, second = take(world, row), take(world, row, "verified")
    revoke(certificate_id=row.id, why="hers", at=now, by=world.by)
    again = world.valid()
    third = take(world, again, "declared")
    cases = {"first": first, "second": second, "third": third}
    said = judge(cases, lists(world), issuers(), now)
    assert [said[name]["good"] for name in cases] == [False, False, True]
    assert "revoked" in said["first"]["why"]
    with pytest.raises(Refusal, match="not_valid"):
        take(world, row)


def test_a_list_that_was_changed_is_refused(world: Certified) -> None:
    row, now = world.valid(), world.later + 10 * DAY
    good = take(world, row)
    forged = lists(world)
    address, kept = next(iter(forged.items()))
    revoke(certificate_id=row.id, why="hers", at=now, by=world.by)
    newer = lists(world)[address]
    newer["credentialSubject"]["encodedList"] = kept["credentialSubject"]["encodedList"]
    said = judge({"good": good}, {address: newer}, issuers(), now)
    assert not said["good"]["good"]


def test_only_the_chosen_fields_are_in_it(world: Certified) -> None:
    row = world.valid()
    text = json.dumps(take(world, row, "verified"), ensure_ascii=False)
    volunteer = world.her.volunteer.number
    for hidden in ("王强", volunteer, row.number, "上门理发", "activityStartDate", '"0.5"'):
        assert hidden not in text, hidden
    assert "王强" in json.dumps(take(world, row, "verified", "name"), ensure_ascii=False)
    with pytest.raises(Refusal, match="fields_needed"):
        take(world, row, "name")


def test_we_keep_no_copy_and_no_name(world: Certified) -> None:
    take(world, world.valid())
    kept = Credential.objects.values().get()
    assert set(kept) == {
        "id", "certificate_id", "listed_id", "bit", "fields", "made_at", "revoked_at",
    }  # fmt: skip
    key = SigningKey.objects.get()
    assert b"-----" not in bytes(key.sealed)
    assert len(bytes(key.sealed)) == 12 + 64 + 16, "sealed: nonce, key in hex, tag"


def test_a_replaced_key_leaves_its_credentials_good(world: Certified) -> None:
    row, now = world.valid(), world.later + 10 * DAY
    old = take(world, row)
    rotate_key(issuer=world.issuer, at=now, by=world.signs)
    new = take(world, row)
    assert old["issuer"]["id"] != new["issuer"]["id"]
    said = judge({"old": old, "new": new}, lists(world), issuers(), now)
    assert said["old"]["good"], said
    assert said["new"]["good"], said
    rotate_key(issuer=world.issuer, at=now, by=world.signs, leaked=True)
    said = judge({"old": old, "new": new}, lists(world), issuers(), now)
    assert (said["old"]["good"], said["new"]["good"]) == (True, False)


def test_it_is_free_of_the_network_and_of_terms_nobody_knows() -> None:
    with pytest.raises(KeyError):
        canonical({"id": "urn:x", "type": ["VerifiableCredential"], "price": "1"})
    assert base58(b"\0\0\1") == "z112"
    assert canonical({"id": "urn:x", "name": 'a"\n\\'}) == (
        '<urn:x> <https://schema.org/name> "a\\"\\n\\\\" .\n'
    )
