"""工作日的早上: the clock of an invented place, turned so that it is a working morning there.

What people are told waits out their quiet hours, so a proof or a story that was started at night
would see nothing sent before seven. Each begins on a morning, at whatever hour it is run.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path

from diandan.kit.clock import SHANGHAI

#: A Tuesday when everybody is at work: offers and promises run as on any working day.
WEEKDAY, HOUR, MINUTE = 2, 9, 20


def until_morning() -> timedelta:
    """From now to the next Tuesday, 9:20 in Shanghai."""
    real = datetime.fromtimestamp(time.time(), SHANGHAI)
    morning = real.replace(hour=HOUR, minute=MINUTE, second=0, microsecond=0)
    days = (WEEKDAY - 1 - morning.weekday()) % 7
    return morning + timedelta(days=days or 7) - real


def on_a_morning(folder: str | Path) -> dict[str, str]:
    """The variables of a place whose clock stands in `folder`, turned to the next such morning.

    A clock may be turned in an invented place alone, so DIANDAN_DEMO is among them.
    """
    clock = Path(folder) / "clock"
    clock.write_text(f"{until_morning().total_seconds()}")
    return {"DIANDAN_DEMO": "1", "DIANDAN_CLOCK_FILE": str(clock)}
