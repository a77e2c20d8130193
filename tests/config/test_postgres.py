"""The embedded server: starts, stops, starts again, and survives two starters and a stale pid."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from diandan.config import postgres

STARTER = """
import pathlib, sys
from diandan.config import postgres
print(postgres.ensure_running(pathlib.Path(sys.argv[1]), fast=True))
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("home")
    yield folder
    postgres.stop(folder)


def value(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return row[0]


def test_two_starters_at_once_get_one_server(home: Path) -> None:
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", STARTER, str(home)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    answers = {starter.communicate(timeout=60)[0].strip() for starter in starters}
    assert answers == {postgres.url(home)}
    assert postgres.is_running(home)
    assert value(postgres.url(home), "SELECT current_database()") == "diandan"


def test_it_listens_on_no_network_address_and_speaks_utf8(home: Path) -> None:
    url = postgres.ensure_running(home, fast=True)
    assert value(url, "SHOW listen_addresses") == ""
    assert value(url, "SHOW server_encoding") == "UTF8"
    assert value(url, "SHOW max_connections") == "300"
    assert value(url, "SELECT length('点单')") == 2


def test_a_second_database_in_the_same_server(home: Path) -> None:
    url = postgres.ensure_running(home, fast=True, name="story")
    assert value(url, "SELECT current_database()") == "story"
    postgres.drop(home, "story")
    again = postgres.ensure_running(home, fast=True, name="story")
    assert value(again, "SELECT current_database()") == "story"


def test_what_was_written_is_there_after_a_restart(home: Path) -> None:
    url = postgres.ensure_running(home, fast=True)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    assert postgres.stop(home) is True
    assert postgres.is_running(home) is False
    assert not postgres._socket(home).exists()
    assert postgres.stop(home) is False
    assert value(postgres.ensure_running(home, fast=True), "SELECT answer FROM kept") == 42


def test_a_pid_file_that_names_a_stranger_does_not_stop_a_start(home: Path) -> None:
    postgres.ensure_running(home, fast=True)
    pid_file = home / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    os.kill(int(lines[0]), signal.SIGKILL)
    deadline = time.monotonic() + 10
    while postgres.is_running(home) and time.monotonic() < deadline:
        time.sleep(0.02)
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    assert postgres.is_running(home) is False
    assert value(postgres.ensure_running(home, fast=True), "SELECT 1") == 1


def test_a_failed_start_says_why(tmp_path: Path) -> None:
    postgres.ensure_running(tmp_path, fast=True)
    postgres.stop(tmp_path)
    (tmp_path / "postgres" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(postgres.PostgresTrouble, match="no_such_setting"):
        postgres.ensure_running(tmp_path, fast=True)


def test_data_of_another_version_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("11\n")
    with pytest.raises(postgres.PostgresTrouble, match="PostgreSQL 11"):
        postgres.ensure_running(tmp_path, fast=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must step aside for PostgreSQL")
def test_root_without_user_namespaces_runs_it_as_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")
    monkeypatch.setattr(postgres, "_prefix", lambda: words)
    # Not tmp_path: pytest closes its folders to everybody else.
    with tempfile.TemporaryDirectory() as closed:
        home = Path(closed) / "centre"
        with pytest.raises(postgres.PostgresTrouble, match=f"cannot enter {closed}"):
            postgres.ensure_running(home, fast=True)
        Path(closed).chmod(0o711)
        try:
            assert value(postgres.ensure_running(home, fast=True), "SELECT 1") == 1
            assert home.stat().st_mode & 0o777 == 0o701
        finally:
            postgres.stop(home)
