"""备份的样子: what a backup consists of, and the tools that write and read it.

A backup is one file: PostgreSQL's own custom format with a line of facts in front, so that a
restore can say what it is about to put back. The key file is never in it: whoever finds a backup
can read no name. The list of who was erased is not in it either: it must be newer than it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from diandan.config import env, postgres

from . import house

MAGIC = b"DIANDAN-BACKUP-1\n"
LINE_MAX = 4096
PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Facts:
    """What a backup says of itself."""

    made_at: str
    database: str
    migrations: int
    erased: int
    key: str
    digest: str


def tool(name: str) -> str:
    """pg_dump or pg_restore: of the embedded server, else of the system."""
    found = postgres.program(name) or shutil.which(name)
    if not found:
        raise house.Trouble(
            f"没有找到 {name}。请安装 PostgreSQL 客户端后再试 (install the PostgreSQL client)。"
        )
    return str(found)


def surroundings(address: str) -> Mapping[str, str]:
    """How a PostgreSQL tool finds the database, without a password on its command line."""
    parts = conninfo_to_dict(address)
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
    told = {names[k]: str(v) for k, v in parts.items() if k in names and v is not None}
    return {**os.environ, **told, "PGDATABASE": str(parts.get("dbname") or "postgres")}


def run(words: list[str], address: str, what: str) -> None:
    """One tool; its own words when it fails."""
    done = subprocess.run(
        words, env=dict(surroundings(address)), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise house.Trouble(f"{what}没有做成 ({Path(words[0]).name} failed):{done.stderr.strip()}")


def key_mark() -> str:
    """Which master key the backup needs: a digest that does not give it away."""
    from django.conf import settings

    raw = Path(settings.DIANDAN_KEY_FILE).read_bytes().strip()
    return hashlib.sha256(b"diandan key mark v1" + raw).hexdigest()[:16]


def digest_of(path: Path, skip: int = 0) -> str:
    """SHA-256 of a file from `skip` on."""
    total = hashlib.sha256()
    with path.open("rb") as file:
        file.seek(skip)
        while piece := file.read(PIECE):
            total.update(piece)
    return total.hexdigest()


def pack(dump: Path, facts: Facts, to: Path) -> None:
    """Head and dump as one file; whole or not there at all."""
    beside = to.with_name(f".{to.name}.part")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out, dump.open("rb") as raw:
        out.write(MAGIC + json.dumps(asdict(facts)).encode() + b"\n")
        shutil.copyfileobj(raw, out, PIECE)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(to)


def unpack(file: Path, dump: Path) -> Facts:
    """The dump taken out of a backup, and its facts; refuses what is not whole."""
    try:
        with file.open("rb") as raw:
            if raw.read(len(MAGIC)) != MAGIC:
                raise house.Trouble(f"{file} 不是点单的备份 (not a backup of diandan)。")
            facts = Facts(**json.loads(raw.readline(LINE_MAX)))
            with dump.open("wb") as out:
                shutil.copyfileobj(raw, out, PIECE)
    except (OSError, ValueError, TypeError) as trouble:
        raise house.Trouble(f"备份读不了 (cannot read the backup):{trouble}") from None
    if digest_of(dump) != facts.digest:
        raise house.Trouble(f"{file} 不完整或被改过,没有恢复任何东西 (damaged; nothing restored)。")
    return facts


def address() -> str:
    """The database of this house."""
    return env.database_url()
