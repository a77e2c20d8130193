"""密钥的写法: Ed25519 keys as Multikey and did:key, and base58 (the letters of multibase `z`)."""

from __future__ import annotations

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ED25519 = b"\xed\x01"  # multicodec ed25519-pub
BASE = len(ALPHABET)


def base58(raw: bytes) -> str:
    """`raw` in base58btc, multibase letter `z` in front."""
    number, out = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, BASE)
        out = ALPHABET[digit] + out
    return "z" + ALPHABET[0] * (len(raw) - len(raw.lstrip(b"\0"))) + out


def public_multikey(raw: bytes) -> str:
    """An Ed25519 public key of 32 bytes as Multikey text (z6Mk…)."""
    return base58(ED25519 + raw)


def did_of(public: str) -> str:
    """The issuer's name: the key itself, so that nobody must be asked (did:key)."""
    return f"did:key:{public}"


def method_of(public: str) -> str:
    """The verification method of that name."""
    return f"{did_of(public)}#{public}"
