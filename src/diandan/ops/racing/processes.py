"""进程: who runs under a process, and by which command."""

from __future__ import annotations

import subprocess
from pathlib import Path


def children(main: int) -> list[int]:
    """The processes started by `main` that still run."""
    tasks = Path(f"/proc/{main}/task")
    if tasks.is_dir():
        # By thread: whoever respawns the dead need not be the main one.
        return [int(pid) for file in tasks.glob("*/children") for pid in _words(file)]
    said = subprocess.run(["pgrep", "-P", str(main)], capture_output=True, text=True, check=False)
    return [int(pid) for pid in said.stdout.split()]


def command_of(pid: int) -> str:
    """Its command line."""
    said = subprocess.run(
        ["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False
    )
    return said.stdout


def _words(file: Path) -> list[str]:
    try:
        return file.read_text().split()
    except OSError:
        return []  # the thread has just ended
