"""A statement that writes many plain moves locks and changes each account once.

Plain: a direct move outside the minutes that settles, corrects and joins nothing and comes from no
service; what it asks for concerns its two accounts alone, and is looked at for all rows together.
Every other transfer keeps its triggers row by row. `path/ledger/actions/move_many.py`.
"""

from __future__ import annotations

from django.db import migrations, models

#: The same as `move_many.is_plain`.
PLAIN = (
    "{0}.phase = 'direct' AND {0}.settles_id IS NULL AND {0}.corrects_id IS NULL"
    " AND {0}.task_id IS NULL AND {0}.ledger <> 'minutes'"
    " AND {0}.reason NOT IN ('service', 'correct', 'merge')"
)

COLUMNS = (
    *("id", "centre_id", "ledger", "grade", "owner", "person_id", "family_id", "purpose"),
    *("has_floor", "opened_at"),
)
#: Whether anything of an account changes but its balances.
KEPT = " IS DISTINCT FROM ".join(
    f"({', '.join(f'{row}.{column}' for column in COLUMNS)})" for row in ("OLD", "NEW")
)

FUNCTIONS = """
CREATE FUNCTION books_move_plain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE crossed bool; from_source bool;
BEGIN
    -- All accounts, the lower id first, as for one transfer.
    PERFORM 1 FROM account WHERE id IN (
        SELECT n.debit_id FROM added n WHERE %(plain)s
        UNION SELECT n.credit_id FROM added n WHERE %(plain)s) ORDER BY id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT bool_or((d.ledger, d.grade, d.centre_id) IS DISTINCT FROM (c.ledger, c.grade, c.centre_id)
                   OR (d.ledger, d.centre_id) IS DISTINCT FROM (n.ledger, n.centre_id)),
           bool_or(n.ledger = 'points' AND d.owner = 'system')
    INTO crossed, from_source
    FROM added n LEFT JOIN account d ON d.id = n.debit_id LEFT JOIN account c ON c.id = n.credit_id
    WHERE %(plain)s;
    IF crossed THEN
        PERFORM books_no('a transfer stays in one ledger of one centre');
    END IF;
    IF from_source THEN
        PERFORM books_no('hours and points come from a service and from nowhere else');
    END IF;
    UPDATE account a SET posted = a.posted + s.more
    FROM (SELECT m.id, sum(m.more) AS more FROM (
              SELECT n.debit_id AS id, -n.amount AS more FROM added n WHERE %(plain)s
              UNION ALL SELECT n.credit_id, n.amount FROM added n WHERE %(plain)s) m
          GROUP BY m.id) s
    WHERE a.id = s.id;
    RETURN NULL;
END $$;

""" % {"plain": PLAIN.format("n")}

TRIGGERS = f"""
DROP TRIGGER transfer_moves ON transfer;
DROP TRIGGER transfer_moves_from ON transfer;
DROP TRIGGER transfer_year ON transfer;
CREATE TRIGGER transfer_moves BEFORE INSERT ON transfer
    FOR EACH ROW WHEN (NOT ({PLAIN.format("NEW")})) EXECUTE FUNCTION books_move();
CREATE TRIGGER transfer_moves_from BEFORE INSERT ON transfer
    FOR EACH ROW WHEN (NOT ({PLAIN.format("NEW")})) EXECUTE FUNCTION books_from();
CREATE TRIGGER transfer_year AFTER INSERT ON transfer
    FOR EACH ROW WHEN (NEW.ledger = 'minutes') EXECUTE FUNCTION books_count_year();
CREATE TRIGGER transfer_moves_plain AFTER INSERT ON transfer
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION books_move_plain();
ALTER TABLE transfer ENABLE ALWAYS TRIGGER transfer_moves;
ALTER TABLE transfer ENABLE ALWAYS TRIGGER transfer_moves_from;
ALTER TABLE transfer ENABLE ALWAYS TRIGGER transfer_year;
ALTER TABLE transfer ENABLE ALWAYS TRIGGER transfer_moves_plain;
-- The function is entered only when it would say no: a balance changed for a whole batch costs little.
DROP TRIGGER account_kept ON account;
CREATE TRIGGER account_kept BEFORE UPDATE ON account
    FOR EACH ROW WHEN (pg_trigger_depth() < 1 OR {KEPT}) EXECUTE FUNCTION books_account_kept();
CREATE TRIGGER account_begins BEFORE INSERT ON account
    FOR EACH ROW EXECUTE FUNCTION books_account_kept();
ALTER TABLE account ENABLE ALWAYS TRIGGER account_kept;
ALTER TABLE account ENABLE ALWAYS TRIGGER account_begins;
-- Room in a page for the next version of a row, so that no index need be touched.
ALTER TABLE account SET (fillfactor = 70);
"""
BACKWARD = """
ALTER TABLE account RESET (fillfactor);
DROP TRIGGER account_begins ON account;
DROP TRIGGER account_kept ON account;
CREATE TRIGGER account_kept BEFORE INSERT OR UPDATE ON account
    FOR EACH ROW EXECUTE FUNCTION books_account_kept();
ALTER TABLE account ENABLE ALWAYS TRIGGER account_kept;
DROP TRIGGER transfer_moves_plain ON transfer;
DROP FUNCTION books_move_plain();
DROP TRIGGER transfer_moves ON transfer;
DROP TRIGGER transfer_moves_from ON transfer;
DROP TRIGGER transfer_year ON transfer;
CREATE TRIGGER transfer_moves BEFORE INSERT ON transfer
    FOR EACH ROW EXECUTE FUNCTION books_move();
CREATE TRIGGER transfer_moves_from BEFORE INSERT ON transfer
    FOR EACH ROW EXECUTE FUNCTION books_from();
CREATE TRIGGER transfer_year AFTER INSERT ON transfer
    FOR EACH ROW EXECUTE FUNCTION books_count_year();
ALTER TABLE transfer ENABLE ALWAYS TRIGGER transfer_moves;
ALTER TABLE transfer ENABLE ALWAYS TRIGGER transfer_moves_from;
ALTER TABLE transfer ENABLE ALWAYS TRIGGER transfer_year;
"""


class Migration(migrations.Migration):
    """Replaces the triggers; the rules are the same."""

    dependencies = [("ledger", "0007_whose_visit_it_was")]
    operations = [
        migrations.AlterField(
            "transfer",
            "centre",
            models.ForeignKey(
                to="places.place",
                on_delete=models.PROTECT,
                related_name="+",
                db_constraint=False,
            ),
        ),
        migrations.AlterField(
            "transfer",
            "debit",
            models.ForeignKey(
                to="ledger.account",
                on_delete=models.PROTECT,
                related_name="given",
                db_constraint=False,
                db_index=False,
            ),
        ),
        migrations.AlterField(
            "transfer",
            "credit",
            models.ForeignKey(
                to="ledger.account",
                on_delete=models.PROTECT,
                related_name="received",
                db_constraint=False,
                db_index=False,
            ),
        ),
        migrations.AlterField(
            "transfer",
            "task",
            models.ForeignKey(
                to="engage.task",
                on_delete=models.PROTECT,
                null=True,
                related_name="+",
                db_index=False,
            ),
        ),
        migrations.RunSQL(FUNCTIONS + TRIGGERS, BACKWARD),
    ]
