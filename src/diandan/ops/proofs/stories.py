"""十一地: every place's story, one after the other, each in its own throw-away database."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from diandan.ops.story import PLACES

HELP = "十一个地方的故事,一个接一个"
STORY_SECONDS_MAX = 180


def run(tell: Callable[[str], None]) -> tuple[bool, dict[str, Any]]:
    """Whether every row of every place holds, and what each observed."""
    figures: dict[str, Any] = {}
    good = True
    for place in PLACES:
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "diandan.ops.main", "story", place, "--json"],
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = round(time.monotonic() - began, 1)
        rows = json.loads(done.stdout)["rows"] if done.stdout.strip() else []
        ok = done.returncode == 0 and seconds <= STORY_SECONDS_MAX
        good = good and ok
        figures[place] = {"ok": ok, "seconds": seconds, "rows": rows}
        tell(f"{place}:{'全部走通' if ok else '没有走通'},{len(rows)} 行,{seconds} 秒")
        if not rows:
            figures[place]["said"] = done.stderr[-400:]
    return good, figures
