"""说法: a sentence as code + template + values, so that a page can say it in its own language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Value = str | int


@dataclass(frozen=True, slots=True)
class Said:
    """`template` is the Chinese source text; `code` and `values` are what a translation needs."""

    code: str
    template: str
    values: Mapping[str, Value]

    @property
    def text(self) -> str:
        """The Chinese sentence."""
        return self.template.format(**self.values)

    def row(self) -> dict[str, Any]:
        """For JSON."""
        return {"code": self.code, "values": dict(self.values), "text": self.text}


def tenths(value: int, unit: int) -> str:
    """value / unit with at most one decimal, half away from zero: 3200 / 1000 → "3.2"."""
    sign = "-" if value < 0 else ""
    whole, rest = divmod((abs(value) * 10 + unit // 2) // unit, 10)
    return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}"


def listed(codes: frozenset[str] | set[str]) -> str:
    """Codes in a stable order."""
    return "、".join(sorted(codes))
