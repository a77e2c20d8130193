"""The one clock. Only doors, the worker and commands call `now()`; below, `at` is a parameter.

A story lives a month in minutes: it names a file in DIANDAN_CLOCK_FILE that holds the number of
seconds to add, and moves it forward. The file is read only in a demo or story instance, so a
real centre's clock cannot be turned.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present moment in UTC, shifted by the story clock when one is set."""
    real = datetime.now(UTC)
    name = os.environ.get("DIANDAN_CLOCK_FILE", "")
    if not name or os.environ.get("DIANDAN_DEMO") != "1":
        return real
    try:
        return real + timedelta(seconds=float(Path(name).read_text() or 0))
    except FileNotFoundError:
        return real
