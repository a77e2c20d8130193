"""读题: JSON becomes typed values; whatever is wrong is told in one sentence naming field and value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from diandan.kit.refusal import Refusal

#: Coordinates, costs and minutes stay below this, so that sums of thousands fit 64 bits.
LARGEST = 10**15
SHOWN = 60


class ProblemFault(Refusal):
    """The problem (or plan) cannot be read; the sentence names the field and the value."""

    def __init__(self, field: str, value: object, wish: str) -> None:
        shown = repr(value)
        shown = shown if len(shown) <= SHOWN else shown[:SHOWN] + "…"
        super().__init__("bad_problem", f"{field} 是 {shown}:{wish}", field=field)


class Reader:
    """One JSON object, read field by field; `end` complains about fields nobody asked for."""

    __slots__ = ("asked", "path", "values")

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, Mapping):
            raise ProblemFault(path or "题目", value, "应为对象")
        self.values: Mapping[str, Any] = value
        self.path = path
        self.asked: set[str] = set()

    def name(self, field: str) -> str:
        """The field's full name, as a person would point at it."""
        return f"{self.path}.{field}" if self.path else field

    def get(self, field: str) -> Any:
        """The raw value, None when absent."""
        self.asked.add(field)
        return self.values.get(field)

    def end(self) -> None:
        """Complain about a field that does not exist: most likely a slip of the pen."""
        for field, value in self.values.items():
            if field not in self.asked:
                raise ProblemFault(self.name(field), value, "没有这个字段")

    def whole(self, field: str, default: int | None, low: int = 0, high: int = LARGEST) -> int:
        """An integer; `default` None means it must be there."""
        value = self.get(field)
        if value is None and default is not None:
            return default
        return whole(value, self.name(field), low, high)

    def maybe(self, field: str, low: int = 0, high: int = LARGEST) -> int | None:
        """An integer, or None when not known."""
        value = self.get(field)
        return None if value is None else whole(value, self.name(field), low, high)

    def flag(self, field: str, default: bool = False) -> bool:
        """True or false."""
        value = self.get(field)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise ProblemFault(self.name(field), value, "应为 true 或 false")
        return value

    def word(self, field: str, default: str | None = None, among: Sequence[str] = ()) -> str:
        """A text; with `among`, one of these."""
        value = self.get(field)
        if value is None and default is not None:
            return default
        said = text(value, self.name(field))
        if among and said not in among:
            raise ProblemFault(self.name(field), value, f"应为 {'、'.join(among)} 之一")
        return said

    def words(self, field: str) -> frozenset[str]:
        """A list of texts; absent is empty."""
        rows = self.rows(field)
        return frozenset(text(row, f"{self.name(field)}[{at}]") for at, row in enumerate(rows))

    def rows(self, field: str) -> Sequence[Any]:
        """A list; absent is empty."""
        value = self.get(field)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise ProblemFault(self.name(field), value, "应为列表")
        return value

    def spans(self, field: str) -> tuple[tuple[int, int], ...] | None:
        """A list of [from, until]; sorted, touching ones joined. None when absent."""
        if self.get(field) is None:
            return None
        found = []
        for at, row in enumerate(self.rows(field)):
            found.append(two(row, f"{self.name(field)}[{at}]"))
        return joined(found)


def whole(value: object, name: str, low: int = -LARGEST, high: int = LARGEST) -> int:
    """An integer within bounds (true and 3.0 are not integers here)."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ProblemFault(name, value, "应为整数")
    if not low <= value <= high:
        raise ProblemFault(name, value, f"应在 {low} 到 {high} 之间")
    return value


def text(value: object, name: str) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value:
        raise ProblemFault(name, value, "应为非空文字")
    return value


def two(value: object, name: str) -> tuple[int, int]:
    """[from, until] in whole minutes, from before until."""
    if not isinstance(value, list) or len(value) != 2:
        raise ProblemFault(name, value, "应为 [起, 止] 两个整数")
    since, until = whole(value[0], name), whole(value[1], name)
    if since >= until:
        raise ProblemFault(name, value, "起应早于止")
    return since, until


def joined(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The same minutes as disjoint spans in order."""
    found: list[tuple[int, int]] = []
    for since, until in sorted(spans):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(until, found[-1][1]))
        else:
            found.append((since, until))
    return tuple(found)
