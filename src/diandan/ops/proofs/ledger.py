"""账本: `diandan prove ledger`, transfers a second beside plain UPDATEs and pgbench's TPC-B.

The bench stands in `bench/ledger` at the root of the repository. It runs on a database of its own
on this instance's server, which must wait for the disk (fsync on).
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from typing import Any

import psycopg

from diandan.config import env
from diandan.ops import house

HELP = "账本每秒记多少笔:与两条 UPDATE 和 pgbench 的 TPC-B 在同一台服务器上比(约三分钟)"


def run(tell: Callable[[str], None]) -> tuple[bool, dict[str, Any]]:
    """Whether ours is three times the plain UPDATEs and the books are clean, and the figures."""
    if str(env.root()) not in sys.path:
        sys.path.insert(0, str(env.root()))
    base, name = env.database_url(), f"diandan_ledger_{os.getpid()}"
    address = house.throw_away(name)
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" RESET synchronous_commit')
    os.environ["DATABASE_URL"] = address
    try:
        house.make_ready()
        from django.db import connections

        try:
            return _measured(address, tell)
        finally:
            connections.close_all()
    finally:
        house.throw_out(base, name)


def _measured(address: str, tell: Callable[[str], None]) -> tuple[bool, dict[str, Any]]:
    with psycopg.connect(address) as connection:
        row = connection.execute("SHOW fsync").fetchone()
    if row is None or row[0] != "on":
        return False, {"trouble": "fsync is off on this server: nothing is measured"}
    held, figures = importlib.import_module("bench.ledger.run").run(address, tell)
    return bool(held), figures
