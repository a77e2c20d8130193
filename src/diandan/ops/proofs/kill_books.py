"""账本不丢: `diandan prove kill_books`, two hundred kills while points are redeemed and posted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from diandan.ops.killing import books

HELP = "兑换和入账时杀进程二百次:回答过的不丢、不重,books check 干净"
ROUNDS, SEED = 200, 20261122


def run(tell: Callable[[str], None]) -> tuple[bool, dict[str, Any]]:
    """Whether nothing was lost or doubled and the books are clean, and the figures."""
    tell(f"{ROUNDS} 次,在随机时刻杀网页进程和后台工人(约十五分钟)…")
    figures = books.run(ROUNDS, SEED)
    for wrong in figures.get("wrong", [figures.get("trouble", "")]):
        tell(f"✗ {wrong}")
    tell(
        f"兑换 {figures.get('acknowledged_orders')} 张,断线 {figures.get('broken_connections')},"
        f"杀掉 {figures.get('processes_killed')} 个进程,账:{figures.get('books_check')}"
    )
    return bool(figures["ok"]), figures
