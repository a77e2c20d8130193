"""准备: what stands ready before a command runs: the database, Django, the tables."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psycopg

from diandan.config import env, postgres

NOTHING, DJANGO, TABLES = "nothing", "django", "tables"


class Trouble(Exception):
    """The house cannot be made ready; the sentence says what the person can do about it."""


def make_ready(needs: str = TABLES) -> None:
    """Start the database if it does not run, load Django, bring the tables up to date."""
    if needs == NOTHING:
        return
    _load()
    if needs == TABLES:
        migrate()
        refuse_unreplayed()


def refuse_unreplayed() -> None:
    """Nothing is served while a restored database still knows somebody who was erased."""
    from diandan.flow.leaving import to_replay
    from diandan.ground.people.erased import ListTrouble

    try:
        back = to_replay()
    except ListTrouble as trouble:
        raise Trouble(f"删除名单对不上 (the list of erasures was changed):{trouble}") from None
    if back:
        raise Trouble(
            f"数据库里有 {len(back)} 位已申请删除的人,可能是从旧备份恢复的。"
            "请先运行 diandan restore --replay (replay the list of erasures first)。"
        )


def _load() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diandan.config.settings")
    import django  # settings start the database, which `stop` must not do

    try:
        django.setup()
    except (postgres.PostgresTrouble, env.EnvTrouble) as trouble:
        raise Trouble(str(trouble)) from None


def has_all() -> bool:
    """Whether every migration that lies here was applied: the whole answer at a start, as a rule.

    It reads folders and one table, where Django loads some hundred modules. Anything unusual
    (a squashed migration, a database without tables) makes it say no, and Django is asked.
    """
    from django.apps import apps
    from django.db import DatabaseError, connection

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            applied = set(cursor.fetchall())
    except DatabaseError:
        return False
    return all(
        (room.label, file.stem) in applied
        for room in apps.get_app_configs()
        for file in Path(room.path, "migrations").glob("[!_~]*.py")
    )


def pending() -> list[str]:
    """The migrations not yet applied, by name."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


#: The number of the lock under which tables change; any number, the same everywhere.
MIGRATING = 7_600_110


def migrate(*, says: bool = False) -> int:
    """Apply what is pending; returns how many migrations that were."""
    from django.core.management import call_command
    from django.db.utils import OperationalError

    from .serving import allow

    if has_all():
        allow()
        return 0
    try:
        waiting = pending()
    except OperationalError as trouble:
        raise Trouble(f"连不上数据库 (cannot reach the database):{trouble}") from None
    if waiting:
        if says:
            print(f"正在更新数据库结构:{len(waiting)} 步 (migrating)…", flush=True)
        # Two commands may start at once; the second waits, and then finds nothing to do.
        with psycopg.connect(env.database_url(), autocommit=True) as alone:
            alone.execute("SELECT pg_advisory_lock(%s)", (MIGRATING,))
            call_command("migrate", verbosity=0, interactive=False, stdout=sys.stderr)
    allow()
    return len(waiting)


def throw_away(name: str) -> str:
    """A fresh database with all tables beside this centre's own, for a story; its address."""
    from .mould import cast

    base = env.database_url()
    address = cast(base, name)
    with psycopg.connect(base, autocommit=True) as connection:
        # What a story writes need not outlive a power cut.
        connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit TO off')
    return address


def throw_out(base: str, name: str) -> None:
    """Drop a database made by `throw_away`. `base` is the address it was made from."""
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def beside(base: str, name: str) -> str:
    address, question, rest = base.partition("?")
    return f"{address.rpartition('/')[0]}/{name}{question}{rest}"
