"""本机通道: a file a message, and the demo's console; both can tell what they already have."""

from __future__ import annotations

import fcntl
import json
import os
import sys
from pathlib import Path
from typing import TextIO

from diandan.ground.people.core import mask_phone

from .base import Parcel


class FileAdapter:
    """One file a delivery in `folder`, whole or not there at all, never twice.

    A gateway of the town's own may pick the files up from there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, parcel: Parcel) -> str:
        """Write beside, then link to the final name: linking refuses a name that exists."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = self.folder / f".{parcel.key}.{os.getpid()}"
        said = {
            "key": parcel.key,
            "channel": parcel.channel,
            "kind": parcel.kind,
            "to": parcel.to,
            "text": parcel.text,
            "link": parcel.link,
            "at": parcel.at.isoformat(),
        }
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(json.dumps(said, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, self._file(parcel))
        except FileExistsError:
            pass  # an earlier try arrived; this one changes nothing
        finally:
            beside.unlink(missing_ok=True)
        return self._file(parcel).name

    def was_sent(self, parcel: Parcel) -> bool | None:
        """Whether the file is there."""
        return self._file(parcel).exists()

    def _file(self, parcel: Parcel) -> Path:
        return self.folder / f"{parcel.key}.json"


class ConsoleAdapter:
    """The demo's phone: a line in a journal, shown on the worker's standard output as well.

    The journal is what counts (one line a delivery, its key in front); it is written before the
    line is shown, so a sender killed between the two leaves the line in the journal alone.
    """

    def __init__(self, journal: Path, stream: TextIO | None = None) -> None:
        self.journal = journal
        self.stream = stream or sys.stdout

    def send(self, parcel: Parcel) -> str:
        """Append under a lock, unless the key is there already, then show."""
        self.journal.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        to = mask_phone(parcel.to) if parcel.to.startswith("+") else parcel.to
        shown = f"[短信] {to} {' '.join(parcel.text.split())}"
        if parcel.link:
            shown += f" {parcel.link}"
        handle = os.open(self.journal, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(handle, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _mend(file.fileno(), parcel.key.encode()):
                return ""
            os.write(file.fileno(), f"{parcel.key} {shown}\n".encode())
        self.stream.write(shown + "\n")
        self.stream.flush()
        return ""

    def was_sent(self, parcel: Parcel) -> bool | None:
        """Whether the journal holds a whole line with this key."""
        if not self.journal.exists():
            return False
        with self.journal.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            return _mend(file.fileno(), parcel.key.encode())


def _mend(handle: int, key: bytes) -> bool:
    """Cut off a line torn by a kill, stand at the end, and say whether `key` has its line."""
    size = os.fstat(handle).st_size
    text = os.pread(handle, size, 0)
    whole = text.rfind(b"\n") + 1
    if whole < size:
        os.ftruncate(handle, whole)
    os.lseek(handle, whole, os.SEEK_SET)
    return text.startswith(key + b" ") or b"\n" + key + b" " in text[:whole]
