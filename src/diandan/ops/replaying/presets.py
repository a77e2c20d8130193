"""预设: bench/replay/*.toml read into a world; a preset may extend another file beside it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from diandan.config import env
from diandan.engine.replay.world import World, WorldTrouble, world

NAMES = ("high", "middle", "low")


def folder() -> Path:
    """Where the committed presets stand."""
    return env.root() / "bench" / "replay"


def preset(name: str, district: str) -> World:
    """A committed preset by name, or any file by its path."""
    path = folder() / f"{name}.toml" if name in NAMES else Path(name)
    return world(_read(path), district)


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as trouble:
        raise WorldTrouble(f"{path.name}: {trouble}") from None
    base = raw.pop("extends", None)
    return (_read(path.parent / base) | raw) if base else raw
