"""规则预设: rules that differ from place to place are files; a centre picks one of them.

A room that has such rules keeps the files in its `rules/` and says how one is read.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from .models import Place


class OfPlaces(Protocol):
    """Rules that say by slug which places they were written for."""

    @property
    def places(self) -> tuple[str, ...]:
        """Slugs of districts."""


Rules = TypeVar("Rules", bound=OfPlaces)


class Presets(Generic[Rules]):
    """The files of one folder. `setting`: the key under which a centre keeps its choice."""

    def __init__(
        self,
        folder: Path,
        read: Callable[[str, Mapping[str, Any]], Rules],
        *,
        setting: str,
        standard: str,
    ) -> None:
        self._folder, self._read = folder, read
        self._setting, self._standard = setting, standard

    @functools.cached_property
    def by_name(self) -> Mapping[str, Rules]:
        """Every preset. ValueError from `read` says what is wrong with a file."""
        return {
            path.stem: self._read(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
            for path in sorted(self._folder.glob("*.toml"))
        }

    def of(self, centre: Place) -> Rules:
        """What the centre chose, else the first that names it, else the standard one."""
        chosen = centre.settings.get(self._setting)
        if chosen in self.by_name:
            return self.by_name[chosen]
        named = [
            rules for rules in self.by_name.values() if centre.slug and centre.slug in rules.places
        ]
        return named[0] if named else self.by_name[self._standard]
