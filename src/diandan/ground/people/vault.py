"""Encryption at rest: a data key for each person, wrapped by a master key outside the database.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce in front of each ciphertext; search keys
are HMAC-SHA-256 with a key derived from the master key, so that equal phones meet without being
readable. Destroying a person's wrapped key forgets every string sealed with it.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import os
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12
Stored = bytes | memoryview


@functools.cache
def _master() -> bytes:
    path = Path(settings.DIANDAN_KEY_FILE)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(handle, "wb") as file:
                file.write(os.urandom(32).hex().encode())
    return bytes.fromhex(path.read_text().strip())


def _search_key() -> bytes:
    return hmac.digest(_master(), b"diandan search keys v1", "sha256")


def new_key() -> bytes:
    """A fresh data key, wrapped: what a new person's row holds."""
    return _seal(_master(), AESGCM.generate_key(256), b"key")


def seal(wrapped_key: Stored, text: str) -> bytes:
    """`text` encrypted with the person's key; empty stays empty."""
    return _seal(_open(_master(), wrapped_key, b"key"), text.encode(), b"text") if text else b""


def unseal(wrapped_key: Stored, sealed: Stored) -> str:
    """The text again; empty when nothing was kept or the person has been forgotten."""
    if not sealed or not wrapped_key:
        return ""
    return _open(_open(_master(), wrapped_key, b"key"), sealed, b"text").decode()


def search_hash(text: str) -> str:
    """A keyed hash for exact look-up of a phone, a name or a code (hex, 64 characters)."""
    return hmac.new(_search_key(), text.encode(), hashlib.sha256).hexdigest()


def phone_key(phone: str) -> str:
    """Where an E.164 phone is found; empty for no phone."""
    return search_hash(f"phone:{phone}") if phone else ""


def name_key(name: str) -> str:
    """Where a whole cleaned name is found; empty for no name."""
    return search_hash(f"name:{name}") if name else ""


def _seal(key: bytes, plain: bytes, about: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, about)


def _open(key: bytes, sealed: Stored, about: bytes) -> bytes:
    raw = bytes(sealed)
    return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], about)
