"""一起杀: `diandan prove kill`, web workers and the background worker killed at seeded moments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from diandan.ops.killing import kill

HELP = "点单、接单时反复杀掉网页进程和后台工人:不丢、不重,自己赶上"
ROUNDS, ORDERS, SEED = 12, 4, 20261122


def run(tell: Callable[[str], None]) -> tuple[bool, dict[str, Any]]:
    """Whether nothing was lost or doubled, and the figures."""
    tell(f"{ROUNDS} 轮,每轮 {ORDERS} 张点单、在随机时刻杀进程(约五分钟)…")
    figures = kill.run(ROUNDS, ORDERS, SEED)
    for wrong in figures.get("wrong", [figures.get("trouble", "")]):
        tell(f"✗ {wrong}")
    tell(
        f"点单 {figures.get('requests')}/{figures.get('orders')},接单 {figures.get('accepted')},"
        f"断线 {figures.get('broken_connections')},必达短信 {figures.get('must_have_messages_sent')},"
        f"重发 {figures.get('sent_twice')},最后一次杀完 "
        f"{figures.get('seconds_to_rest_after_the_last_kill')} 秒后全部办完"
    )
    return bool(figures["ok"]), figures
