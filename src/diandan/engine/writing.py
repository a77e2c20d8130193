"""写题: a problem as JSON, the exact way back from `problem.read`; defaults are left out."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields
from typing import Any

from diandan.engine.problem import FORMAT, KIND, VERSION, Problem


def write(problem: Problem) -> dict[str, Any]:
    """The problem's document."""
    return {"format": FORMAT, "version": VERSION, "kind": KIND, **_plain(problem)}


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "__dataclass_fields__"):
        return {
            field.name: _field(field.name, getattr(value, field.name))
            for field in fields(value)
            if getattr(value, field.name) != _usual(field)
        }
    return value


def _field(name: str, value: Any) -> Any:
    if name == "qualifications" and isinstance(value, tuple):
        return dict(value)
    return _plain(value)


def _usual(field: Field[Any]) -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default
