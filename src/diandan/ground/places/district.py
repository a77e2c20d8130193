"""示范地: what a demo place's TOML file says about it, read and checked."""

from __future__ import annotations

import importlib.resources
import tomllib
from dataclasses import dataclass
from typing import Any

from .models import Kind
from .scatter import Position

SLUGS = (
    "jiangning",
    "suzhou",
    "taixing",
    "hongta",
    "qindu",
    "jian",
    "chengde",
    "xiyang",
    "shexian",
    "baiyintala",
    "daxing",
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number the article gives: how many of what (None: sites of all kinds), in its words."""

    kind: Kind | None
    count: int
    words: str


@dataclass(frozen=True, slots=True)
class Extra:
    """A place that the divisions do not hold. `source` says who named it: material or demo.

    `under` is a town's name, "*" for each town (`{under}` in the name is then the town's), or
    empty for the centre.
    """

    kind: Kind
    name: str
    source: str
    under: str = ""
    platform: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CenterSite:
    """A county whose centre is grown: only its `streets` (names) when that list is not empty."""

    code: str
    slug: str
    name: str
    position: Position
    streets: tuple[str, ...]
    outline: str
    reach_km: float


@dataclass(frozen=True, slots=True)
class District:
    """One demo place: its centres, what its article counted, and what else it names."""

    slug: str
    name: str
    city_code: str
    centers: tuple[CenterSite, ...]
    material: dict[str, str]
    figures: tuple[Figure, ...]
    extras: tuple[Extra, ...]
    marks: dict[str, str]
    grids: int
    notes: tuple[str, ...]


def read_district(slug: str) -> District:
    """The district's file, as values. KeyError or ValueError tell what is wrong with a file."""
    if slug not in SLUGS:
        raise KeyError(slug)
    file = importlib.resources.files(__package__) / "districts" / f"{slug}.toml"
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    return District(
        slug=slug,
        name=raw["name"],
        city_code=raw.get("city_code", ""),
        centers=tuple(_center(c, slug, bool(raw.get("city_code"))) for c in raw["center"]),
        material=raw["material"],
        figures=tuple(
            Figure(None if f["kind"] == "all" else Kind(f["kind"]), f["count"], f["words"])
            for f in raw.get("figure", [])
        ),
        extras=tuple(e for group in raw.get("extra", []) for e in _extras(group)),
        marks=raw.get("marks", {}),
        grids=raw.get("grids", 0),
        notes=tuple(raw.get("notes", [])),
    )


def _center(raw: dict[str, Any], slug: str, in_city: bool) -> CenterSite:
    return CenterSite(
        code=raw["code"],
        slug=raw["slug"] if in_city else slug,
        name=raw["name"],
        position=Position(*raw["position"]),
        streets=tuple(raw.get("streets", [])),
        outline=raw.get("outline", raw["code"]),
        reach_km=raw.get("reach_km", 0.0),
    )


def _extras(group: dict[str, Any]) -> list[Extra]:
    return [
        Extra(
            kind=Kind(group["kind"]),
            name=name,
            source=group["source"],
            under=group.get("under", ""),
            platform=name if group["kind"].endswith("platform") else "",
            note=group.get("note", ""),
        )
        for name in group["names"]
    ]
