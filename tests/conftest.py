"""What every test stands on: a database server of the tests' own, and a clock that stands still.

The server must be known before Django reads its settings, so it is set here, at import, and
`DJANGO_SETTINGS_MODULE` with it. An external server is used when DATABASE_URL is already set.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEST_HOME = ROOT / ".diandan-test"

os.environ["DIANDAN_HOME"] = str(TEST_HOME)
os.environ["DIANDAN_TEST_FAST"] = "1"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diandan.config.settings")
# Playwright's synchronous driver runs an event loop, beside which Django refuses the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
for _name in ("DIANDAN_CLOCK_FILE", "DIANDAN_DEMO", "DIANDAN_PLACE", "DIANDAN_PUBLIC_URL"):
    os.environ.pop(_name, None)

from diandan.config import env, postgres  # noqa: E402  (the environment comes first)

if not env.DATABASE_URL.text():
    os.environ["DATABASE_URL"] = postgres.ensure_running(TEST_HOME, fast=True)

SHARED = ROOT.parent / "shared"
NOON = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)  # 学雷锋纪念日, a Thursday, 12:00 in Shanghai


def pytest_configure(config: pytest.Config) -> None:
    """Two runs at once, by two people on one machine, must not share a test database."""
    from django.conf import settings

    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", "")[:8] or str(os.getpid())
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = f"test_diandan_{run}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the shared data are skipped where that data does not lie beside the repository."""
    absent = pytest.mark.skip(reason="the shared folder does not lie beside the repository")
    for item in items:
        if item.get_closest_marker("shared") and not SHARED.is_dir():
            item.add_marker(absent)


def pytest_collection_finish() -> None:
    """What is loaded by now stays until the end: the collector need not look through it again.

    A tenth of what a test of pages computes was the collector's.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The test database is cast from the mould: its tables need not be made for each run."""
    import dj_database_url
    from django.conf import settings

    from diandan.ops.mould import ready_mould

    ours, read = dj_database_url.parse(os.environ["DATABASE_URL"]), settings.DATABASES["default"]
    # Django has read its settings before this file where its variable was set by hand: then it
    # speaks to another server than ours, and the tables are made there.
    if all(ours[name] == read[name] for name in ("HOST", "PORT", "NAME")):
        read["TEST"]["TEMPLATE"] = ready_mould(os.environ["DATABASE_URL"])


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The books refuse to be emptied; a test that commits is cleaned up by emptying every table."""
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgrelid::regclass FROM pg_trigger WHERE tgname LIKE '%\\_not\\_emptied'"
        )
        for trigger, table in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")


class StillClock:
    """A clock that stands at `at` until a test moves it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """A page read in English by one test leaves no English behind for the next."""
    from django.utils import translation

    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture
def at() -> datetime:
    """A working Thursday at noon, for actions that take the moment as a parameter."""
    return NOON


@pytest.fixture
def still_clock(monkeypatch: pytest.MonkeyPatch) -> StillClock:
    """`kit.clock.now()` stands at NOON everywhere; move it by assigning `still_clock.at`."""
    import sys

    from diandan.kit import clock

    still, real = StillClock(NOON), clock.now
    monkeypatch.setattr(clock, "now", still)
    for name, module in list(sys.modules.items()):
        if name.startswith("diandan.") and getattr(module, "now", None) is real:
            monkeypatch.setattr(module, "now", still)
    return still
