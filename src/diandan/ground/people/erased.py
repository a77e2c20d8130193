"""删除名单: who was forgotten, kept beside the key file and outside the database.

A backup is older than what was erased after it. The list is not in the backup, so it can be
replayed over it before anybody reads. It holds ids and moments alone; each line carries the digest
of the line before, so that a line taken out shows.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

NAME = "erased.list"
START = "0" * 64


class ListTrouble(RuntimeError):
    """The list was changed: a line is missing or is not the one that was written."""


def path() -> Path:
    """Where the list is: in the folder of the master key."""
    return Path(settings.DIANDAN_KEY_FILE).with_name(NAME)


def erased() -> dict[UUID, str]:
    """Everybody on the list, and when. Raises ListTrouble when the list was changed."""
    found: dict[UUID, str] = {}
    before = START
    for number, line in enumerate(_lines(), 1):
        try:
            row = json.loads(line)
            person, at, said = UUID(row["person"]), str(row["at"]), row["before"]
        except (ValueError, KeyError, TypeError):
            raise ListTrouble(f"{path()} 第 {number} 行看不懂 (line {number} is broken)") from None
        if said != before:
            raise ListTrouble(
                f"{path()} 第 {number} 行前少了一行或被改过 (changed before {number})"
            )
        found[person], before = at, _digest(line)
    return found


def add(people: Iterable[tuple[UUID, datetime]]) -> int:
    """Write down who is not on the list yet; on the disk before this returns."""
    file = path()
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "r+", encoding="utf-8") as kept:
        fcntl.flock(kept, fcntl.LOCK_EX)
        known, lines = erased(), _lines()
        before = _digest(lines[-1]) if lines else START
        new = [(person, at) for person, at in people if person not in known]
        for person, at in new:
            line = json.dumps({"person": str(person), "at": at.isoformat(), "before": before})
            kept.write(line + "\n")
            before = _digest(line)
        kept.flush()
        os.fsync(kept.fileno())
    return len(new)


def _lines() -> list[str]:
    try:
        return path().read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def _digest(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()
