"""通道: the ways a message leaves the house, one module each."""

from __future__ import annotations

from .choose import adapters

__all__ = ["adapters"]
