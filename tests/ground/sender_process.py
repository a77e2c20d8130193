"""A real sender in a process of its own, for `test_notify_killed.py` to kill in mid-sending.

Its adapters are the real file and console ones, slowed before and after the moment of sending so
that a kill falls on every side of it.
"""

from __future__ import annotations

import io
import os
import random
import sys
import time
from datetime import datetime
from pathlib import Path

import django

django.setup()

from diandan.ground.notify.actions.send import send_due  # noqa: E402
from diandan.ground.notify.adapters.base import Adapter, Parcel  # noqa: E402
from diandan.ground.notify.adapters.local import ConsoleAdapter, FileAdapter  # noqa: E402


class Slow:
    """The adapter inside, with a pause before and after."""

    def __init__(self, inside: Adapter) -> None:
        self.inside = inside

    def send(self, parcel: Parcel) -> str:
        time.sleep(random.uniform(0, 0.012))
        said = self.inside.send(parcel)
        time.sleep(random.uniform(0, 0.012))
        return said

    def was_sent(self, parcel: Parcel) -> bool | None:
        return self.inside.was_sent(parcel)


def main() -> None:
    folder, at = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
    ways = {
        "sms": Slow(ConsoleAdapter(folder / "console.log", io.StringIO())),
        "file": Slow(FileAdapter(folder / "files")),
    }
    os.write(1, b"ready\n")
    while send_due(at=at, adapters=ways, limit=20):
        pass
    os.write(1, b"done\n")


main()
