"""围栏: how near a venue counts as there; compared on the phone, never here.

The radius is the place's own setting `fence_m`, else 300 m (志愿汇 uses 300 to 500 m; below that
a phone indoors is wrong as often as right).
"""

from __future__ import annotations

from dataclasses import dataclass

from diandan.ground.places.models import Place

RADIUS_M = 300


@dataclass(frozen=True, slots=True)
class Fence:
    """A venue's point and radius, public already on its own page."""

    lat: float
    lon: float
    radius: int
    place: str


def fence_of(place: Place) -> Fence | None:
    """The venue's fence; None where its position is unknown."""
    if place.lat is None or place.lon is None:
        return None
    said = place.settings.get("fence_m")
    radius = said if isinstance(said, int) and said > 0 else RADIUS_M
    return Fence(place.lat, place.lon, radius, place.name)
