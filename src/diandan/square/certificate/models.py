"""记录证明: tables of the room certificate."""

from __future__ import annotations
