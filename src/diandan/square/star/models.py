"""星级: tables of the room star."""

from __future__ import annotations
