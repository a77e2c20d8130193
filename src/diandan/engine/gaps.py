"""空档: the earliest stretch of free minutes in a window, around what is busy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Span = tuple[int, int]


def without(free: Iterable[Span], busy: Sequence[Span]) -> list[Span]:
    """`free` with every busy minute cut out."""
    rest = list(free)
    for since, until in busy:
        cut = []
        for a, b in rest:
            if until <= a or b <= since:
                cut.append((a, b))
                continue
            if a < since:
                cut.append((a, since))
            if until < b:
                cut.append((until, b))
        rest = cut
    return rest


def earliest(
    free: Sequence[Span] | None, busy: Sequence[Span], window: Span, minutes: int
) -> int | None:
    """Where the first `minutes` in a row begin; None when there is no such stretch."""
    opens, shuts = window
    spans = [window] if free is None else free
    within = [(max(a, opens), min(b, shuts)) for a, b in spans if a < shuts and opens < b]
    if busy:
        within = without(within, busy)
    starts = [a for a, b in within if b - a >= minutes]
    return min(starts) if starts else None
