"""积分兑换: tables of the room mall."""

from __future__ import annotations
