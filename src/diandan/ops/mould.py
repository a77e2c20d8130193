"""模子: a database with this source's tables and nothing in it, from which others are cast.

A story, a proof and every run of the tests need fresh tables; applying a hundred migrations takes
half a minute, copying their result a blink. The mould's name holds a digest of the migrations: when
one changes, a new mould is made and the old one thrown out.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import psycopg
from psycopg import sql

import diandan

from .house import MIGRATING, Trouble, beside

NAMED = "diandan_mould_"
LOCK = MIGRATING + 2


def ready_mould(base: str) -> str:
    """The mould's name on the server at `base`; made first where there is none yet."""
    name = NAMED + _digest()
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        _make(connection, base, name)
    return name


def cast(base: str, name: str) -> str:
    """A fresh database `name` with all tables, in place of one of that name; its address."""
    with psycopg.connect(base, autocommit=True) as connection:
        # Held until it is cast: another command may be throwing old moulds out.
        connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        mould = NAMED + _digest()
        _make(connection, base, mould)
        words = {"name": sql.Identifier(name), "mould": sql.Identifier(mould)}
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {name} WITH (FORCE)").format(**words))
        connection.execute(sql.SQL("CREATE DATABASE {name} TEMPLATE {mould}").format(**words))
    return beside(base, name)


def _make(connection: psycopg.Connection, base: str, name: str) -> None:
    there = {
        row[0]
        for row in connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (NAMED,)
        )
    }
    if name in there:
        return
    for old in there:
        connection.execute(
            sql.SQL("DROP DATABASE {old} WITH (FORCE)").format(old=sql.Identifier(old))
        )
    raw = name + "_raw"
    words = {"raw": sql.Identifier(raw), "name": sql.Identifier(name)}
    connection.execute(sql.SQL("CREATE DATABASE {raw}").format(**words))
    _migrate(beside(base, raw))
    connection.execute(sql.SQL("ALTER DATABASE {raw} RENAME TO {name}").format(**words))
    # Nobody works in a mould, and one that somebody works in cannot be cast from.
    connection.execute(sql.SQL("ALTER DATABASE {name} ALLOW_CONNECTIONS false").format(**words))


def _migrate(address: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity", "0"],
        env={
            **os.environ,
            "DATABASE_URL": address,
            "DJANGO_SETTINGS_MODULE": "diandan.config.settings",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Trouble(f"建不出数据库的表 (the tables cannot be made):{done.stderr[-2000:]}")


def _digest() -> str:
    """Of every migration of ours, by path and content."""
    root = Path(diandan.__file__).parent
    found = hashlib.sha256()
    for file in sorted(root.rglob("migrations/*.py")):
        found.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes())
    return found.hexdigest()[:12]
