"""用表不改表: who serves logs in as a role that can use the tables and not change the rules."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import connection

from diandan.config import env, postgres
from diandan.ops import house, serving

pytestmark = pytest.mark.django_db
NO = (
    "ALTER TABLE transfer DISABLE TRIGGER ALL",
    "DROP TRIGGER transfer_final ON transfer",
    "ALTER TABLE transfer DROP CONSTRAINT transfer_amount",
    "TRUNCATE transfer_link",
    "TRUNCATE message",
    "UPDATE transfer SET amount = 1",
    "DELETE FROM transfer",
    "DELETE FROM account",
    "UPDATE fact SET id = id",
    "UPDATE dual_entry SET id = id",
    "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'y', now())",
    "CREATE TABLE mine (n int)",
    "CREATE TEMPORARY TABLE mine (n int)",
    "CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "ALTER FUNCTION books_no(text) RENAME TO books_yes",
    "SET session_replication_role = replica",
    f"SET ROLE {postgres.USER}",
    f"ALTER ROLE {postgres.SERVING_USER} SUPERUSER",
    "COPY account TO PROGRAM 'true'",
)


@pytest.fixture(scope="module")
def address(django_db_setup: None, django_db_blocker: Any) -> str:
    """The test's database as who serves reaches it."""
    with django_db_blocker.unblock():
        serving.allow()
        assert serving.allow() == 0  # a second start finds nothing to do
        name = str(connection.settings_dict["NAME"])
    if not env.serving_url():
        pytest.skip("an external server without DIANDAN_SERVING_URL has no such role")
    return house.beside(env.serving_url(), name)


@pytest.mark.parametrize("words", NO)
def test_the_rules_are_out_of_reach(address: str, words: str) -> None:
    with psycopg.connect(address) as alone, pytest.raises(psycopg.errors.InsufficientPrivilege):
        alone.execute(words)  # type: ignore[arg-type]


def test_rows_are_in_reach(address: str) -> None:
    with psycopg.connect(address) as alone:
        for words in (
            "SELECT count(*) FROM transfer",
            "SELECT count(*) FROM django_migrations",
            "SELECT 1 FROM account ORDER BY id FOR NO KEY UPDATE",
            "UPDATE django_session SET expire_date = now() WHERE session_key = 'x'",
            "DELETE FROM django_session WHERE session_key = 'x'",
            "SELECT pg_advisory_xact_lock(1)",
        ):
            alone.execute(words)  # type: ignore[arg-type]
        alone.rollback()


def test_a_new_final_table_gets_its_rights(address: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE just_made (n int)")
        cursor.execute(
            "CREATE TRIGGER just_final BEFORE UPDATE ON just_made"
            " FOR EACH ROW EXECUTE FUNCTION fact_is_final()"
        )
        assert serving.allow() == 1
        cursor.execute(
            "SELECT string_agg(can, ' ') FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE',"
            " 'TRUNCATE']) can WHERE has_table_privilege(%s, 'just_made', can)",
            [serving.role()],
        )
        assert cursor.fetchone() == ("SELECT INSERT DELETE",)


def test_another_server_is_served_by_the_named_role_under_the_same_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner:a@db/centre_restoring?sslmode=require")
    assert env.serving_url() == ""
    monkeypatch.setenv("DIANDAN_SERVING_URL", "postgresql://serves:b@db/centre?sslmode=require")
    assert env.serving_url() == "postgresql://serves:b@db/centre_restoring?sslmode=require"
    assert serving.role() == "serves"
