"""心跳: which background processes are alive, for `/health` and for `diandan status`."""

from __future__ import annotations

from datetime import datetime, timedelta

from .models import Pulse

#: A process says so often that it lives, and is taken for dead after so long a silence.
EVERY, SILENT_AFTER = timedelta(seconds=3), timedelta(seconds=15)


def beat(name: str, at: datetime, *, is_first: bool = False) -> None:
    """Say that the process `name` lives, no more often than `EVERY`; at its start, always."""
    if not is_first and Pulse.objects.filter(name=name, at__gt=at - EVERY, at__lte=at).exists():
        return
    Pulse.objects.update_or_create(name=name, defaults={"at": at})


def alive(at: datetime) -> dict[str, bool]:
    """Name → whether it has been heard of lately."""
    return {row.name: abs(at - row.at) <= SILENT_AFTER for row in Pulse.objects.order_by("name")}
