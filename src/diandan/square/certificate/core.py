"""记录证明: pure arithmetic and wording: numbers, check codes, how hours and names are written."""

from __future__ import annotations

from .badge import hours

#: What the public check page may show; she chooses.
SHOWN = ("name", "hours", "period", "services")
SHOWN_AT_FIRST = ("name", "hours", "period")


def number_of(year: int, place_id: int, register_number: int) -> str:
    """志愿服务记录证明编号: year, the issuer's own number, its place in the register."""
    return f"ZM{year}-{place_id}-{register_number:05d}"


def clean_code(text: str) -> str:
    """A check code as it was meant: capitals, no blanks, O for nought and I for one forgiven."""
    kept = "".join(char for char in text.upper() if char.isalnum())
    return kept.replace("O", "0").replace("I", "1").replace("L", "1")


__all__ = ["SHOWN", "SHOWN_AT_FIRST", "clean_code", "hours", "number_of"]
