"""抢单: `diandan prove racers`, 200 leaders and one offer, with a server process killed midway."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from diandan.ops.racing import race

HELP = "200 位队长同时抢一张单,只有一支队伍接到;中途杀掉一个服务进程再来一次"
RACERS = 200


def run(tell: Callable[[str], None]) -> tuple[bool, dict[str, Any]]:
    """Whether one won and 199 were told so with what else there is, twice; and the figures."""
    tell(f"{RACERS} 位队长同时接一张单,两轮(约一分钟)…")
    figures = race.run(RACERS)
    for name, words in (("plain", "照常"), ("killed", "杀掉一个服务进程")):
        found = figures.get(name, {})
        tell(
            f"{words}:接到 {found.get('yes')},被告知并看到别的单 "
            f"{found.get('no_with_what_else')},断线重发 {found.get('broken_connections')}"
        )
    return bool(figures["ok"]), figures
