"""Distances on the earth, and how times and distances are said."""

from __future__ import annotations

import math
from datetime import datetime

from .clock import SHANGHAI

EARTH_RADIUS_M = 6_371_008.8


def distance_m(lat1: float, lon1: float, lat2: float, lon2: float) -> int:
    """Great-circle distance in metres between two WGS-84 points (haversine)."""
    p1, p2 = math.radians(lat1), math.radians(lat2)
    dp, dl = p2 - p1, math.radians(lon2 - lon1)
    a = math.sin(dp / 2) ** 2 + math.cos(p1) * math.cos(p2) * math.sin(dl / 2) ** 2
    return round(2 * EARTH_RADIUS_M * math.asin(math.sqrt(a)))


def local(at: datetime) -> datetime:
    """`at` as Asia/Shanghai wall time."""
    return at.astimezone(SHANGHAI)
