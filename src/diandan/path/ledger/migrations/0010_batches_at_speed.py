"""A batch of plain moves writes each account once, and no index that has nothing to hold for it.

Locking and writing are one pass now: the accounts come in the order of their ids, one loop over the
primary key (the function's own settings leave the planner no other way, so that two batches never
wait for each other crosswise). A statement is also kept from what no order of its moves could have
done: nobody gives in it what only comes to her by it.

Most transfers settle and correct nothing, come from no task and were written by nobody by name:
those indexes are kept for the rows that do. The foreign keys are looked at with the statement and
not with the commit: the accounts are locked after that, and so for a shorter time.
"""

from __future__ import annotations

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

BEFORE = import_module("diandan.path.ledger.migrations.0008_moves_in_batches")

FUNCTION = """
CREATE OR REPLACE FUNCTION books_move_plain() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE asked bigint; met bigint; crossed bool; from_source bool; short bool;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM added n WHERE %(plain)s) THEN
        RETURN NULL;
    END IF;
    WITH sums AS MATERIALIZED (
        SELECT m.id, m.ledger, m.centre_id,
               sum(m.more)::bigint AS more, sum(m.gives)::bigint AS gives
        FROM (SELECT n.debit_id AS id, n.ledger, n.centre_id, -n.amount AS more, n.amount AS gives
              FROM added n WHERE %(plain)s
              UNION ALL
              SELECT n.credit_id, n.ledger, n.centre_id, n.amount, 0
              FROM added n WHERE %(plain)s) m
        -- The lower id first, as for one transfer.
        GROUP BY m.id, m.ledger, m.centre_id ORDER BY m.id
    ), moved AS (
        UPDATE account a SET posted = a.posted + s.more FROM sums s WHERE a.id = s.id
        RETURNING (a.ledger, a.centre_id) IS DISTINCT FROM (s.ledger, s.centre_id) AS crossed,
                  s.gives > 0 AND a.ledger = 'points' AND a.owner = 'system' AS from_source,
                  a.has_floor AND a.posted - s.more - a.held < s.gives AS short
    )
    SELECT (SELECT count(*) FROM sums), count(*), bool_or(m.crossed), bool_or(m.from_source),
           bool_or(m.short)
    INTO asked, met, crossed, from_source, short FROM moved m;
    -- An account that is not there, or is asked for in two books at once, was met too seldom.
    IF met <> asked OR crossed THEN
        PERFORM books_no('a transfer stays in one ledger of one centre');
    END IF;
    IF from_source THEN
        PERFORM books_no('hours and points come from a service and from nowhere else');
    END IF;
    IF short THEN
        PERFORM books_no('nobody gives in one statement what only comes to her by it');
    END IF;
    RETURN NULL;
END $$;
""" % {"plain": BEFORE.PLAIN.format("n")}

KEYS = """
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT conname FROM pg_constraint
                WHERE conrelid = 'transfer'::regclass AND contype = 'f' LOOP
        EXECUTE format('ALTER TABLE transfer ALTER CONSTRAINT %I WHEN', name);
    END LOOP;
END $$;
"""
ONCE = """
ALTER TABLE transfer DROP CONSTRAINT transfer_settles_id_key;
CREATE UNIQUE INDEX transfer_settles_once ON transfer (settles_id) WHERE settles_id IS NOT NULL;
"""
BACKWARD = """
DROP INDEX transfer_settles_once;
ALTER TABLE transfer ADD CONSTRAINT transfer_settles_id_key UNIQUE (settles_id);
ALTER FUNCTION books_move_plain() RESET ALL;
"""


def _key(to: str, **more: object) -> models.ForeignKey:
    return models.ForeignKey(
        to=to, on_delete=django.db.models.deletion.PROTECT, db_index=False, **more
    )


class Migration(migrations.Migration):
    """Replaces a function and indexes; what the books allow stays the same, or is less."""

    dependencies = [("ledger", "0009_pauses")]
    operations = [
        migrations.AlterField(
            "transfer", "centre", _key("places.place", related_name="+", db_constraint=False)
        ),
        migrations.AlterField("transfer", "by", _key("people.person", null=True, related_name="+")),
        migrations.AlterField(
            "transfer", "corrects", _key("ledger.transfer", null=True, related_name="corrections")
        ),
        migrations.RemoveIndex("transfer", "transfer_task"),
        migrations.AddIndex(
            "transfer",
            models.Index(
                fields=["task", "ledger"],
                condition=models.Q(task__isnull=False),
                name="transfer_task",
            ),
        ),
        migrations.AddIndex(
            "transfer",
            models.Index(
                fields=["corrects"],
                condition=models.Q(corrects__isnull=False),
                name="transfer_corrected",
            ),
        ),
        migrations.AddIndex(
            "transfer",
            models.Index(
                fields=["by"], condition=models.Q(by__isnull=False), name="transfer_by"
            ),
        ),
        migrations.AddIndex(
            "transfer",
            models.Index(
                fields=["centre", "at"],
                condition=models.Q(ledger="minutes"),
                name="transfer_minutes",
            ),
        ),
        migrations.RunSQL(
            KEYS.replace("WHEN", "NOT DEFERRABLE"),
            KEYS.replace("WHEN", "DEFERRABLE INITIALLY DEFERRED"),
        ),
        migrations.RunSQL(ONCE + FUNCTION, BACKWARD + BEFORE.FUNCTIONS.replace(
            "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
        )),
    ]
