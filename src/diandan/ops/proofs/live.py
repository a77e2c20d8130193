"""实况: `diandan prove live`, the whole house at a hundred times a month's speed, on this machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from diandan.ops.living import live

HELP = "百倍速的点单流:第一份邀约 2 秒内发出(进程被杀的那几秒也算),五十人抢一单只有一队接到,派单进程被杀后方案不变"


def run(tell: Callable[[str], None]) -> tuple[bool, dict[str, Any]]:
    """Whether every aim is met, and the figures."""
    tell(f"{live.SECONDS:.0f} 秒的点单流,每张单五十人抢(约六分钟)…")
    figures = live.run()
    if "trouble" in figures:
        tell(f"✗ {figures['trouble']}")
        return False, figures
    for name, held in figures["holds"].items():
        tell(f"{'✓' if held else '✗'} {name}")
    tell(f"下单到第一份邀约(秒){figures['seconds_from_answer_to_first_offer']}")
    dead = figures["of_them_while_the_process_was_dead"]
    tell(f"其中进程被杀的那几秒里下的单(秒){dead}")
    tell(f"这台机器自己停顿最久(秒,第几秒){figures['the_machine_stood_still']}")
    tell(f"派单进程从启动到就绪(秒){figures['seconds_from_start_to_ready']}")
    return bool(figures["ok"]), figures
