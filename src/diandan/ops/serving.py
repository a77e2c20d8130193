"""用表不改表: pages, worker and dispatch reach the database as a role that owns nothing in it.

Migrations run as the tables' owner. What serves people may read and write rows, and where the
tables say that a row is never changed or never deleted, it has not even the right to try: no DDL,
no TRUNCATE, no trigger switched off, no table or function of its own. What is final is read from
the tables' own triggers (functions named `…_final`), so that no list can be forgotten here.
The embedded database has the role by itself; for another server DIANDAN_SERVING_URL names it.
docs/adr/0005.
"""

from __future__ import annotations

from typing import Any

import dj_database_url
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from diandan.config import env

from .house import MIGRATING, Trouble

LOCK = MIGRATING + 1
#: What was applied to the tables is the owner's to say.
ONLY_READ = "django_migrations"
#: For each table what the role should have and has. A trigger's type: 2 before, 8 delete, 16 update.
RIGHTS = """
    WITH final AS (
        SELECT g.tgrelid, bool_or(g.tgtype & 16 > 0) AS updates, bool_or(g.tgtype & 8 > 0) AS deletes
        FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid
        WHERE p.proname LIKE '%%\\_final' AND g.tgtype & 2 > 0 AND g.tgqual IS NULL
        GROUP BY g.tgrelid
    ), wanted AS (
        SELECT c.oid, c.relname, w.can, CASE w.can
                   WHEN 'SELECT' THEN true
                   WHEN 'INSERT' THEN c.relname <> %(only_read)s
                   WHEN 'UPDATE' THEN c.relname <> %(only_read)s AND NOT coalesce(f.updates, false)
                   WHEN 'DELETE' THEN c.relname <> %(only_read)s AND NOT coalesce(f.deletes, false)
                   ELSE false END AS should
        FROM pg_class c LEFT JOIN final f ON f.tgrelid = c.oid
        CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER',
                                'REFERENCES']) AS w (can)
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v')
    )
    SELECT relname, array_agg(can) FILTER (WHERE should) FROM wanted GROUP BY relname
    HAVING bool_or(should IS DISTINCT FROM has_table_privilege(%(role)s, oid, can))
    ORDER BY relname
"""


def role() -> str:
    """Whose name the serving processes go by; empty where the owner's address is all there is."""
    address = env.serving_url()
    return str(conninfo_to_dict(address)["user"]) if address else ""


def allow() -> int:
    """As the tables' owner: the role has its rights and no others; returns the tables changed."""
    from django.db import connection, transaction

    name = role()
    if not name:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
        is_there = cursor.fetchone() is not None
        if is_there and not _astray(cursor, name):
            return 0
    with transaction.atomic(), connection.cursor() as cursor:
        # Two commands may start at once; the second waits, and then finds nothing to do.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        _make(cursor, name)
        astray = _astray(cursor, name)
        for table, rights in astray:
            words = {"table": sql.Identifier(table), "role": sql.Identifier(name)}
            cursor.execute(sql.SQL("REVOKE ALL ON {table} FROM {role}").format(**words))
            some = sql.SQL(", ").join(sql.SQL(right) for right in rights)
            cursor.execute(sql.SQL("GRANT {some} ON {table} TO {role}").format(some=some, **words))
    return len(astray)


def step_down() -> None:
    """From here on this process speaks to the database as the serving role, which has its rights."""
    from django.db import connections

    address = env.serving_url()
    if not address:
        return
    connections.close_all()
    said = dj_database_url.parse(address)
    connections.settings["default"].update(
        {name: said[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    )


def _make(cursor: Any, name: str) -> None:
    """The role itself, and what concerns the whole database."""
    words = {"role": sql.Identifier(name)}
    cursor.execute("SELECT rolsuper, current_database() FROM pg_roles WHERE rolname = %s", [name])
    found = cursor.fetchone()
    if found is None:
        if env.SERVING_URL.text():
            raise Trouble(
                f"DIANDAN_SERVING_URL 里的角色 {name} 不存在,请先在数据库里建好"
                f" (CREATE ROLE {name} LOGIN PASSWORD …)。"
            )
        # Roles are the whole server's: another database's command may make it at this moment.
        cursor.execute(
            sql.SQL(
                "DO $$ BEGIN CREATE ROLE {role} LOGIN;"
                " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
            ).format(**words)
        )
    elif found[0]:
        raise Trouble(f"DIANDAN_SERVING_URL 里的 {name} 是超级用户,请换一个普通角色。")
    cursor.execute("SELECT current_database()")
    words["base"] = sql.Identifier(cursor.fetchone()[0])
    # A trigger on a table of one's own runs at the depth at which balances move.
    cursor.execute(sql.SQL("REVOKE TEMPORARY ON DATABASE {base} FROM PUBLIC").format(**words))
    cursor.execute(sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC"))
    cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {role}").format(**words))
    cursor.execute(
        sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}").format(**words)
    )


def _astray(cursor: Any, name: str) -> list[tuple[str, list[str]]]:
    """The tables whose rights are not what they should be, with what they should be."""
    cursor.execute(RIGHTS, {"role": name, "only_read": ONLY_READ})
    return list(cursor.fetchall())
