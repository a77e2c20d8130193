"""签名: a Data Integrity proof (W3C VC-DI-EDDSA, `eddsa-rdfc-2022`) under a document."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from .multikey import base58, method_of, public_multikey
from .quads import canonical

SUITE = "eddsa-rdfc-2022"


def moment(at: datetime) -> str:
    """A moment as credentials write it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def signed(document: Mapping[str, Any], key: Ed25519PrivateKey, at: datetime) -> dict[str, Any]:
    """`document` with a proof by `key`."""
    public = public_multikey(key.public_key().public_bytes_raw())
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": moment(at),
        "verificationMethod": method_of(public),
        "proofPurpose": "assertionMethod",
    }
    data = _digest(options) + _digest(document)
    return {**document, "proof": {**options, "proofValue": base58(key.sign(data))}}


def _digest(document: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(canonical(document).encode()).digest()
