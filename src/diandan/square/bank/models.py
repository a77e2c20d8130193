"""时间银行: tables of the room bank."""

from __future__ import annotations
