"""双积分: tables of the room dual_points."""

from __future__ import annotations
